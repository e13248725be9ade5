// Which row of a file of limits a point, or a shift, is held against.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

CurrentShare share(std::string_view text) { return parse_current_share(text)->value(); }

/// TA 30 A.
MeterType direct_meter() {
  MeterType meter = meter_2s();
  meter.test_amperes = Current{30};
  return meter;
}

/// TA 2.5 A.
MeterType transformer_meter() {
  MeterType meter = meter_4s();
  meter.test_amperes = Current{2.5};
  return meter;
}

LimitRow row(double limit_percent, const Interval<CurrentShare>& current) {
  LimitRow row;
  row.limit.test = "load";
  row.limit.limit = from_percent(limit_percent);
  row.current = current;
  return row;
}

/// 1.5 % below 10 % of TA, 1 % from there on.
LimitFiles by_test_current() {
  return {{"bench",
           {row(1.5, {std::nullopt, share("10 % of TA"), true, false}),
            row(1, {share("10 % of TA"), std::nullopt})}}};
}

Plan plan_with(const Scenario& scenario, const LimitFiles& limits, const Meters& meters) {
  Mistakes mistakes;
  auto plan = make_plan(scenario, meters, bench(), limits, {}, mistakes);
  EXPECT_TRUE(plan) << mistakes.text();
  return plan.value_or(Plan{});
}

std::vector<double> limits_of(const Plan& plan) {
  std::vector<double> limits;
  for (const PlannedPoint& point : plan.points) limits.push_back(percent(point.limit.limit));
  return limits;
}

TEST(LimitOfAPoint, FollowsItsCurrent) {
  const Scenario scenario = scenario_of({step_at({Current{2}, Current{3}, Current{50}})});
  EXPECT_THAT(limits_of(plan_with(scenario, by_test_current(), at_a(direct_meter()))),
              ElementsAre(1.5, 1, 1));
}

TEST(LimitOfAPoint, IsFoundAtTheSharesThatItsRowNames) {
  const Scenario scenario = scenario_of({step_at({share("10 % of TA"), share("Ib"), share("Imax")})});
  const Plan plan = plan_with(scenario, by_test_current(), at_a(direct_meter()));
  EXPECT_THAT(limits_of(plan), ElementsAre(1, 1, 1));
  EXPECT_EQ(plan.points[0].current, Current{3});
  EXPECT_EQ(plan.points[1].current, Current{30});
  EXPECT_EQ(plan.points[2].current, Current{200});
}

TEST(LimitOfAPoint, OfMetersThatHaveDifferentRowsAtOneLoadMakesAPointForEach) {
  const Meters meters{{"A", direct_meter()}, {"B", transformer_meter()}};
  const Plan plan = plan_with(scenario_of({step_at({Current{2}})}), by_test_current(), meters);
  ASSERT_THAT(plan.points, SizeIs(2));
  EXPECT_EQ(plan.points[0].meters.at(0).position, "A");
  EXPECT_EQ(plan.points[1].meters.at(0).position, "B");
  EXPECT_THAT(limits_of(plan), ElementsAre(1.5, 1));
  EXPECT_THAT(plan_with(scenario_of({step_at({Current{10}})}), by_test_current(), meters).points, SizeIs(1));
}

TEST(LimitOfAPoint, ThatNoRowHasIsAMistakeOnceForAStep) {
  LimitFiles limits = by_test_current();
  limits["bench"].pop_back();
  EXPECT_EQ(
      mistakes_of(scenario_of({step_at({Current{3}, Current{50}})}), bench(), limits, at_a(direct_meter())),
      "s.yaml:9:13: limits 'bench' have no row for test 'load' at 3 A, 240 V, power factor 1, 23 °C of "
      "m-2s\n");
}

LoadStep function(LoadTest test, CurrentSpec current) {
  LoadStep step = step_at({current});
  step.test = test;
  step.target_uncertainty.reset();
  return step;
}

TEST(LimitOfAFunction, IsItsRowsWhereTheStepNamesLimits) {
  LimitRow start = row(0, Interval<CurrentShare>::only(share("0.4 % of TA")));
  start.kind = LimitKind::starts;
  start.limit.source = "IEC";
  LimitRow still = row(0, {});
  still.kind = LimitKind::pulses;
  still.pulses = 3;
  still.voltage = Ratio{1.15};
  const LimitFiles limits{{"bench", {start, still}}};
  LoadStep creep = function(LoadTest::no_load, Current{});
  creep.voltages = {Ratio{1.15}};
  const Plan plan = plan_with(scenario_of({function(LoadTest::starting, share("0.4 % of TA")), creep}),
                              limits, at_a(direct_meter()));
  EXPECT_EQ(plan.points[0].limit.source, "IEC");
  EXPECT_THAT(plan.points[0].limit.terms, HasSubstr("first and second LED pulse"));
  EXPECT_EQ(plan.points[1].meters.at(0).pulses, 3U);
  EXPECT_THAT(mistakes_of(scenario_of({function(LoadTest::starting, Current{1})}), bench(), limits,
                          at_a(direct_meter())),
              HasSubstr("no row for test 'load' at 1 A"));
}

