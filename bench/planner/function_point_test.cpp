#include "bench/planner/function_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Scenario one(LoadStep step) {
  Scenario scenario;
  scenario.steps = {std::move(step)};
  return scenario;
}

LoadStep no_load(VoltageSpec voltage) {
  LoadStep step;
  step.test = LoadTest::no_load;
  step.name = "creep";
  step.voltages = {voltage};
  step.currents = {Current{}};
  step.current_positions = {{}};
  step.power_factors = {PowerFactor{}};
  step.directions = {Direction::delivered};
  return step;
}

LoadStep starting(Current current) {
  LoadStep step = no_load(Ratio{1});
  step.test = LoadTest::starting;
  step.name = "starting";
  step.currents = {current};
  return step;
}

std::optional<Plan> plan(const Scenario& scenario, const sample::Meters& meters,
                         const PlanningStation& station) {
  Mistakes mistakes;
  return make_plan(scenario, meters, station, sample::bench_limits(), {}, mistakes);
}

TEST(NoLoad, LastsAsTheFactsHaveIt) {
  // type-approval.md 4.2: 240 V 200 A, k 1000: 12.5 min; with Kt 7.2: 90 min; 120 V 10 A k 1000: 500 min.
  MeterType type = sample::meter_2s();
  EXPECT_NEAR(no_load_time(type, Voltage{240}).value(), 12.5 * 60, 1e-9);
  type.kt = from_watt_hours(7.2);
  EXPECT_NEAR(no_load_time(type, Voltage{240}).value(), 90 * 60, 1e-9);
  type = sample::meter_3s();
  type.kt = from_watt_hours(1);
  EXPECT_NEAR(no_load_time(type, Voltage{120}).value(), 500 * 60, 1e-9);
  type.kt = from_watt_hours(1e-6);
  EXPECT_EQ(no_load_time(type, Voltage{120}), Seconds{60}) << "at least";
}

TEST(NoLoad, StandsOnVoltageAloneForThatLongAndAllowsOnePulse) {
  const auto planned = plan(one(no_load(Ratio{1.15})), sample::at_a(sample::meter_2s()), sample::bench());
  ASSERT_TRUE(planned);
  ASSERT_THAT(planned->points, SizeIs(1));
  const PlannedPoint& point = planned->points[0];
  EXPECT_EQ(point.result, ResultKind::no_load);
  EXPECT_EQ(point.load.circuits[0].current, Current{});
  EXPECT_NEAR(point.voltage.value(), 276, 1e-9);
  EXPECT_NEAR(point.gate.value(), 750 * 240 / 276.0, 1e-9);
  EXPECT_EQ(point.meters.at(0).pulses, 1U);
  EXPECT_EQ(point.limit.mark, Mark::criterion) << "no standard's";
}

TEST(NoLoad, LastsAsLongAsTheScenarioSaysAndAsTheSlowestMeterNeeds) {
  LoadStep step = no_load(Ratio{1});
  step.time = Seconds{100};
  EXPECT_EQ(plan(one(step), sample::at_a(sample::meter_2s()), sample::bench())->points.at(0).gate,
            Seconds{100});
  const auto both = plan(one(no_load(Voltage{240})), {{"A", sample::meter_2s()}, {"B", sample::meter_4s()}},
                         sample::bench());
  // Of 0.1 Wh and 20 A as of 1 Wh and 200 A.
  EXPECT_NEAR(both->points.at(0).gate.value(), 750, 1e-9);
  EXPECT_THAT(both->points.at(0).meters, SizeIs(2));
}

TEST(NoLoad, IsCountedWithinAGateWhereNothingScans) {
  PlanningStation station = sample::bench();
  station.counter.methods = {CountingMethod::gated_total};
  station.counter.longest_gate = std::chrono::seconds{1000};
  const Scenario scenario = one(no_load(Ratio{1}));
  EXPECT_EQ(plan(scenario, sample::at_a(sample::meter_2s()), station)->points.at(0).method,
            CountingMethod::gated_total);
  Mistakes mistakes;
  station.counter.longest_gate = std::chrono::seconds{100};
  EXPECT_FALSE(
      make_plan(scenario, sample::at_a(sample::meter_2s()), station, sample::bench_limits(), {}, mistakes));
  EXPECT_THAT(mistakes.text(), HasSubstr("longer than the counter has"));
}

TEST(Starting, WaitsForTwoPulsesWithPatience) {
  const auto planned = plan(one(starting(Current{0.1})), sample::at_a(sample::meter_2s()), sample::bench());
  ASSERT_TRUE(planned);
  const PlannedPoint& point = planned->points.at(0);
  EXPECT_EQ(point.result, ResultKind::starting);
  EXPECT_NEAR(point.meters.at(0).power.value(), 24, 1e-9);
  EXPECT_NEAR(point.meters.at(0).window.value(), 3 * 150, 1e-9);  // 1 Wh at 24 W takes 150 s
}

TEST(Registers, HaveWindowsLongEnoughForTheirOwnResolution) {
  LoadStep step =
      sample::sweep_step({Current{200}}, {PowerFactor{}}, {Direction::delivered}, from_percent(0.1));
  step.test = LoadTest::registers;
  const auto planned = plan(one(step), sample::at_a(sample::meter_2s()), sample::bench());
  ASSERT_TRUE(planned);
  const PlannedPoint& point = planned->points.at(0);
  EXPECT_EQ(point.result, ResultKind::register_error);
  // √2 of one pulse of N, triangular, expanded: 1.155/N within 0.1 % takes 1155 pulses at least.
  EXPECT_GT(point.meters.at(0).pulses, 1155U);
  EXPECT_LT(point.meters.at(0).pulses, 1300U);
  EXPECT_LE(point.meters.at(0).predicted_uncertainty, from_percent(0.1));
}

}  // namespace
}  // namespace meterbench
