// What stands behind a limit is said wherever the limit is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/junit.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/plan_text.h"
#include "bench/cli/point_table.h"
#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kUnverified =
    "unverified figure, to be checked against S-E-02, clause not known, edition 6";

Limit unverified() {
  return {"verification",    PowerFactor{}, from_percent(1), "S-E-02", "not known", "6", Mark::knowledge, {},
          "I = 25 % of Imax"};
}

PointRecord point(const Limit& limit) {
  PointRecord p;
  p.point_id = "001";
  p.position = "A";
  p.step = "verification";
  p.limit = limit;
  p.verdict.decision = Decision::fail;
  return p;
}

Plan planned(const Limit& limit) {
  Plan plan = sample::plan_of(sample::single(Current{50}, sample::kUnity, sample::kEasy));
  plan.points[0].limit = limit;
  plan.comparisons.push_back({"002", "closing-shift", ResultKind::shift, {0, 0}, limit});
  return plan;
}

TEST(UnverifiedFigure, IsCalledThatInEveryView) {
  const PointRecord p = point(unverified());
  EXPECT_THAT(PointTable{false}.row(p), HasSubstr("unverified figure"));
  EXPECT_EQ(limit_line(p.limit),
            std::string{"±1 % of verification at PF 1, I = 25 % of Imax: "} + kUnverified);
  EXPECT_EQ(point_json(p)["limit"]["citation"], kUnverified);
  EXPECT_THAT(points_csv({}, {p}), HasSubstr(kUnverified));
  EXPECT_THAT(junit_xml({}, {p}, {}), HasSubstr(kUnverified));
}

TEST(UnverifiedFigure, IsCalledThatInThePlan) {
  const Plan plan = planned(unverified());
  const std::string text = plan_text(plan, sample::bench(), "virtual");
  EXPECT_THAT(text, HasSubstr("limit  ±1 % of verification at PF 1, I = 25 % of Imax: unverified figure"));
  EXPECT_THAT(text, HasSubstr("closing-shift of point 001 against 001, limit ±1 % of verification"));
  const auto json = plan_json(plan, sample::bench(), "virtual");
  EXPECT_EQ(json["points"][0]["limit"]["citation"], kUnverified);
  EXPECT_EQ(json["comparisons"][0]["limit"]["citation"], kUnverified);
}

TEST(AcceptanceCriterion, IsCalledThatAndNoDocumentsLimit) {
  const Limit own{"load", {}, from_percent(0.5), "Meterbench", "", "", Mark::criterion};
  EXPECT_THAT(PointTable{false}.row(point(own)), HasSubstr("acceptance criterion"));
  EXPECT_THAT(junit_xml({}, {point(own)}, {}), HasSubstr("acceptance criterion of Meterbench"));
  EXPECT_THAT(plan_text(planned(own), sample::bench(), "virtual"),
              HasSubstr("acceptance criterion of Meterbench"));
}

TEST(SecondarySource, IsFlagged) {
  Limit restated = unverified();
  restated.mark = Mark::read_2;
  EXPECT_THAT(PointTable{false}.row(point(restated)), HasSubstr("secondary source"));
  EXPECT_THAT(limit_line(restated), HasSubstr("(secondary source)"));
  EXPECT_THAT(limit_line(restated), Not(HasSubstr("unverified")));
}

TEST(LimitsOfTwoSides, AreToldWithBoth) {
  Limit limit = unverified();
  limit.middle = from_percent(-0.5);
  limit.limit = from_percent(2.5);
  const auto json = point_json(point(limit));
  EXPECT_DOUBLE_EQ(json["limit"]["lower_percent"].get<double>(), -3);
  EXPECT_DOUBLE_EQ(json["limit"]["upper_percent"].get<double>(), 2);
  EXPECT_THAT(PointTable{false}.row(point(limit)), HasSubstr("+2 % / -3 %"));
}

}  // namespace
}  // namespace meterbench
