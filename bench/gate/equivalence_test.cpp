#include "bench/gate/equivalence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/gate/sample_runs.h"

namespace meterbench::gate {
namespace {

using ::testing::HasSubstr;

std::vector<StoredRun> with(const std::vector<double>& errors) {
  std::vector<StoredRun> runs(errors.size());
  for (std::size_t i = 0; i < errors.size(); ++i)
    runs[i].results[sample::point(10)] = sample::number(sample::point(10), errors[i]);
  return runs;
}

std::vector<StoredRun> saying(const std::vector<Decision>& decisions, const std::string& told = "") {
  PointKey key = sample::point(10);
  key.result = "security";
  std::vector<StoredRun> runs(decisions.size());
  for (std::size_t i = 0; i < decisions.size(); ++i) runs[i].results[key] = sample::word(decisions[i], told);
  return runs;
}

PointComparison only(const std::vector<StoredRun>& baseline, const std::vector<StoredRun>& candidate,
                     double margin_percent) {
  const auto points = compare_points(baseline, candidate, {.margin = from_percent(margin_percent)});
  EXPECT_EQ(points.size(), 1U);
  return points.at(0);
}

// Mean 0 and 0.02, s = 0.01, s_d = 0.01·√(1/5 + 1/5) = 0.0063246, t(0.05, 8) = 1.8595: half width 0.011761.
const std::vector<StoredRun> kBaseline = with({-0.01265, -0.00633, 0, 0.00633, 0.01265});
const std::vector<StoredRun> kCandidate = with({0.00735, 0.01367, 0.02, 0.02633, 0.03265});

TEST(Equivalence, HoldsWhereTheIntervalLiesWithinTheMargin) {
  const PointComparison point = only(kBaseline, kCandidate, 0.032);
  EXPECT_NEAR(point.samples->difference, 0.02, 1e-12);
  EXPECT_NEAR(point.smallest_margin_percent / 2, 0.011761, 2e-5);
  EXPECT_EQ(point.equivalence, Equivalence::equivalent);
  EXPECT_EQ(only(kBaseline, kCandidate, 0.0315).equivalence, Equivalence::not_equivalent);
  EXPECT_THAT(only(kBaseline, kCandidate, 0.0315).why, HasSubstr("+0.02 % apart"));
}

TEST(Equivalence, IsRefusedWhereTheRunsCannotDecideTheMargin) {
  const PointComparison point = only(kBaseline, kCandidate, 0.02);
  EXPECT_EQ(point.equivalence, Equivalence::undecidable);
  EXPECT_THAT(point.why, HasSubstr("0.024 % could"));
  // The same at the smallest margin is decided.
  EXPECT_NE(only(kBaseline, kCandidate, point.smallest_margin_percent * 1.0001).equivalence,
            Equivalence::undecidable);
}

TEST(Equivalence, OfWordsIsThatTheBaselineHasSaidThem) {
  using enum Decision;
  EXPECT_EQ(only(saying({pass, pass}), saying({pass, pass}), 0.1).equivalence, Equivalence::equivalent);
  EXPECT_EQ(only(saying({pass, inconclusive}), saying({inconclusive}), 0.1).equivalence,
            Equivalence::equivalent);
  const PointComparison worse = only(saying({pass, pass}), saying({pass, fail}, "opens to anybody"), 0.1);
  EXPECT_EQ(worse.equivalence, Equivalence::not_equivalent);
  EXPECT_EQ(worse.why, "fail where the baseline has pass: opens to anybody");
}

TEST(Equivalence, IsLostWithAPointThatIsMissing) {
  EXPECT_EQ(only(kBaseline, std::vector<StoredRun>(5), 0.1).why,
            "not measured where the baseline has a number");
  EXPECT_EQ(only(std::vector<StoredRun>(5), kBaseline, 0.1).why,
            "a number where the baseline has not measured");
}

TEST(Equivalence, TakesTheMarginOfTheTest) {
  const GateRule rule{.margin = from_percent(0.02), .margins = {{"load-curve", from_percent(0.1)}}};
  EXPECT_EQ(compare_points(kBaseline, kCandidate, rule).at(0).equivalence, Equivalence::equivalent);
}

}  // namespace
}  // namespace meterbench::gate
