#include "bench/measurement/told_error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace meterbench {
namespace {

TEST(NetDifference, IsNothingWhereNetIsDeliveredLessReceived) {
  const FlowAdvance advance{from_watt_hours(300), from_watt_hours(100), from_watt_hours(200)};
  EXPECT_EQ(net_difference(advance).value(), 0);
}

TEST(NetDifference, IsTwiceTheReceivedShareWhereItIsAdded) {
  // 400 instead of 200 Wh, of 400 Wh registered.
  const FlowAdvance advance{from_watt_hours(300), from_watt_hours(100), from_watt_hours(400)};
  EXPECT_NEAR(percent(net_difference(advance)), 50, 1e-12);
}

TEST(NetDifference, IsAFigureWhereNetIsNothing) {
  const FlowAdvance advance{from_watt_hours(200), from_watt_hours(200), from_watt_hours(-2)};
  EXPECT_NEAR(percent(net_difference(advance)), -0.5, 1e-12);
}

TEST(NetBudget, HasTheStepOfThreeRegisters) {
  // 1 Wh of 400 Wh is 0.25 %; √3 of them, triangular: 0.25·√3/√6 = 0.1768 %.
  const Budget budget = net_budget(from_watt_hours(1), from_watt_hours(400));
  EXPECT_NEAR(budget.combined_percent(), 0.25 / std::sqrt(2.0), 1e-12);
}

TEST(ClockError, IsWhatTheDifferenceHasGrownBy) {
  // 2 s fast, 5 s fast an hour later: 3/3600.
  EXPECT_NEAR(clock_error(Seconds{2}, Seconds{5}, Seconds{3600}).value(), 3.0 / 3600, 1e-15);
  EXPECT_LT(clock_error(Seconds{2}, Seconds{1}, Seconds{3600}).value(), 0);
}

TEST(ClockBudget, HasBothReadings) {
  // 0.5 s each of 1000 s: 0.05 %·√2/√3.
  const Budget budget = clock_budget(Seconds{0.5}, Seconds{0.5}, Seconds{1000});
  EXPECT_NEAR(budget.combined_percent(), 0.05 * std::sqrt(2.0 / 3), 1e-12);
}

}  // namespace
}  // namespace meterbench
