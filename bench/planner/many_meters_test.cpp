#include <cmath>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> positions_of(const PlannedPoint& point) {
  std::vector<std::string> names;
  for (const PlannedMeter& meter : point.meters) names.push_back(meter.position);
  return names;
}

TEST(ManyMeters, OfOneTypeAreMeasuredAtEachPoint) {
  PlanningStation station = bench();
  station.positions = {{"C"}, {"A"}, {"B"}};
  const Plan plan = plan_of(scenario_of({step_at({Ratio{0.25}, Ratio{1}})}),
                            {{"A", meter_2s()}, {"B", meter_2s()}, {"C", meter_2s()}}, station);
  ASSERT_EQ(plan.points.size(), 2U);
  for (const PlannedPoint& point : plan.points)
    EXPECT_THAT(positions_of(point), ElementsAre("C", "A", "B")) << "in the order of the station";
}

TEST(ManyMeters, HaveAPointInCommonWhereTheAmperesAreTheSame) {
  MeterType small = meter_4s();
  small.maximum_current = Current{50};
  small.kt = from_watt_hours(0.2);
  const Plan plan =
      plan_of(scenario_of({step_at({Ratio{0.025}, Ratio{0.1}})}), {{"A", meter_2s()}, {"B", small}});
  // 5 and 20 A of 200 A, 1.25 and 5 A of 50 A.
  ASSERT_EQ(plan.points.size(), 3U);
  EXPECT_EQ(plan.points[0].current, Current{1.25});
  EXPECT_THAT(positions_of(plan.points[0]), ElementsAre("B"));
  EXPECT_EQ(plan.points[1].current, Current{5});
  EXPECT_THAT(positions_of(plan.points[1]), ElementsAre("A", "B"));
  EXPECT_THAT(positions_of(plan.points[2]), ElementsAre("A"));
  // Each by its own constant: 1.2 kW, 3 s and 0.6 s a pulse.
  EXPECT_EQ(plan.points[1].meters[0].pulses, 4U);
  EXPECT_EQ(plan.points[1].meters[1].pulses, 17U);
  EXPECT_NEAR(plan.points[1].meters[0].window.value(), 15, 1e-9);
  EXPECT_NEAR(plan.points[1].meters[1].window.value(), 18 * 0.6, 1e-9);
  EXPECT_NEAR(plan.points[1].time.window.value(), 15, 1e-9) << "of the slowest";
}

TEST(ManyMeters, TakeTheTimeOfTheSlowest) {
  MeterType late = meter_2s();
  late.latency = Seconds{40};
  const Plan plan =
      plan_of(scenario_of({step_at({Current{50}})}), {{"A", meter_2s()}, {"B", late}, {"C", meter_2s()}});
  EXPECT_EQ(plan.points.at(0).time.latency, Seconds{40});
}

TEST(ManyMeters, AreNeverPutUnderALoadThatOneOfThemCannotBear) {
  const Plan plan =
      plan_of(scenario_of({step_at({Ratio{0.05}, Ratio{0.5}})}), {{"A", meter_2s()}, {"B", meter_4s()}});
  // 10 and 100 A; 1 and 10 A.
  ASSERT_EQ(plan.points.size(), 2U);
  EXPECT_THAT(positions_of(plan.points[1]), ElementsAre("A", "B"));
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].description, "100 A, power factor 1, delivered");
  EXPECT_EQ(plan.unreachable[0].reason,
            "position B, m-4s: 100 A is beyond its Imax 20 A; take it out of its socket");
}

