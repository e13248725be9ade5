#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/billing_bench.h"

namespace meterbench::firmware {
namespace {

LocalTime at(std::uint32_t hour, std::uint32_t minute) { return BillingBench::at(hour, minute); }

std::string shown(const BillingBench& bench) { return bench.board->display; }

/// All items from the one at hand on, by the switch.
std::vector<std::string> items(BillingBench& bench, int count = 8) {
  std::vector<std::string> texts;
  for (; count > 0; --count) {
    texts.push_back(shown(bench));
    bench.press(kSwitchScroll);
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(BillingDisplay, ShowsItsItemsByTheSwitch) {
  BillingBench bench;
  bench.start(at(8, 0));
  EXPECT_EQ(items(bench), (Texts{"8.8.8.8.8.8.8.8.", "FW 5.34", "DEL 0.000 kWh", "REC 0.000 kWh",
                                 "NET 0.000 kWh", "MAX 0.000 kW", "NOW 0.000 kW", "Er 0000 0000"}));
  EXPECT_EQ(shown(bench), "8.8.8.8.8.8.8.8.") << "and from the first one again";
}

TEST(BillingDisplay, ShowsRegistersDemandAndPower) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.run(1800, 12'345);
  bench.run(1800, -24'690);
  PresentValues measured{};
  measured.watts = -24'690;
  bench.billing->on_present(measured);
  bench.move_cover(true);
  bench.billing->warm_start(0);  // from the first item on
  EXPECT_EQ(items(bench), (Texts{"8.8.8.8.8.8.8.8.", "FW 5.34", "DEL 6.172 kWh", "REC 12.345 kWh",
                                 "NET -6.173 kWh", "MAX 12.345 kW", "NOW -24.690 kW", "Er 0000 1000"}));
}

TEST(BillingDisplay, ShowsEnergyByTheMetersOwnKt) {
  BillingBench bench;
  bench.identity.kt_nanowatthours = 7'200'000'000;  // 7.2 Wh a pulse
  bench.start(at(8, 0));
  bench.run(3600, 1'714);
  bench.billing->warm_start(0);
  EXPECT_EQ(items(bench, 3).back(), "DEL 12.340 kWh");  // 1,714 × 7.2 Wh = 12,340.8 Wh, down to the Wh
}

TEST(BillingDisplay, ScrollsByItself) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.run(Display::kSecondsPerItem - 1);
  EXPECT_EQ(shown(bench), "8.8.8.8.8.8.8.8.");
  bench.run(1);
  EXPECT_EQ(shown(bench), "FW 5.34");
  bench.run(Display::kSecondsPerItem);
  EXPECT_EQ(shown(bench), "DEL 0.000 kWh");
  bench.run(6 * Display::kSecondsPerItem);
  EXPECT_EQ(shown(bench), "8.8.8.8.8.8.8.8.");
}

TEST(BillingDisplay, FollowsWhatItShows) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.press(kSwitchScroll);
  bench.press(kSwitchScroll);
  bench.run(1, 7'200);
  EXPECT_EQ(shown(bench), "DEL 0.002 kWh");
  bench.run(1, 3'600);
  EXPECT_EQ(shown(bench), "DEL 0.003 kWh");
}

TEST(BillingDisplay, MarksTestMode) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.press(kSwitchTestMode);
  EXPECT_EQ(shown(bench), "TEST 8.8.8.8.8.8.8.8.");
  bench.press(kSwitchTestMode);
  EXPECT_EQ(shown(bench), "8.8.8.8.8.8.8.8.");
}

TEST(BillingDisplay, CountsTheTextsThatItShows) {
  BillingBench bench;
  bench.start(at(8, 0));
  EXPECT_EQ(bench.board->display_changes, 1U);
  bench.run(Display::kSecondsPerItem - 1);
  EXPECT_EQ(bench.board->display_changes, 1U) << "the same text is no new one";
  bench.run(1);
  EXPECT_EQ(bench.board->display_changes, 2U);
}

TEST(BillingDisplay, ShowsErrors) {
  BillingBench bench;
  bench.start(kNoTime);
  bench.board->fault_word = kFaultLedRing;
  bench.run(1);
  EXPECT_EQ(items(bench).back(), "Er 0002 0040");
}

}  // namespace
}  // namespace meterbench::firmware
