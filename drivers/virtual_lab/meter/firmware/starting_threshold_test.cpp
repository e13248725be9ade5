#include "drivers/virtual_lab/meter/firmware/starting_threshold.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace meterbench::firmware {
namespace {

constexpr std::int64_t kLeast = 10'000;    // quanta a block
constexpr std::int64_t kMinute = 60 * 60;  // blocks

/// Registered over `blocks` blocks of `energy`.
std::int64_t sum(StartingThreshold& threshold, std::int64_t blocks, std::int64_t energy) {
  std::int64_t all = 0;
  for (std::int64_t n = 0; n < blocks; ++n) all += threshold.registered(energy);
  return all;
}

TEST(StartingThreshold, RegistersNothingBelowAndEverythingAbove) {
  for (const std::int64_t sign : {1, -1}) {
    for (const std::int64_t below : {1, 5'000, 9'000, 9'900}) {
      StartingThreshold threshold{kLeast};
      EXPECT_EQ(sum(threshold, 60 * kMinute, sign * below), 0) << below;
      EXPECT_TRUE(threshold.blocking());
    }
    for (const std::int64_t above : {10'000, 10'100, 50'000, 1'000'000'000}) {
      StartingThreshold threshold{kLeast};
      EXPECT_EQ(sum(threshold, kMinute, sign * above), sign * kMinute * above) << above;
      EXPECT_FALSE(threshold.blocking());
    }
  }
}

TEST(StartingThreshold, PassesALoadAsSoonAsItHasBroughtAWindowsStartingEnergy) {
  StartingThreshold threshold{kLeast};
  // Ten times the starting power: after a tenth of the 240 blocks of 4 s.
  EXPECT_EQ(sum(threshold, 23, 10 * kLeast), 0);
  EXPECT_EQ(threshold.registered(10 * kLeast), 24 * 10 * kLeast);
  EXPECT_EQ(threshold.registered(10 * kLeast), 10 * kLeast);
  StartingThreshold great{kLeast};
  EXPECT_EQ(great.registered(240 * kLeast), 240 * kLeast);
}

TEST(StartingThreshold, LosesNothingOfALoadThatComesOnWithinABlock) {
  // The triangle over two blocks gives such a load half a block's energy in the worst two blocks together.
  StartingThreshold threshold{kLeast};
  std::int64_t all = threshold.registered(1) + threshold.registered(kLeast / 2);
  all += sum(threshold, kMinute, kLeast);
  EXPECT_EQ(all, 1 + kLeast / 2 + kMinute * kLeast);
}

TEST(StartingThreshold, LosesNothingWhileALoadTurnsItsDirection) {
  StartingThreshold threshold{kLeast};
  std::int64_t all = 0;
  for (int turn = 0; turn < 100; ++turn)  // a window nets about 0
    all += sum(threshold, 117, 30 * kLeast) + sum(threshold, 120, -30 * kLeast);
  EXPECT_EQ(all + sum(threshold, 1000, 30 * kLeast), 100 * -3 * 30 * kLeast + 1000 * 30 * kLeast);
}

TEST(StartingThreshold, BlocksAnewAtMostTwoWindowsAfterTheLoadHasGone) {
  for (int length = 240; length < 480; ++length) {
    StartingThreshold threshold{kLeast};
    sum(threshold, length, 100 * kLeast);
    // The rest of the window of the load and one more.
    EXPECT_LE(sum(threshold, 480, kLeast / 2), 479 * kLeast / 2);
    EXPECT_TRUE(threshold.blocking()) << length;
    EXPECT_EQ(sum(threshold, kMinute, kLeast / 2), 0) << length;
  }
}

TEST(StartingThreshold, ForgetsBurstsThatOnAverageStayBelow) {
  StartingThreshold threshold{kLeast};
  for (int n = 0; n < 1000; ++n) {  // 40 blocks at five times the starting power, every ten seconds
    EXPECT_EQ(sum(threshold, 40, 2 * kLeast), 0);
    EXPECT_EQ(sum(threshold, 560, 0), 0);
  }
}

TEST(StartingThreshold, IsAtRestOnlyWhereBlocksWithoutEnergyChangeNothing) {
  StartingThreshold threshold{kLeast};
  EXPECT_TRUE(threshold.at_rest());
  EXPECT_EQ(threshold.registered(1), 0);
  EXPECT_FALSE(threshold.at_rest());
  sum(threshold, 2, 0);
  EXPECT_TRUE(threshold.at_rest());
  sum(threshold, 300, 10 * kLeast);
  EXPECT_FALSE(threshold.at_rest());
  sum(threshold, 480, 0);
  EXPECT_TRUE(threshold.at_rest());
}

TEST(StartingThreshold, OfNothingPassesEverything) {
  StartingThreshold threshold;
  for (const std::int64_t energy : {0, 1, -1, 1'000'000}) EXPECT_EQ(threshold.registered(energy), energy);
  EXPECT_FALSE(threshold.blocking());
  EXPECT_TRUE(threshold.at_rest());
}

}  // namespace
}  // namespace meterbench::firmware
