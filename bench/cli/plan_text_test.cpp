#include "bench/cli/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;
using ::testing::Not;

PlanningStation station() {
  PlanningStation s = bench();
  s.wiring = Resistance{0.005};
  s.source.compliance = Voltage{12};
  return s;
}

/// 5 and 50 A of A, 0.5 and 5 A of B; a rest before the second step, which is compared with the first.
Plan sample_plan() {
  LoadStep opening = step_at({Ratio{0.025}, Ratio{0.25}});
  opening.label = "opening";
  LoadStep closing = opening;
  closing.label = "closing";
  closing.recovery = Recovery{Ratio{0.25}, Seconds{600}};
  CompareStep compare;
  compare.name = "load";
  compare.first = "opening";
  compare.second = "closing";
  compare.limits = "bench";
  return plan_of(scenario_of({opening, closing, compare}), {{"A", meter_2s()}, {"B", meter_4s()}}, station());
}

TEST(PlanText, ShowsPositionsPulsesTimesShiftsAndWhatIsOutOfReach) {
  const std::string text = plan_text(sample_plan(), station(), "bench");
  EXPECT_THAT(text, HasSubstr("test: m-2s at position A; m-4s at position B on station bench\n"));
  // 5 A: 4 pulses of A, 34 of B.
  EXPECT_THAT(text, HasSubstr("  all  "));
  EXPECT_THAT(text, HasSubstr("4…34"));
  EXPECT_THAT(text, HasSubstr("10 min"));
  EXPECT_THAT(
      text,
      HasSubstr("005    load of point 003 against 001, limit ±0.5 % of load at PF 1: unverified figure, "));
  EXPECT_THAT(text, HasSubstr("cannot be reached: 50 A, power factor 1, delivered: position B, m-4s: 50 A is "
                              "beyond its Imax 20 A"));
  EXPECT_THAT(text, HasSubstr("\n4 points and 2 comparisons, "));
}

TEST(PlanText, TellsALoadOutOfReachOnceWithHowOftenItIsAskedFor) {
  Plan plan;
  plan.unreachable = {{"50 A", "too much"}, {"100 A", "too much"}, {"50 A", "too much"}};
  EXPECT_EQ(unreachable_text(plan),
            "cannot be reached: 50 A: too much (2 times)\ncannot be reached: 100 A: too much\n");
  EXPECT_EQ(unreachable_text(Plan{}), "");
  EXPECT_EQ(unreachable_json(plan).size(), 3U) << "programs get each";
}

TEST(PlanText, SetsTheBurdenAgainstWhatTheSourceGives) {
  // 5 A · 5 mΩ.
  EXPECT_THAT(
      plan_text(sample_plan(), station(), "bench"),
      HasSubstr("Burden: 0 VA of a voltage channel at most (not stated of the source), 0.025 V across a "
                "current channel (the source gives 12 V)\n"));
}

TEST(PlanText, NamesWhatAPointIsBesidesItsLoad) {
  LoadStep step = step_at({Current{50}});
  step.circuits = {Circuit::series, Circuit::opposed};
  step.target_uncertainty.reset();
  step.pulses = 20;
  const std::string text = plan_text(plan_of(scenario_of({step})), bench(), "bench");
  EXPECT_THAT(text, HasSubstr("opposed, residual"));
  EXPECT_THAT(text, Not(HasSubstr("percent_error")));
}

TEST(PlanText, TellsBeforehandWhatWillNotBeDecided) {
  LoadStep step = step_at({Current{50}});
  step.circuits = {Circuit::series, Circuit::legs};
  step.leg_2 = {Ratio{0.98}, kUnity, Direction::received};  // 99 parts of power for one that is left
  step.target_uncertainty.reset();
  step.pulses = 20;
  const Plan plan = plan_of(scenario_of({step}));
  EXPECT_THAT(plan_text(plan, bench(), "bench"),
              HasSubstr(" is larger than the limit of 0.5 %: neither pass nor fail can be taken\n"));
  const auto json = plan_json(plan, bench(), "bench");
  EXPECT_FALSE(json["points"][0].contains("note"));
  EXPECT_THAT(json["points"][1]["note"].get<std::string>(), HasSubstr("is larger than the limit"));
}

TEST(PlanJson, HasTheSameForPrograms) {
  const auto json = plan_json(sample_plan(), station(), "bench");
  EXPECT_EQ(json["meters"]["B"], "m-4s");
  EXPECT_FALSE(json.contains("meter"));
  EXPECT_EQ(json["points"].size(), 4U);
  const auto& point = json["points"][1];
  EXPECT_EQ(point["point_id"], "002");
  EXPECT_EQ(point["current_a"], 5);
  EXPECT_EQ(point["result"], "percent_error");
  EXPECT_EQ(point["circuit"], "series");
  EXPECT_EQ(point["meters"][0]["pulses"], 4);
  EXPECT_EQ(point["meters"][1]["pulses"], 34);
  EXPECT_EQ(point["window_s"], point["meters"][0]["window_s"]);
  EXPECT_EQ(json["points"][2]["rest_s"], 600);
  EXPECT_EQ(json["comparisons"][1]["points"][0], "002");
  EXPECT_EQ(json["comparisons"][1]["points"][1], "004");
  EXPECT_NEAR(json["burden"]["current_channel_v"].get<double>(), 0.025, 1e-12);
  EXPECT_TRUE(json["burden"]["voltage_channel_most_va"].is_null());
  EXPECT_EQ(plan_json(plan_of(single(Current{50}, kUnity, kEasy)), bench(), "bench")["meter"], "m-2s");
}

}  // namespace
}  // namespace meterbench
