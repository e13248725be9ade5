#include "bench/planner/shift_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LoadStep labelled(const std::string& label, std::vector<CurrentSpec> currents) {
  LoadStep step =
      sweep_step(std::move(currents), {kUnity}, {Direction::delivered, Direction::received}, kEasy);
  step.label = label;
  return step;
}

CompareStep compare() {
  CompareStep step;
  step.name = "load";  // a test that the limits have
  step.first = "opening";
  step.second = "closing";
  step.limits = "bench";
  step.position = {"s.yaml", 20, 5};
  step.limits_position = {"s.yaml", 23, 13};
  return step;
}

TEST(Shifts, PairThePointsOfTwoStepsAtTheSameLoad) {
  const Plan plan = plan_of(scenario_of({labelled("opening", {Current{5}, Current{50}}), compare(),
                                         labelled("closing", {Ratio{0.25}, Current{100}})}));
  ASSERT_EQ(plan.points.size(), 8U);
  EXPECT_EQ(plan.points[0].label, "opening");
  // 50 A, delivered and received.
  ASSERT_EQ(plan.shifts.size(), 2U);
  EXPECT_EQ(plan.shifts[0].id, "009");
  EXPECT_EQ(plan.shifts[1].id, "010");
  EXPECT_EQ(plan.shifts[0].step, "load");
  EXPECT_EQ(plan.shifts[0].first, 1U);
  EXPECT_EQ(plan.shifts[0].second, 4U);
  EXPECT_EQ(plan.shifts[1].first, 3U);
  EXPECT_EQ(plan.shifts[1].second, 6U);
  EXPECT_EQ(plan.shifts[0].limit.limit, from_percent(0.5));
}

TEST(Shifts, DoNotPairWhatDiffersInAnything) {
  const LoadStep opening = labelled("opening", {Current{50}});
  const auto differs = [&](auto change) {
    LoadStep closing = labelled("closing", {Current{50}});
    change(closing);
    return mistakes_of(scenario_of({opening, closing, compare()})) ==
           "s.yaml:20:5: steps 'opening' and 'closing' have no point in common\n";
  };
  EXPECT_TRUE(differs([](LoadStep& s) { s.voltages = {Voltage{200}}; }));
  EXPECT_TRUE(differs([](LoadStep& s) { s.currents = {Current{51}}; }));
  EXPECT_TRUE(differs([](LoadStep& s) { s.circuits = {Circuit::coil_1}; }));
  EXPECT_TRUE(differs([](LoadStep& s) { s.service = Service::network; }));
  EXPECT_TRUE(differs([](LoadStep& s) { s.power_factors = {kHalfLag}; }));
  EXPECT_TRUE(differs([](LoadStep& s) { s.frequency = Frequency{61}; }));
}

TEST(Shifts, GoBetweenTemperatures) {
  SoakStep soak;
  soak.temperature = Temperature{53};
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-45}, Temperature{60}, 3, true};
  EXPECT_EQ(plan_of(scenario_of({labelled("opening", {Current{50}}), soak, labelled("closing", {Current{50}}),
                                 compare()}),
                    meter_2s(), station)
                .shifts.size(),
            2U);
}

TEST(Shifts, OfALabelThatIsNotThereAreAMistake) {
  EXPECT_EQ(mistakes_of(scenario_of({labelled("opening", {Current{50}}), compare()})),
            "s.yaml:20:5: no step has the label 'closing'\n");
}

TEST(Shifts, OfALaterStepAgainstAnEarlierOneAreAMistake) {
  EXPECT_EQ(mistakes_of(scenario_of(
                {labelled("closing", {Current{50}}), labelled("opening", {Current{50}}), compare()})),
            "s.yaml:20:5: step 'opening' comes after step 'closing', not before it\n");
}

TEST(Shifts, WithoutALimitAreAMistakeOnce) {
  CompareStep step = compare();
  step.name = "closing-shift";
  EXPECT_EQ(mistakes_of(scenario_of({labelled("opening", {Current{5}, Current{50}}),
                                     labelled("closing", {Current{5}, Current{50}}), step})),
            "s.yaml:23:13: limits 'bench' have no row for test 'closing-shift' at power factor 1\n");
}

TEST(Shifts, OfAStepOutOfReachAreOutOfReach) {
  SoakStep soak;
  soak.temperature = Temperature{53};  // there is no chamber
  const Plan plan = plan_of(
      scenario_of({labelled("opening", {Current{50}}), soak, labelled("closing", {Current{50}}), compare()}));
  EXPECT_THAT(plan.shifts, IsEmpty());
  ASSERT_EQ(plan.unreachable.size(), 3U);
  EXPECT_EQ(plan.unreachable.back().description, "load: 'closing' against 'opening'");
  EXPECT_EQ(plan.unreachable.back().reason, "no point of 'closing' can be reached");
}

TEST(Shifts, AreOfMetersThatHaveBoth) {
  // 5 A is asked for by A at first and by B at the end.
  LoadStep opening = labelled("opening", {Ratio{0.025}});
  LoadStep closing = labelled("closing", {Ratio{0.25}});
  PlanningStation station = bench();
  station.limits.current = Current{20};  // A's quarter, 50 A, is out of reach
  EXPECT_THAT(mistakes_of(scenario_of({opening, closing, compare()}), station, bench_limits(),
                          {{"A", meter_2s()}, {"B", meter_4s()}}),
              HasSubstr("have no point in common"));
}

}  // namespace
}  // namespace meterbench
