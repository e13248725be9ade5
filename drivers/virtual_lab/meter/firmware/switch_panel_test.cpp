#include "drivers/virtual_lab/meter/firmware/switch_panel.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

constexpr std::uint32_t kBlocksPerSecond = kSampleRate / kBlock;

/// All that is asked for within `blocks`.
std::uint32_t asked(SwitchPanel& panel, std::uint32_t blocks = 10) {
  std::uint32_t requests = 0;
  for (std::uint32_t n = 0; n < blocks; ++n) requests |= panel.end_block();
  return requests;
}
std::uint32_t press(SwitchPanel& panel, std::uint32_t word, std::uint32_t blocks = 10) {
  panel.see_switches(word);
  return asked(panel, blocks);
}

TEST(SwitchPanel, AsksOnceForEachPress) {
  SwitchPanel panel;
  EXPECT_EQ(press(panel, kSwitchScroll), SwitchPanel::kScroll);
  EXPECT_EQ(asked(panel, 1000), 0U);
  EXPECT_EQ(press(panel, 0), 0U);
  EXPECT_EQ(press(panel, kSwitchDisconnect), SwitchPanel::kDisconnect);
  EXPECT_EQ(press(panel, 0), 0U);
  EXPECT_EQ(press(panel, kSwitchDemandReset), 0U);
  EXPECT_EQ(press(panel, 0), SwitchPanel::kDemandReset);
  EXPECT_EQ(press(panel, kSwitchTestMode), 0U);
  EXPECT_EQ(press(panel, 0), SwitchPanel::kTestMode);
  panel.see_cover(true);
  EXPECT_EQ(asked(panel), SwitchPanel::kCoverOpened);
  panel.see_cover(false);
  EXPECT_EQ(asked(panel), SwitchPanel::kCoverClosed);
}

TEST(SwitchPanel, WaitsUntilALevelHasStoodForFiftyMilliseconds) {
  SwitchPanel panel;
  EXPECT_EQ(press(panel, kSwitchScroll, 2), 0U);  // 33 ms
  EXPECT_EQ(press(panel, 0, 1), 0U);              // it bounces
  EXPECT_EQ(press(panel, kSwitchScroll, 2), 0U);
  EXPECT_EQ(press(panel, kSwitchScroll, 1), SwitchPanel::kScroll);
  EXPECT_EQ(press(panel, 0, 2), 0U);
  EXPECT_EQ(press(panel, kSwitchScroll, 50), 0U) << "it was not let go of";
}

TEST(SwitchPanel, KeepsItsSwitchesApart) {
  SwitchPanel panel;
  EXPECT_EQ(press(panel, kSwitchScroll | kSwitchDisconnect), SwitchPanel::kScroll | SwitchPanel::kDisconnect);
  EXPECT_EQ(press(panel, kSwitchScroll | kSwitchTestMode), 0U);
  EXPECT_EQ(press(panel, kSwitchScroll), SwitchPanel::kTestMode);
}

TEST(SwitchPanel, UnsealsByTheSequenceAlone) {
  constexpr std::uint32_t kBoth = kSwitchDemandReset | kSwitchTestMode;
  SwitchPanel panel;
  panel.see_cover(true);
  asked(panel);
  panel.see_switches(kBoth);
  EXPECT_EQ(asked(panel, 5 * kBlocksPerSecond), 0U) << "it stands since 50 ms later";
  EXPECT_EQ(asked(panel, SwitchPanel::kStandingBlocks), SwitchPanel::kUnseal);
  EXPECT_EQ(asked(panel, 10 * kBlocksPerSecond), 0U) << "once";
  EXPECT_EQ(press(panel, kSwitchDemandReset), 0U) << "neither of them means anything else now";
  EXPECT_EQ(press(panel, 0), 0U);
  EXPECT_EQ(press(panel, kSwitchDemandReset), 0U);
  EXPECT_EQ(press(panel, 0), SwitchPanel::kDemandReset);
}

TEST(SwitchPanel, DoesNotUnsealByLess) {
  constexpr std::uint32_t kBoth = kSwitchDemandReset | kSwitchTestMode;
  SwitchPanel panel;
  EXPECT_EQ(press(panel, kBoth, 10 * kBlocksPerSecond), 0U) << "the cover is closed";
  EXPECT_EQ(press(panel, 0), 0U);
  panel.see_cover(true);
  EXPECT_EQ(asked(panel), SwitchPanel::kCoverOpened);
  EXPECT_EQ(press(panel, kSwitchDemandReset, 10 * kBlocksPerSecond), 0U);
  EXPECT_EQ(press(panel, 0), SwitchPanel::kDemandReset) << "one alone";
  EXPECT_EQ(press(panel, kBoth, 4 * kBlocksPerSecond), 0U);
  EXPECT_EQ(press(panel, kSwitchTestMode), 0U);
  EXPECT_EQ(press(panel, kBoth, 4 * kBlocksPerSecond), 0U) << "not 5 s on end";
}

TEST(SwitchPanel, KnowsWhenNothingIsUnderWay) {
  SwitchPanel panel;
  EXPECT_TRUE(panel.settled());
  panel.see_switches(kSwitchScroll);
  EXPECT_FALSE(panel.settled());
  asked(panel);
  EXPECT_TRUE(panel.settled());
  panel.see_cover(true);
  EXPECT_FALSE(panel.settled());
  asked(panel);
  press(panel, kSwitchDemandReset | kSwitchTestMode);
  EXPECT_FALSE(panel.settled()) << "the sequence";
  asked(panel, SwitchPanel::kSequenceBlocks);
  EXPECT_TRUE(panel.settled());
}

}  // namespace
}  // namespace meterbench::firmware
