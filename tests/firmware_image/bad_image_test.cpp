// What becomes of images that cannot be run, or cannot go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "drivers/virtual_lab/meter/emulator.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "tests/firmware_image/images.h"
#include "tests/optical_port/meter_type.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using virtual_lab::ElfImage;
using virtual_lab::FirmwareFailure;
using virtual_lab::VirtualMeter;

std::string why_refused(const std::filesystem::path& path) {
  try {
    static_cast<void>(ElfImage{path});
  } catch (const FirmwareFailure& failure) {
    return failure.what();
  }
  return "taken";
}

std::filesystem::path file_of(const TemporaryFolder& folder, const std::string& bytes) {
  const auto path = folder.path() / "image.elf";
  std::ofstream{path, std::ios::binary} << bytes;
  return path;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(ElfImage, IsNoOtherFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(why_refused(folder.path() / "none.elf"), HasSubstr("cannot be read"));
  EXPECT_THAT(why_refused(file_of(folder, "")), HasSubstr("this is no ELF file"));
  EXPECT_THAT(why_refused(file_of(folder, "firmware: 5.34\n")), HasSubstr("this is no ELF file"));
  EXPECT_THAT(why_refused("/proc/self/exe"), HasSubstr("built for another machine"));
}

TEST(ElfImage, IsRefusedWhenItIsCutOrLinkedForElsewhere) {
  REQUIRE_IMAGE(sound, "firmware-5.34.elf");
  const TemporaryFolder folder;
  const std::string bytes = bytes_of(sound->path());
  for (const std::size_t size : {20U, 52U, 80U})
    EXPECT_NE(why_refused(file_of(folder, bytes.substr(0, size))), "taken");
  std::string object = bytes;
  object[16] = 1;  // e_type: a file that is still to be linked
  EXPECT_THAT(why_refused(file_of(folder, object)), HasSubstr("not linked to run"));
  std::string moved = bytes;
  moved[27] = 0x60;  // e_entry: 0x60……
  EXPECT_THAT(why_refused(file_of(folder, moved)), HasSubstr("where it loads nothing"));
}

TEST(ElfImage, SurvivesAnyDamage) {
  REQUIRE_IMAGE(sound, "example.elf");
  const TemporaryFolder folder;
  const std::string bytes = bytes_of(sound->path());
  std::uint32_t dice = 1;
  for (int n = 0; n < 300; ++n) {
    std::string damaged = bytes;
    for (int hits = 0; hits < 8; ++hits) {
      dice = dice * 1'664'525U + 1'013'904'223U;
      // Headers, else anything.
      const std::size_t at = (dice >> 8U) % (n % 2 == 0 ? 200 : damaged.size());
      damaged[at] = static_cast<char>(dice >> 24U);
    }
    const auto path = file_of(folder, damaged);
    try {
      static_cast<void>(ElfImage{path}.place(0x40));
    } catch (const FirmwareFailure&) {
    }
  }
}

TEST(ElfImage, NamesThePlaceOfAnAddress) {
  REQUIRE_IMAGE(image, "firmware-5.34.elf");
  EXPECT_THAT(image->place(0x40), HasSubstr("0x00000040"));
  EXPECT_EQ(image->place(0x1FFFFFF0), "0x1ffffff0");
}

/// A meter with that image, under load for `length` of the world's time; why it failed.
struct Ward {
  explicit Ward(std::shared_ptr<const ElfImage> image)
      : meter{meter_type(),
              {},
              [](Instant) {},
              VirtualMeter::Idle::simulate,
              {},
              virtual_lab::emulator(std::move(image)),
              VirtualMeter::factory_eeprom(meter_type(), {}, "A")} {
    meter.on_failure([this](const std::string& text) { why = text; });
    world.attach(meter);
  }
  std::string run(double length) {
    world.advance_to(world.now() + from_seconds(length));
    meter.settle();
    return why.value_or("lives");
  }
  virtual_lab::World world{1, {}};
  std::optional<std::string> why;
  VirtualMeter meter;
};

std::string why_not_begun(std::shared_ptr<const ElfImage> image) {
  try {
    Ward{std::move(image)};
  } catch (const FirmwareFailure& failure) {
    return failure.what();
  }
  return "begun";
}

TEST(BadImage, ThatMeetsAFaultIsEndedWithItsPlace) {
  REQUIRE_IMAGE(image, "reads_nowhere.elf");
  EXPECT_THAT(Ward{image}.run(10), ContainsRegex("exception at 0x[0-9a-f]{8} in .*divide_the_sky"));
}

TEST(BadImage, WithAHandlerOfItsOwnIsEndedWithTheFaultsPlace) {
  REQUIRE_IMAGE(image, "handles_it_by_itself.elf");
  EXPECT_THAT(Ward{image}.run(10),
              AllOf(HasSubstr("does not take its samples"), HasSubstr("handler_that_waits"),
                    ContainsRegex("exception that was raised at 0x[0-9a-f]{8} in .*divide_the_sky")));
}

TEST(BadImage, WithoutAHandlerLocksUp) {
  REQUIRE_IMAGE(image, "has_no_handler.elf");
  EXPECT_THAT(Ward{image}.run(10), AllOf(HasSubstr("locked up"), ContainsRegex("0x[0-9a-f]{8}")));
}

TEST(BadImage, ThatStopsIsEndedWithItsPlace) {
  REQUIRE_IMAGE(image, "stops.elf");
  EXPECT_THAT(Ward{image}.run(10),
              ContainsRegex("does not take its samples: it is at 0x[0-9a-f]{8} in .*think_it_over"));
}

TEST(BadImage, ThatNeverTakesASampleIsEndedWithItsPlace) {
  REQUIRE_IMAGE(image, "never_takes.elf");
  EXPECT_THAT(Ward{image}.run(10), ContainsRegex("does not take its samples: it is at .*think_it_over"));
}

TEST(BadImage, ThatNeverBeginsIsRefused) {
  REQUIRE_IMAGE(image, "never_begins.elf");
  EXPECT_THAT(why_not_begun(image),
              ContainsRegex("does not begin: it is at 0x[0-9a-f]{8} in .*think_it_over"));
}

TEST(BadImage, OfAnotherVersionIsRefused) {
  REQUIRE_IMAGE(image, "of_another_version.elf");
  EXPECT_THAT(why_not_begun(image), HasSubstr("built for version 7 of the board; this bench has version 1"));
}

TEST(BadImage, WithoutAnEmulatorIsNotRun) {
  REQUIRE_IMAGE(image, "example.elf");
  ::setenv("METERBENCH_QEMU", "no-such-emulator", 1);
  EXPECT_THAT(why_not_begun(image), AllOf(HasSubstr("no-such-emulator"), HasSubstr("qemu-system-arm")));
  ::unsetenv("METERBENCH_QEMU");
}

TEST(BadImage, ThatResetsItselfBeginsAnew) {
  REQUIRE_IMAGE(image, "resets_itself.elf");
  Ward ward{image};
  EXPECT_EQ(ward.run(12), "lives");  // 20,000 samples are 5.2 s
  EXPECT_EQ(ward.meter.resets(), 2U);
}

TEST(BadImage, ThatHangsIsHelpedByItsWatchdog) {
  REQUIRE_IMAGE(image, "hangs_with_watchdog.elf");
  Ward ward{image};
  EXPECT_EQ(ward.run(30), "lives");
  EXPECT_EQ(ward.meter.resets(), 1U);
}

TEST(BadImage, ThatResetsItselfAtOnceIsGivenUp) {
  REQUIRE_IMAGE(image, "resets_at_once.elf");
  EXPECT_THAT(why_not_begun(image), HasSubstr("does not begin"));
}

TEST(BadImage, CannotHideBehindAFarWatchdog) {
  REQUIRE_IMAGE(image, "hangs_behind_a_far_watchdog.elf");
  EXPECT_THAT(why_not_begun(image), HasSubstr("further than 60 s ahead"));
}

TEST(BadImage, ThatTellsAnOldWakeOfItsPortIsSteppedThrough) {
  REQUIRE_IMAGE(image, "tells_an_old_wake.elf");
  Ward ward{image};
  EXPECT_EQ(ward.run(10), "lives");
  ward.meter.hear(Bytes{0xEE});
  for (int step = 0; step < 100; ++step) {
    const auto next = ward.meter.port_event();
    ASSERT_TRUE(next);
    ASSERT_GT(*next, ward.world.now());
    ward.world.advance_to(*next);
    EXPECT_TRUE(ward.meter.take_said().empty());
  }
}

TEST(BadImage, ThatLiesOnTheBoardIsEndedByName) {
  const std::pair<const char*, const char*> lies[] = {
      {"floods_a_ring.elf", "more into uart_out than that holds"},
      {"writes_beyond_the_eeprom.elf", "address 4096 of the EEPROM"},
      {"blinks_in_the_past.elf", "an LED edge at sample 1 at sample"},
      {"blinks_far_ahead.elf", "an LED edge at sample 4611686018427387904"}};
  for (const auto& [name, why] : lies) {
    REQUIRE_IMAGE(image, name);
    EXPECT_THAT(Ward{image}.run(10), HasSubstr(why)) << name;
  }
}

TEST(BadImage, CannotBeReplacedWhileItRuns) {
  REQUIRE_IMAGE(sound, "resets_itself.elf");
  const TemporaryFolder folder;
  const auto path = file_of(folder, bytes_of(sound->path()));
  Ward ward{std::make_shared<const ElfImage>(path)};
  static_cast<void>(file_of(folder, "no image any more"));
  EXPECT_EQ(ward.run(12), "lives");
  EXPECT_EQ(ward.meter.resets(), 2U);
}

TEST(BadImage, ThatHangsForEverIsNotHelpedByAWatchdog) {
  REQUIRE_IMAGE(image, "always_hangs_with_watchdog.elf");
  EXPECT_THAT(Ward{image}.run(120), ContainsRegex("does not take its samples: it is at .*think_it_over"));
}

}  // namespace
}  // namespace meterbench::testing
