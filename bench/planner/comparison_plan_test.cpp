#include "bench/planner/comparison_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

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
  ASSERT_EQ(plan.comparisons.size(), 2U);
  EXPECT_EQ(plan.comparisons[0].id, "009");
  EXPECT_EQ(plan.comparisons[1].id, "010");
  EXPECT_EQ(plan.comparisons[0].step, "load");
  EXPECT_EQ(plan.comparisons[0].points[0], 1U);
  EXPECT_EQ(plan.comparisons[0].points[1], 4U);
  EXPECT_EQ(plan.comparisons[1].points[0], 3U);
  EXPECT_EQ(plan.comparisons[1].points[1], 6U);
  EXPECT_EQ(plan.comparisons[0].limit.limit, from_percent(0.5));
}

/// Opening and closing are each other's likes but for the change.
std::string mistakes_between(const std::function<void(LoadStep&)>& change, Influence varies) {
  LoadStep closing = labelled("closing", {Current{50}});
  change(closing);
  CompareStep step = compare();
  step.varies = varies;
  return mistakes_of(scenario_of({labelled("opening", {Current{50}}), closing, step}));
}

const std::pair<Influence, std::function<void(LoadStep&)>> kChanges[] = {
    {Influence::voltage, [](LoadStep& s) { s.voltages = {Voltage{200}}; }},
    {Influence::circuit, [](LoadStep& s) { s.circuits = {Circuit::coil_1}; }},
    {Influence::circuit, [](LoadStep& s) { s.service = Service::network; }},
    {Influence::power_factor, [](LoadStep& s) { s.power_factors = {kHalfLag}; }},
    {Influence::frequency, [](LoadStep& s) { s.frequency = Frequency{61}; }},
};

TEST(Shifts, DoNotPairWhatDiffersInAnything) {
  const std::string none = "s.yaml:20:5: steps 'opening' and 'closing' have no point in common";
  EXPECT_EQ(mistakes_between([](LoadStep& s) { s.currents = {Current{51}}; }, Influence::nothing),
            none + "\n");
  for (const auto& [influence, change] : kChanges)
    EXPECT_EQ(mistakes_between(change, Influence::nothing),
              none + ": 'varies: " + std::string{to_text(influence)} + "' is missing\n");
}

TEST(Shifts, PairWhatDiffersInTheInfluenceAlone) {
  for (const auto& [influence, change] : kChanges) {
    EXPECT_EQ(mistakes_between(change, influence), "a plan without mistakes") << to_text(influence);
    EXPECT_THAT(
        mistakes_between([&change](LoadStep& s) { change(s), s.currents = {Current{51}}; }, influence),
        HasSubstr("have no points that differ in their"));
  }
  EXPECT_EQ(mistakes_between([](LoadStep&) {}, Influence::voltage),
            "s.yaml:20:5: steps 'opening' and 'closing' have no points that differ in their voltage alone\n");
  EXPECT_THAT(mistakes_between(
                  [](LoadStep& s) {
                    s.voltages = {Voltage{200}};
                    s.frequency = Frequency{61};
                  },
                  Influence::voltage),
              HasSubstr("have no points that differ in their voltage alone"));
}

TEST(Shifts, GoBetweenTemperatures) {
  SoakStep soak;
  soak.temperature = Temperature{53};
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-45}, Temperature{60}, 3, true};
  CompareStep step = compare();
  step.varies = Influence::temperature;
  const Plan plan = plan_of(
      scenario_of({labelled("opening", {Current{50}}), soak, labelled("closing", {Current{50}}), step}),
      meter_2s(), station);
  ASSERT_EQ(plan.comparisons.size(), 2U);
  EXPECT_EQ(plan.comparisons[0].varies, Influence::temperature);
}

LoadStep repeated(int times, Seconds every = {}, Seconds rest = {}) {
  LoadStep step = sweep_step({Current{5}, Current{50}}, {kUnity}, {Direction::delivered}, kEasy);
  step.label = "opening";
  step.repetition = {times, every, rest};
  return step;
}

TEST(Repetitions, ArePointsOfTheirOwn) {
  const Plan plan = plan_of(scenario_of({repeated(3, Seconds{300}, Seconds{3600})}));
  ASSERT_EQ(plan.points.size(), 6U);
  for (const std::size_t first : {0U, 3U}) {
    EXPECT_EQ(plan.points[first].repetition, 1);
    EXPECT_EQ(plan.points[first].rest, Seconds{3600});
    EXPECT_EQ(plan.points[first].time.waiting, Seconds{});
    EXPECT_EQ(plan.points[first + 2].repetition, 3);
    EXPECT_EQ(plan.points[first + 2].rest, Seconds{});
    EXPECT_EQ(plan.points[first + 2].under_load, Seconds{600});
  }
  // Five minutes apart, whatever of them is the window.
  const PointTime& first = plan.points[0].time;
  const PointTime& second = plan.points[1].time;
  EXPECT_NEAR((first.total() + second.waiting).value(), 300, 1e-9);
  EXPECT_EQ(second.settling, Seconds{});
}

TEST(Repetitions, AreHeldAgainstTheFirstOfThemByTime) {
  CompareStep step = compare();
  step.second = "opening";
  step.varies = Influence::time;
  const Plan plan = plan_of(scenario_of({repeated(3, Seconds{300}), step}));
  ASSERT_EQ(plan.comparisons.size(), 4U);
  EXPECT_EQ(plan.comparisons[1].points, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(plan.comparisons[3].points, (std::vector<std::size_t>{3, 5}));
}

RepeatabilityStep repeatability() {
  RepeatabilityStep step;
  step.name = "load";
  step.of = "opening";
  step.limits = "bench";
  step.position = {"s.yaml", 20, 5};
  step.limits_position = {"s.yaml", 23, 13};
  return step;
}

TEST(Repeatability, IsOfAllRepetitionsOfOneLoad) {
  const Plan plan = plan_of(scenario_of({repeated(4), repeatability()}));
  ASSERT_EQ(plan.comparisons.size(), 2U);
  EXPECT_EQ(plan.comparisons[0].result, ResultKind::repeatability);
  EXPECT_EQ(plan.comparisons[0].points, (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(plan.comparisons[1].points, (std::vector<std::size_t>{4, 5, 6, 7}));
  EXPECT_EQ(plan.comparisons[0].limit.limit, from_percent(0.5));
}

TEST(Repeatability, HasOneLimitForAllItsMeters) {
  RepeatabilityStep step = repeatability();
  step.name = "something else";
  EXPECT_EQ(mistakes_of(scenario_of({repeated(4), step})),
            "s.yaml:23:13: limits 'bench' have no row for test 'something else' at power factor 1\n");
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
  EXPECT_THAT(plan.comparisons, IsEmpty());
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