TEST(ManyMeters, AskForTheirOwnRatedVoltages) {
  LoadStep step = step_at({Current{5}});
  step.voltages = {RatedVoltages{}};
  const Plan alone = plan_of(scenario_of({step}), at_a(meter_3s()));
  ASSERT_EQ(alone.points.size(), 2U);
  EXPECT_EQ(alone.points[0].voltage, Voltage{120});
  EXPECT_EQ(alone.points[1].voltage, Voltage{240});

  const Plan beside = plan_of(scenario_of({step}), {{"A", meter_1s()}, {"B", meter_3s()}});
  ASSERT_EQ(beside.points.size(), 1U);
  EXPECT_THAT(positions_of(beside.points[0]), ElementsAre("A", "B"));
  ASSERT_EQ(beside.unreachable.size(), 1U);
  EXPECT_EQ(beside.unreachable[0].description, "240 V, 5 A, power factor 1, delivered");
  EXPECT_EQ(beside.unreachable[0].reason,
            "position A, m-1s: 240 V is beyond its greatest voltage 144 V; take it out of its socket");
}

TEST(ManyMeters, AreToldApartWhereOnlySomeCannotBeCounted) {
  // 50 A at 240 V: 3.3 Hz of 1 Wh, but 666.7 Hz of 5 mWh.
  MeterType fast = meter_2s();
  fast.id = "m-fast";
  fast.kt = from_watt_hours(0.005);
  const Plan plan =
      plan_of(scenario_of({step_at({Current{50}})}), {{"A", fast}, {"B", meter_2s()}, {"C", fast}});
  ASSERT_EQ(plan.points.size(), 1U);
  EXPECT_THAT(positions_of(plan.points[0]), ElementsAre("B"));
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].reason,
            "positions A, C: the test LED gives 666.7 Hz; the counter tells edges apart up to 500 Hz");
}

TEST(ManyMeters, NameTheTargetThatAllOfThemReach) {
  PlanningStation station = bench();
  station.positions[1].isolation = certificate(0.1, 240);  // u = 0.010 % more
  // B: 2·√(0.010² + (0.010² + 0.006²)/3 + 0.010²) % = 0.0314 %.
  const Scenario scenario = single(Current{50}, kUnity, from_percent(0.03));
  EXPECT_THAT(
      mistakes_of(scenario, station, bench_limits(), {{"A", meter_2s()}, {"B", meter_2s()}}),
      HasSubstr("0.03 % is below what this station can reach; the smallest for all points is 0.032 %"));
  EXPECT_EQ(plan_of(scenario, at_a(meter_2s()), station).points.size(), 1U);
}

TEST(ManyMeters, InPositionsThatTheStationHasNotAreAMistakeOfTheProgram) {
  Mistakes mistakes;
  const Scenario scenario = single(Current{50}, kUnity, kEasy);
  EXPECT_THROW((void)make_plan(scenario, {{"Z", meter_2s()}}, bench(), bench_limits(), {}, mistakes),
               std::invalid_argument);
  EXPECT_THROW((void)make_plan(scenario, {}, bench(), bench_limits(), {}, mistakes), std::invalid_argument);
}

TEST(ManyMeters, StandOnACheckLoadThatAllOfThemBear) {
  SoakStep soak;
  soak.temperature = Temperature{53};
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-45}, Temperature{60}, 3, true};
  const Plan plan =
      plan_of(scenario_of({soak, step_at({Current{5}})}), {{"A", meter_2s()}, {"B", meter_4s()}}, station);
  ASSERT_EQ(plan.soaks.size(), 1U);
  const PlannedPoint& check = plan.soaks[0].check;
  EXPECT_EQ(check.current, Current{5});  // a quarter of 20 A, not of 200 A
  // 1.2 kW: 3 s and 0.3 s a pulse, 20 s at least.
  EXPECT_THAT(positions_of(check), ElementsAre("A", "B"));
  EXPECT_EQ(check.meters[0].pulses, 7U);
  EXPECT_EQ(check.meters[1].pulses, 67U);
}

TEST(Isolation, OfAPositionIsInItsBudget) {
  PlanningStation station = bench();
  station.positions[1].isolation = certificate(0.1, 240);
  const Plan plan =
      plan_of(single(Current{50}, kHalfLag, kEasy), {{"A", meter_2s()}, {"B", meter_2s()}}, station);
  ASSERT_EQ(plan.points.size(), 1U);
  const auto& meters = plan.points[0].meters;
  EXPECT_EQ(meters[0].isolation.standard_uncertainty, Ratio{0});
  EXPECT_NEAR(percent(meters[1].isolation.standard_uncertainty), 0.015, 1e-12);
  const double a = percent(meters[0].predicted_uncertainty) / 2,
               b = percent(meters[1].predicted_uncertainty) / 2;
  EXPECT_NEAR(b * b - a * a, 0.015 * 0.015, 1e-9);
}