/// Two points at 23 and at 53 °C; the station's chamber is a perfect one.
Scenario warmed() {
  LoadStep cold = step_at({Current{50}});
  cold.label = "cold";
  LoadStep warm = cold;
  warm.label = "warm";
  SoakStep soak;
  soak.temperature = Temperature{53};
  CompareStep compare;
  compare.name = "coefficient";
  compare.first = "cold";
  compare.second = "warm";
  compare.varies = Influence::temperature;
  compare.limits = "shifts";
  compare.limits_position = {"s.yaml", 30, 13};
  return scenario_of({cold, soak, warm, compare});
}

/// The same, both at 23 °C.
Scenario not_warmed() {
  Scenario scenario = warmed();
  scenario.steps.erase(scenario.steps.begin() + 1);
  std::get<CompareStep>(scenario.steps.back()).varies = Influence::nothing;
  return scenario;
}

PlanningStation with_chamber() {
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-60}, Temperature{100}};
  return station;
}

LimitRow of_coefficient(double limit_percent, LimitKind kind) {
  LimitRow coefficient = row(limit_percent, {});
  coefficient.limit.test = "coefficient";
  coefficient.kind = kind;
  return coefficient;
}

TEST(LimitOfAShift, PerKelvinIsOfTheDifferenceOfTemperatures) {
  LimitFiles limits = bench_limits();
  limits["shifts"] = {of_coefficient(0.05, LimitKind::percent_per_kelvin),
                      of_coefficient(9, LimitKind::percent)};
  Mistakes mistakes;
  const auto plan = make_plan(warmed(), at_a(direct_meter()), with_chamber(), limits, {}, mistakes);
  ASSERT_TRUE(plan) << mistakes.text();
  ASSERT_THAT(plan->comparisons, SizeIs(1));
  EXPECT_DOUBLE_EQ(percent(plan->comparisons[0].limit.limit), 1.5);
  EXPECT_THAT(plan->comparisons[0].limit.terms, HasSubstr("0.05 %/K over 30 K"));
}

TEST(LimitOfAShift, PerKelvinSaysNothingAtOneTemperature) {
  const Scenario scenario = not_warmed();
  LimitFiles limits = bench_limits();
  limits["shifts"] = {of_coefficient(0.05, LimitKind::percent_per_kelvin)};
  EXPECT_EQ(mistakes_of(scenario, bench(), limits, at_a(direct_meter())),
            "s.yaml:30:13: limits 'shifts' have no row for test 'coefficient' at 50 A, power factor 1\n");
  limits["shifts"].push_back(of_coefficient(9, LimitKind::percent));
  const Plan plan = plan_with(scenario, limits, at_a(direct_meter()));
  EXPECT_DOUBLE_EQ(percent(plan.comparisons.at(0).limit.limit), 9);
}

TEST(LimitOfAShift, IsOfEachMeterWhereTheEarlierPointsHadLimitsOfTheirOwn) {
  Scenario scenario = not_warmed();
  for (const std::size_t step : {0U, 1U}) std::get<LoadStep>(scenario.steps[step]).currents = {Current{2}};
  std::get<LoadStep>(scenario.steps[1]).limits = "plain";
  LimitFiles limits = by_test_current();
  limits["plain"] = {row(1, {})};
  limits["shifts"] = {of_coefficient(9, LimitKind::percent)};
  const Plan plan = plan_with(scenario, limits, {{"A", direct_meter()}, {"B", transformer_meter()}});
  ASSERT_THAT(plan.points, SizeIs(3)) << "one for each meter, then both together";
  ASSERT_THAT(plan.comparisons, SizeIs(2));
  EXPECT_EQ(plan.comparisons[0].points[0], 0U);
  EXPECT_EQ(plan.comparisons[1].points[0], 1U);
  for (const PlannedComparison& shift : plan.comparisons) EXPECT_EQ(shift.last(), 2U);
}

TEST(LimitOfAShift, MustBeOneForAllItsMeters) {
  Scenario scenario = not_warmed();
  for (const std::size_t step : {0U, 1U}) std::get<LoadStep>(scenario.steps[step]).currents = {Current{2}};
  LimitFiles limits = bench_limits();
  limits["shifts"] = by_test_current().at("bench");
  for (LimitRow& shift : limits["shifts"]) shift.limit.test = "coefficient";
  const Meters meters{{"A", direct_meter()}, {"B", transformer_meter()}};
  EXPECT_EQ(mistakes_of(scenario, bench(), limits, meters),
            "s.yaml:30:13: limits 'shifts' have different rows for the meters for test 'coefficient' at 2 A, "
            "power factor 1\n");
}

}  // namespace
}  // namespace meterbench
