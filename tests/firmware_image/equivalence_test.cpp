// The host build and the image are the same meter, to the bit, however its time is cut.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "drivers/virtual_lab/meter/emulator.h"
#include "tests/firmware_image/drill.h"
#include "tests/firmware_image/images.h"

namespace meterbench::testing {
namespace {

/// METERBENCH_LONG: an hour at each size, as long as it takes; else what fits into a test.
double minutes(double shortened) { return std::getenv("METERBENCH_LONG") != nullptr ? 60 : shortened; }

template <class List>
void expect_same(const List& host, const List& image, const char* what) {
  ASSERT_EQ(host.size(), image.size()) << what;
  for (std::size_t n = 0; n < host.size(); ++n) ASSERT_EQ(host[n], image[n]) << what << " " << n;
}

void expect_same(const Outputs& host, const Outputs& image) {
  expect_same(host.led, image.led, "LED edge");
  expect_same(host.said, image.said, "byte of the optical port");
  expect_same(host.written, image.written, "write of the EEPROM");
  expect_same(host.seen, image.seen, "look");
  EXPECT_EQ(host.eeprom, image.eeprom);
}

class Equivalence : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Equivalence, OfHostBuildAndImage) {
  REQUIRE_IMAGE(image, "firmware-5.34.elf");
  const std::uint32_t block = GetParam();
  const Drill drill{minutes(block >= 64 ? 12 : 4), 2026 + block};
  const auto host = virtual_lab::host_processor();
  const auto emulated = virtual_lab::emulator(image);
  const Outputs expected = drill.run(*host, 4096);
  expect_same(expected, drill.run(*emulated, block));
  // That there was something to compare.
  EXPECT_GT(drill.sessions(), 1U);
  EXPECT_GT(drill.power_cuts(), 0U);
  EXPECT_GT(expected.led.size(), 50U);
  EXPECT_GT(expected.said.size(), 500U);
  EXPECT_GT(expected.written.size(), 2000U);
}

INSTANTIATE_TEST_SUITE_P(Blocks, Equivalence, ::testing::Values(1U, 4U, 64U, 4096U),
                         [](const auto& each) { return "Of" + std::to_string(each.param) + "Samples"; });

TEST(Equivalence, OfBlocksOnTheHost) {
  const Drill drill{12, 7};
  const auto run = [&](std::uint32_t block) { return drill.run(*virtual_lab::host_processor(), block); };
  const Outputs whole = run(4096);
  for (const std::uint32_t block : {1U, 4U, 64U, 1000U}) expect_same(whole, run(block));
}

}  // namespace
}  // namespace meterbench::testing