TEST(Isolation, IsNotExtrapolated) {
  PlanningStation station = bench();
  station.positions[1].isolation = certificate(0.1, 20);
  const Plan plan =
      plan_of(single(Current{50}, kUnity, kEasy), {{"A", meter_2s()}, {"B", meter_2s()}}, station);
  EXPECT_THAT(positions_of(plan.points.at(0)), ElementsAre("A"));
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(
      plan.unreachable[0].reason,
      "position B: isolation of the position: certificate C-1 covers 0.1 A to 20 A at power factor 1, not "
      "50 A");
}

TEST(Grid, GoesOverVoltagesAndCircuitsBeforePowerFactors) {
  LoadStep step = sweep_step({Current{50}, Current{5}}, {kUnity, kHalfLag}, {Direction::delivered}, kEasy);
  step.voltages = {Ratio{1.1}, Ratio{0.9}};
  step.circuits = {Circuit::series, Circuit::coil_1};
  const Plan plan = plan_of(scenario_of({step}));
  ASSERT_EQ(plan.points.size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) {
    const PlannedPoint& point = plan.points[i];
    EXPECT_NEAR(point.voltage.value(), i < 8 ? 264 : 216, 1e-9);
    EXPECT_EQ(point.connection.circuit, i / 4 % 2 == 0 ? Circuit::series : Circuit::coil_1);
    EXPECT_EQ(point.power_factor, i / 2 % 2 == 0 ? kUnity : kHalfLag);
    EXPECT_EQ(point.current, Current{i % 2 == 0 ? 5.0 : 50.0});
  }
}

TEST(Grid, HasALoadOnceThoughItIsWrittenTwice) {
  LoadStep step = step_at({Ratio{0.025}, Current{5}});
  step.voltages = {Voltage{240}, RatedVoltages{}, Ratio{1}};
  EXPECT_EQ(plan_of(scenario_of({step})).points.size(), 1U);
}

TEST(Rests, ComeBeforeALowerCurrentAfterAHighOne) {
  LoadStep step =
      sweep_step({Current{5}, Current{100}, Current{200}}, {kUnity, kHalfLag}, {Direction::delivered}, kEasy);
  step.recovery = Recovery{Ratio{0.5}, Seconds{600}};
  const Plan plan = plan_of(scenario_of({step}));
  std::vector<double> rests;
  for (const PlannedPoint& point : plan.points) rests.push_back(point.rest.value());
  EXPECT_THAT(rests, ElementsAre(0, 0, 0, 600, 0, 0));
  double without = 0;
  for (const PlannedPoint& point : plan.points) without += point.time.total().value();
  EXPECT_NEAR(plan.expected_time().value(), without + 600, 1e-9);
}

TEST(Rests, AreNotNeededAfterALowLoadOrASoak) {
  LoadStep step = step_at({Current{5}, Current{90}});
  step.recovery = Recovery{Ratio{0.5}, Seconds{600}};
  for (const PlannedPoint& point : plan_of(scenario_of({step, step})).points)
    EXPECT_EQ(point.rest, Seconds{0});  // 90 A is below half of Imax

  step.currents = {Current{5}, Current{100}};
  SoakStep soak;
  soak.temperature = Temperature{53};
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-45}, Temperature{60}, 3, true};
  const Plan plan = plan_of(scenario_of({step, step, soak, step}), meter_2s(), station);
  std::vector<double> rests;
  for (const PlannedPoint& point : plan.points) rests.push_back(point.rest.value());
  EXPECT_THAT(rests, ElementsAre(0, 0, 600, 0, 0, 0));
}

}  // namespace
}  // namespace meterbench
