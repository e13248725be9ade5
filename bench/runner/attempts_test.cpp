#include "bench/runner/attempts.h"

#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// One point, limit ±0.5 %; the meter's error is that of the list, one an attempt, the last for ever.
class Attempts : public testing::FakeRun {
 protected:
  Attempts() {
    plan_ = sample::plan({sample::point("001", 50, 40)});
    observer_.started = [this](std::size_t) {
      bench_.meter_error = errors_percent_.front() / 100;
      if (errors_percent_.size() > 1) errors_percent_.erase(errors_percent_.begin());
    };
  }
  std::vector<PointRecord> attempts() { return points_at(run(), "A"); }
  static std::vector<Decision> decisions(const std::vector<PointRecord>& records) {
    std::vector<Decision> all;
    for (const PointRecord& r : records) all.push_back(r.verdict.decision);
    return all;
  }
  void rule(DecisionRule rule) {
    plan_.scenario.rule = rule;
    for (PlannedPoint& point : plan_.points) point.rule = rule;
  }

  std::vector<double> errors_percent_{0};
};

TEST_F(Attempts, AreOneWithoutARule) {
  errors_percent_ = {0.7, 0};
  EXPECT_THAT(decisions(attempts()), ElementsAre(Decision::fail));
}

TEST_F(Attempts, OfInconclusivePointsAreAsManyAsTheScenarioSays) {
  plan_.scenario.retry.of_inconclusive = 2;
  plan_.points[0].limit.limit = from_percent(0.0001);  // nothing resolves it
  EXPECT_THAT(attempts(), SizeIs(3));
}

TEST_F(Attempts, AreNotMadeOfAFail) {
  plan_.scenario.retry.of_inconclusive = 2;
  errors_percent_ = {0.7, 0};
  EXPECT_THAT(decisions(attempts()), ElementsAre(Decision::fail));
}

TEST_F(Attempts, MakeAPassByNOfM) {
  plan_.scenario.retry = {.passes_needed = 2, .attempts = 3};
  errors_percent_ = {0.7, 0.1, 0.1};
  const auto records = attempts();
  EXPECT_THAT(decisions(records),
              ElementsAre(Decision::inconclusive, Decision::inconclusive, Decision::pass));
  EXPECT_EQ(records[0].events.at(0).text, "fail in attempt 1 of 3 at most; 0 passes, 2 needed");
  EXPECT_NEAR(records[0].error_percent.value(), 0.7, 1e-3) << "what was measured is kept";
}

TEST_F(Attempts, EndWhenNOfMCanNoLongerBeReached) {
  plan_.scenario.retry = {.passes_needed = 2, .attempts = 3};
  errors_percent_ = {0.7, 0.7, 0.1};
  EXPECT_THAT(decisions(attempts()), ElementsAre(Decision::inconclusive, Decision::fail));
}

TEST_F(Attempts, EndWhenNOfMIsReached) {
  plan_.scenario.retry = {.passes_needed = 1, .attempts = 3};
  errors_percent_ = {0.1};
  EXPECT_THAT(decisions(attempts()), ElementsAre(Decision::pass));
}

TEST_F(Attempts, OfTwoStagesDecideOnTheirMean) {
  rule(DecisionRule::iso_10576_1);
  errors_percent_ = {0.499, 0.3};  // U is 0.03 %
  const auto records = attempts();
  EXPECT_THAT(decisions(records), ElementsAre(Decision::inconclusive, Decision::pass, Decision::pass));
  const PointRecord& both = records.at(2);
  EXPECT_EQ(both.attempt, 2);
  EXPECT_EQ(both.computation, 1);
  EXPECT_NEAR(both.error_percent.value(), (*records[0].error_percent + *records[1].error_percent) / 2, 1e-12);
  EXPECT_LT(both.budget->combined_percent(), records[0].budget->combined_percent());
  EXPECT_FALSE(ledger_.verify());
}

TEST_F(Attempts, OfTwoStagesEndThere) {
  rule(DecisionRule::iso_10576_1);
  errors_percent_ = {0.5};
  const auto records = attempts();
  EXPECT_THAT(decisions(records),
              ElementsAre(Decision::inconclusive, Decision::inconclusive, Decision::inconclusive));
}

TEST_F(Attempts, AreMadeAtThosePositionsAloneThatNeedThem) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_ = sample::plan({sample::point_at({"A", "B"}, "001", 50, 40)});
  plan_.meters["B"] = sample::meter_type();
  plan_.scenario.retry = {.passes_needed = 2, .attempts = 3};
  errors_percent_ = {0};
  bench_.meters["B"].error = 0.007;
  const RunOutcome outcome = run();
  EXPECT_THAT(points_at(outcome, "A"), SizeIs(2));  // two passes are needed
  EXPECT_THAT(decisions(points_at(outcome, "B")), ElementsAre(Decision::inconclusive, Decision::fail));
}

TEST_F(Attempts, KeepTheSpecificRiskOfWhatWasDecided) {
  errors_percent_ = {0.1};
  const auto records = attempts();
  ASSERT_TRUE(records.at(0).specific_risk);
  EXPECT_LT(*records[0].specific_risk, 1e-6);
}

TEST(Settle, LetsNoPassFollowAMeasuredFail) {
  PointRecord fail, pass;
  fail.point_id = pass.point_id = "001";
  fail.position = pass.position = "A";
  fail.verdict.decision = Decision::fail;
  pass.verdict.decision = Decision::pass;
  pass.attempt = 2;
  const auto settled = settle({}, {fail}, pass);
  ASSERT_EQ(settled.size(), 1U);
  EXPECT_EQ(settled[0].verdict.decision, Decision::inconclusive);
  EXPECT_EQ(settled[0].events.at(0).kind, "measured_fail");
}

}  // namespace
}  // namespace meterbench
