#include "drivers/virtual_lab/meter/firmware/meter_clock.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

constexpr std::uint32_t kBlocksPerSecond = kSampleRate / kBlock;

std::uint32_t seconds_of(MeterClock& clock, std::uint32_t blocks, std::uint32_t periods_in_each) {
  std::uint32_t seconds = 0;
  for (std::uint32_t n = 0; n < blocks; ++n) seconds += clock.end_block(periods_in_each);
  return seconds;
}

TEST(MeterClock, CountsSamplesOnItsCrystal) {
  MeterClock clock{ClockSource::crystal, 60, {1000, 0}};
  EXPECT_EQ(seconds_of(clock, 59, 2), 0U);  // whatever the line says
  EXPECT_EQ(clock.now().samples, 59U * kBlock);
  EXPECT_EQ(clock.end_block(2), 1U);
  EXPECT_EQ(seconds_of(clock, 3600 * kBlocksPerSecond, 0), 3600U);
  EXPECT_EQ(clock.now().second, 1000U + 3601);
  EXPECT_EQ(clock.now().samples, 0U);
}

TEST(MeterClock, CountsPeriodsOfTheLine) {
  MeterClock clock{ClockSource::line, 50, {}};
  // 50 periods make a second, however long they take by the crystal.
  EXPECT_EQ(seconds_of(clock, 5000, 1), 100U);
  std::uint32_t seconds = 0;  // a period every third block
  for (std::uint32_t n = 0; n < 5000; ++n)
    seconds += clock.end_block(0) + clock.end_block(0) + clock.end_block(1);
  EXPECT_EQ(seconds, 100U);
  EXPECT_EQ(clock.now().second, 200U);
}

TEST(MeterClock, LosesNoTimeWithTheLine) {
  MeterClock clock{ClockSource::line, 60, {}};
  seconds_of(clock, 90, 1);  // 1.5 s
  seconds_of(clock, MeterClock::kLineLost - 1, 0);
  EXPECT_EQ(clock.now().samples, kSampleRate / 2) << "the line might still be there";
  seconds_of(clock, 60 - (MeterClock::kLineLost - 1), 0);
  EXPECT_EQ(clock.now().second, 2U);
  EXPECT_EQ(clock.now().samples, kSampleRate / 2);
  seconds_of(clock, 30, 1);  // and goes by it again
  EXPECT_EQ(clock.now().second, 3U);
  EXPECT_EQ(clock.now().samples, 0U);
}

TEST(MeterClock, IsSetToTheBeginningOfASecond) {
  MeterClock clock{ClockSource::crystal, 60, {500, 1000}};
  clock.end_block(0);
  clock.set(77);
  EXPECT_EQ(clock.now().second, 77U);
  EXPECT_EQ(clock.now().samples, 0U);
  EXPECT_EQ(seconds_of(clock, kBlocksPerSecond, 0), 1U);
}

TEST(MeterClock, TellsWhenItsSecondEnds) {
  for (const std::uint32_t samples : {0U, 1U, 63U, 64U, 3775U, 3776U, 3777U, 3839U}) {
    MeterClock clock{ClockSource::crystal, 60, {0, samples}};
    const std::uint64_t blocks = clock.blocks_to_second();
    clock.pass(blocks - 1);
    EXPECT_EQ(clock.now().second, 0U);
    EXPECT_EQ(clock.end_block(0), 1U) << samples;
    EXPECT_EQ(clock.now().samples, samples + blocks * kBlock - kSampleRate);
    EXPECT_LT(clock.now().samples, kBlock);
  }
}

TEST(MeterClock, MayTellOfASecondAtEachBlockWhileTheLineIsThere) {
  MeterClock clock{ClockSource::line, 60, {}};
  clock.end_block(1);
  for (std::uint32_t n = 0; n < MeterClock::kLineLost; ++n) {
    EXPECT_EQ(clock.blocks_to_second(), 1U) << n;
    clock.end_block(0);
  }
  EXPECT_EQ(clock.blocks_to_second(), 60U - 1 - MeterClock::kLineLost);
}

}  // namespace
}  // namespace meterbench::firmware
