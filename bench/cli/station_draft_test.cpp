// The draft that `discover` writes is a file that the reader of station files takes.
#include <gtest/gtest.h>

#include <fstream>

#include "bench/config/station_file.h"
#include "drivers/discovery/discovery.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

TEST(StationDraft, IsAValidStationFileWithWhatIsAttached) {
  const testing::TemporaryFolder folder;
  const UsbDevice timer{0x0957, 0x1907, true, true, "Agilent Technologies", "53230A", "MY50001484"};
  for (const auto& found : {attached({}, {timer}), std::vector<Attached>{}}) {
    const auto path = folder.path() / "draft.yaml";
    std::ofstream{path} << station_draft(found);
    Mistakes mistakes;
    const auto station = load_station_file(path, mistakes);
    ASSERT_TRUE(station) << mistakes.text();
    EXPECT_EQ(station->instruments.at("counter").driver, found.empty() ? "mcc_usb_ctr08" : "keysight_53230a");
  }
}

TEST(StationDraft, ListsEachCounterOfTheSameKindWithAPositionOfItsOwn) {
  const testing::TemporaryFolder folder;
  const UsbDevice first{0x09DB, 0x0127, false, true, "Measurement Computing", "USB-CTR08", "01A2B3C4"};
  const UsbDevice timer{0x0957, 0x1907, true, true, "Agilent Technologies", "53230A", "MY50001484"};
  UsbDevice second = first;
  second.serial = "01A2B3C5";
  const auto path = folder.path() / "draft.yaml";
  std::ofstream{path} << station_draft(attached({}, {first, timer, second}));
  Mistakes mistakes;
  const auto station = load_station_file(path, mistakes);
  ASSERT_TRUE(station) << mistakes.text();
  EXPECT_EQ(station->counters(), (std::vector<std::string>{"counter", "counter_2"}));
  EXPECT_EQ(station->instruments.at("counter").address.text, "USB0::0x09DB::0x0127::01A2B3C4::RAW");
  EXPECT_EQ(station->instruments.at("counter_2").address.text, "USB0::0x09DB::0x0127::01A2B3C5::RAW");
  ASSERT_EQ(station->positions.size(), 2U);
  EXPECT_EQ(station->positions[1].name, "B");
  EXPECT_EQ(station->positions[1].counter, "counter_2");
}

}  // namespace
}  // namespace meterbench
