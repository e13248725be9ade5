#include "bench/planner/told_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

LoadStep step_of(LoadTest test, CurrentSpec current) {
  LoadStep step = sample::sweep_step({current}, {PowerFactor{}}, {Direction::delivered}, sample::kEasy);
  step.test = test;
  step.target_uncertainty.reset();
  return step;
}

PlannedPoint planned(const LoadStep& step) {
  Scenario scenario;
  scenario.steps = {step};
  Mistakes mistakes;
  const auto plan = make_plan(scenario, sample::at_a(sample::meter_2s()), sample::bench(),
                              sample::bench_limits(), {}, mistakes);
  if (!plan || plan->points.size() != 1) throw std::runtime_error{mistakes.text() + "no plan of one point"};
  return plan->points.front();
}

TEST(DemandPoint, StandsForItsIntervalsAndTheOneThatIsCutShort) {
  LoadStep step = step_of(LoadTest::demand, Ratio{0.25});
  step.task.intervals = 3;
  const PlannedPoint point = planned(step);
  EXPECT_EQ(point.result, ResultKind::demand_error);
  ASSERT_THAT(point.meters, SizeIs(1));
  EXPECT_EQ(point.meters[0].window, Seconds{4 * 900});
  // 12 kW for 15 min: 3000 pulses; resolution and boundary alone are 1/3000·√(1/3 + 1/6).
  EXPECT_GT(percent(point.meters[0].predicted_uncertainty), 2 * 100 / 3000.0 / std::sqrt(2.0));
  EXPECT_LT(percent(point.meters[0].predicted_uncertainty), 0.1);
}

TEST(NetPoint, GoesOnceMoreThanItTurns) {
  LoadStep step = step_of(LoadTest::bidirectional, Ratio{0.25});
  step.task.reversals = 4;
  step.task.time = Seconds{60};
  const PlannedPoint point = planned(step);
  EXPECT_EQ(point.result, ResultKind::net_difference);
  EXPECT_EQ(point.meters.at(0).window, Seconds{300});
  // 12 kW for 300 s: 1000 Wh, three registers of 1 Wh: u = 0.1 %·√3/√6. The sum of three equal triangles is
  // nearly normal: k is a little below 2.
  EXPECT_NEAR(percent(point.meters.at(0).predicted_uncertainty) / (0.1 / std::sqrt(2.0)), 1.98, 0.015);
}

TEST(ClockPoint, StandsOnVoltageAlone) {
  LoadStep step = step_of(LoadTest::clock, Current{});
  step.task.time = Seconds{3600};
  const PlannedPoint point = planned(step);
  EXPECT_EQ(point.result, ResultKind::clock_error);
  EXPECT_EQ(point.load.circuits[0].current, Current{});
  EXPECT_EQ(point.meters.at(0).window, Seconds{3600});
  EXPECT_GT(percent(point.meters.at(0).predicted_uncertainty), 0.02);
}

TEST(ToldPoint, HasMeterbenchsOwnCriterionWhereNoFileHasOne) {
  LoadStep step = step_of(LoadTest::firmware, Current{});
  step.task.versions = {"5.33", "5.34"};
  const PlannedPoint point = planned(step);
  EXPECT_EQ(point.result, ResultKind::firmware);
  EXPECT_EQ(point.limit.mark, Mark::criterion);
  EXPECT_THAT(point.limit.terms, HasSubstr("firmware 5.33 or 5.34"));
  EXPECT_FALSE(is_number(point.result));
}

TEST(ToldPoint, IsOfAnotherPlanWithAnotherTask) {
  Scenario scenario;
  scenario.steps = {step_of(LoadTest::mode_change, Ratio{0.1})};
  const auto hash = [&] {
    Mistakes mistakes;
    return make_plan(scenario, sample::at_a(sample::meter_2s()), sample::bench(), sample::bench_limits(), {},
                     mistakes)
        ->sha256();
  };
  const std::string before = hash();
  std::get<LoadStep>(scenario.steps[0]).task.time = Seconds{77};
  EXPECT_NE(hash(), before);
}

}  // namespace
}  // namespace meterbench
