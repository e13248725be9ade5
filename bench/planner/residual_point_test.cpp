#include "bench/planner/residual_point.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;

/// Its limit is 0.5 % of the energy in series.
LoadStep opposed(CurrentSpec current) {
  LoadStep step = step_at({current});
  step.circuits = {Circuit::opposed};
  step.target_uncertainty.reset();
  return step;
}

TEST(OpposedCircuits, AreCountedInAGateThatResolvesTheirLimit) {
  const Plan plan = plan_of(scenario_of({opposed(Current{200})}));
  ASSERT_EQ(plan.points.size(), 1U);
  const PlannedPoint& point = plan.points[0];
  EXPECT_EQ(point.result, ResultKind::residual);
  EXPECT_EQ(point.method, CountingMethod::scanned);
  // 48 kW in series, 800 Wh in a minute: a pulse of 1 Wh is 0.125 %, less than a third of 0.5 %.
  EXPECT_DOUBLE_EQ(point.gate.value(), 60);
  EXPECT_NEAR(point.meters.at(0).power.value(), 48'000, 1e-6);
  EXPECT_EQ(point.meters[0].pulses, 0U);
  EXPECT_EQ(point.meters[0].window, point.gate);
  EXPECT_NEAR(metered_power(Form::s2, point.load).value(), 0, 1e-6);
  EXPECT_EQ(point.time.latency, Seconds{10});
  EXPECT_EQ(point.time.window, point.gate);

  // 5 A: 1.2 kW, so a third of 0.5 % of it is 1 Wh after 3·3600/(0.005·1200) s.
  EXPECT_NEAR(plan_of(scenario_of({opposed(Current{5})})).points.at(0).gate.value(), 1800, 1e-9);
}

TEST(OpposedCircuits, OfSeveralMetersTakeTheLongestGate) {
  const Plan plan = plan_of(scenario_of({opposed(Current{5})}), {{"A", meter_2s()}, {"B", meter_4s()}});
  ASSERT_EQ(plan.points.size(), 1U);
  EXPECT_NEAR(plan.points[0].gate.value(), 1800, 1e-9);
  ASSERT_EQ(plan.points[0].meters.size(), 2U);
  // A tenth of the pulse, the same gate.
  EXPECT_LT(plan.points[0].meters[1].predicted_uncertainty, plan.points[0].meters[0].predicted_uncertainty);
}

TEST(OpposedCircuits, PredictTheUncertaintyOfTheirBudget) {
  const PlannedPoint point = plan_of(scenario_of({opposed(Current{200})})).points.at(0);
  // Certificate 0.010 % and 0.004/√3, drift and linearity, a pulse of 0.125 %/√6.
  const double u =
      std::sqrt(0.01 * 0.01 + 0.004 * 0.004 / 3 + (0.010 * 0.010 + 0.006 * 0.006) / 3 + 0.125 * 0.125 / 6);
  // The pulse, triangular, is nearly all of it: k is nearly that of a triangle, 1.927.
  EXPECT_NEAR(percent(point.meters.at(0).predicted_uncertainty) / u, 1.93, 0.01);
}

TEST(OpposedCircuits, AreCountedLongerForATarget) {
  LoadStep step = opposed(Current{200});
  step.target_uncertainty = from_percent(0.06);
  const PlannedPoint point = plan_of(scenario_of({step})).points.at(0);
  EXPECT_LE(percent(point.meters.at(0).predicted_uncertainty), 0.06);
  EXPECT_GT(point.gate.value(), 60);
  EXPECT_LT(point.gate.value(), 300);
  step.target_uncertainty = from_percent(0.02);
  EXPECT_THAT(mistakes_of(scenario_of({step})), HasSubstr("no gate of up to a day"));
}

TEST(OpposedCircuits, TakeACounterThatScans) {
  PlanningStation station = bench();
  station.counter.methods = {CountingMethod::gated_total};
  EXPECT_THAT(mistakes_of(scenario_of({opposed(Current{200})}), station),
              HasSubstr("a residual takes a counter that scans LEDs"));
}

}  // namespace
}  // namespace meterbench
