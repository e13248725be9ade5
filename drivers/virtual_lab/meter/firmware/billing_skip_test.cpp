#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/billing_bench.h"

namespace meterbench::firmware {
namespace {

LocalTime at(std::uint32_t hour, std::uint32_t minute, std::uint32_t second = 0) {
  return BillingBench::at(hour, minute, second);
}

/// Days of nothing, from event to event.
void skip(BillingBench& bench, std::uint64_t until) {
  while (bench.sample < until) {
    bench.sample = std::min(until, bench.billing->next_event_sample());
    bench.billing->on_time(bench.sample);
    bench.burn();
  }
}

void expect_same(const BillingBench& one, const BillingBench& other) {
  EXPECT_EQ(one.data(), other.data());
  EXPECT_TRUE(std::ranges::equal(one.board->eeprom, other.board->eeprom));
  EXPECT_STREQ(one.board->display, other.board->display);
  EXPECT_EQ(one.board->display_changes, other.board->display_changes);
  EXPECT_EQ(one.billing->next_event_sample(), other.billing->next_event_sample());
}

/// With energy behind it that leaves rests everywhere, an interval begun, an exclusion and a cold load.
BillingBench busy() {
  BillingBench bench;
  bench.configuration.subinterval_minutes = 5;
  bench.configuration.subintervals = 3;
  bench.configuration.reset_exclusion_minutes = 30;
  bench.configuration.cold_load_minutes = 7;
  bench.configuration.tier_switches = 3;
  bench.configuration.tier_switch[0] = {6 * 60 + 1, 1, 0};
  bench.configuration.tier_switch[1] = {12 * 60, 2, 0};
  bench.configuration.tier_switch[2] = {21 * 60 + 30, 3, 0};
  bench.start(at(7, 53, 20), ResetCause::power_on, 1234);
  bench.run(1000, 7'919);
  bench.billing->demand_reset(1);
  bench.run(101, -1'009);
  return bench;
}

TEST(BillingSkip, ComesToWhatStepsComeTo) {
  BillingBench stepped = busy();
  BillingBench skipped = busy();
  constexpr std::uint32_t kSeconds = 2 * kSecondsPerDay + 12'345;
  stepped.run(kSeconds);
  skip(skipped, stepped.sample);
  expect_same(stepped, skipped);
  EXPECT_EQ(stepped.data().now, at(7, 53, 20) + 1101 + kSeconds);
  EXPECT_EQ(stepped.data().events.count, 2U + 6) << "the tier has changed six times";
  // And what comes after that finds both alike.
  stepped.run(2000, 4'321);
  skipped.run(2000, 4'321);
  expect_same(stepped, skipped);
}

TEST(BillingSkip, ComesToWhatStepsComeToInTestMode) {
  BillingBench stepped = busy();
  BillingBench skipped = busy();
  for (BillingBench* bench : {&stepped, &skipped}) bench->billing->change_mode(Mode::test, 1);
  stepped.run(5 * kSecondsPerHour);  // it ends by itself
  skip(skipped, stepped.sample);
  expect_same(stepped, skipped);
  EXPECT_EQ(stepped.data().mode, Mode::metering);
}

TEST(BillingSkip, ComesToTheSameWhateverItsSteps) {
  BillingBench stepped = busy();
  BillingBench skipped = busy();
  stepped.run(kSecondsPerHour);
  const std::uint64_t until = stepped.sample;
  for (std::uint64_t step = 1; skipped.sample < until; step = step * 5 % 9973) {
    skipped.sample = std::min(until, skipped.sample + step);  // not at the ends of blocks
    skipped.billing->on_time(skipped.sample);
    skipped.burn();
  }
  expect_same(stepped, skipped);
}

TEST(BillingSkip, WaitsForSwitchesAndForTheLine) {
  BillingBench bench;
  bench.configuration.clock_source = ClockSource::line;
  bench.start(at(8, 0));
  EXPECT_EQ(bench.billing->next_event_sample(), bench.sample + kSampleRate);
  bench.billing->on_switches(kSwitchScroll);
  EXPECT_EQ(bench.billing->next_event_sample(), bench.sample + kBlock);
  bench.run(1);
  EXPECT_EQ(bench.billing->next_event_sample(), bench.sample + kSampleRate);
  bench.billing->on_line_periods(1);
  EXPECT_EQ(bench.billing->next_event_sample(), bench.sample + kBlock);
  bench.block();
  EXPECT_EQ(bench.billing->next_event_sample(), bench.sample + kBlock) << "while there is a line";
}

}  // namespace
}  // namespace meterbench::firmware
