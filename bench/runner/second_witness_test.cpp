// The source as a witness of the reference: what it leaves of pass and fail.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;

class SecondWitness : public testing::FakeRun {
 protected:
  /// Reads high or low by that ratio, pulses and readings alike.
  void drift(double ratio) { bench_.reference_reads = bench_.pulse_factor = 1 + ratio; }
};

TEST_F(SecondWitness, AReferenceThatHasDriftedTakesNeitherPassNorFail) {
  station_->source_accuracy.power = from_percent(0.25);
  for (const double ratio : {0.0045, -0.0045})
    for (const double limit : {0.5, 0.3}) {  // a pass and a fail by the drifted reference
      drift(ratio);
      for (PlannedPoint& p : plan_.points) p.limit.limit = from_percent(limit);
      const RunOutcome outcome = run();
      EXPECT_EQ(outcome.end, RunEnd::not_passed);
      for (const PointRecord& p : outcome.points) {
        EXPECT_EQ(p.verdict.decision, Decision::inconclusive) << ratio << ' ' << limit;
        EXPECT_THAT(kinds(p), Contains("reference_doubt"));
      }
    }
}

TEST_F(SecondWitness, AReferenceThatIsDoubtedAtOnePointIsNotVouchedForAtTheOthers) {
  station_->source_accuracy.power = from_percent(0.25);
  observer_.ended = [this](std::size_t i) {
    if (i == 0) drift(0.0045);
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::pass);
  EXPECT_THAT(outcome.points.at(0).verdict.basis.reasons,
              ElementsAre("the source contradicts the reference at point 002"));
  EXPECT_THAT(events(outcome, "doubt"), ElementsAre(HasSubstr("at point 002")));
}

TEST_F(SecondWitness, ASourceWithinItsAccuracyContradictsNobody) {
  station_->source_accuracy.power = from_percent(0.25);
  drift(0.0024);
  EXPECT_EQ(run().end, RunEnd::passed);
}

TEST_F(SecondWitness, WithoutAStatedAccuracyThereIsNone) {
  drift(0.0045);
  EXPECT_EQ(run().end, RunEnd::passed);
}

TEST_F(SecondWitness, AMeterBeyondItsLimitFailsWhereReferenceAndSourceAgree) {
  station_->source_accuracy.power = from_percent(0.25);
  bench_.meter_error = 0.008;
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::fail);
}

TEST_F(SecondWitness, TheCertificatesErrorIsNoDrift) {
  station_->source_accuracy.power = from_percent(0.25);
  drift(0.0045);
  for (PlannedPoint& p : plan_.points) p.reference.error = from_percent(0.45);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_NEAR(outcome.points.at(0).error_percent.value(), 0, 1e-6);
}

TEST_F(SecondWitness, AReferenceThatHasMovedSinceItsCheckMakesNoFail) {
  station_->source_accuracy.power = from_percent(0.25);
  station_->interim_checks = {{CheckKind::weekly, Seconds{7 * 86400.0}, false}};
  RunRecord head;
  head.station = station_->name;
  const Plan of_meters = plan_;
  for (PlannedPoint& p : plan_.points) p.result = ResultKind::deviation;
  head.check = "weekly";
  ASSERT_EQ((Runner{*station_, ledger_, observer_}.run(plan_, head).end), RunEnd::passed);
  plan_ = of_meters;
  head.check.clear();
  bench_.meter_error = 0.0038;
  drift(-0.002);
  for (const PointRecord& p : Runner{*station_, ledger_, observer_}.run(plan_, head).points) {
    EXPECT_GT(p.error_percent.value(), 0.5) << "beyond the limit, as the reference has it";
    EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
    EXPECT_TRUE(p.verdict.basis.verified()) << "the check stands";
  }
}

/// A sound meter beside a reference that has drifted the other way: errors that the reference would call 0.62
/// and 0.52 %, beyond the limit of 0.5 %. The source, good to 0.25 %, contradicts neither.
TEST_F(SecondWitness, AFailThatADriftOfTheReferenceMayExplainIsNotTaken) {
  station_->source_accuracy.power = from_percent(0.25);
  for (const auto& [meter, reference] : {std::pair{0.0037, -0.0025}, {0.0030, -0.0022}, {-0.0037, 0.0025}})
    for (const Direction direction : {Direction::delivered, Direction::received}) {
      bench_.meter_error = meter;
      drift(reference);
      for (PlannedPoint& p : plan_.points) p.direction = p.load.direction = direction;
      const RunOutcome outcome = run();
      EXPECT_EQ(outcome.end, RunEnd::not_passed);
      for (const PointRecord& p : outcome.points) {
        EXPECT_NEAR(p.error_percent.value(), 100 * ((1 + meter) / (1 + reference) - 1), 1e-6);
        EXPECT_EQ(p.verdict.decision, Decision::inconclusive) << meter << ' ' << to_text(direction);
        EXPECT_THAT(kinds(p), ElementsAre("unproven_fail"));
      }
    }
}

TEST_F(SecondWitness, TellsWhereReferenceAndMeterMayLieAndWhatWouldSettleIt) {
  station_->source_accuracy.power = from_percent(0.25);
  bench_.meter_error = 0.0030;
  drift(-0.0022);
  const PointRecord point = run().points.at(0);
  ASSERT_EQ(point.events.size(), 1U);
  EXPECT_THAT(point.events[0].text, HasSubstr("the reference may read -0.470 to +0.030 % high"));
  EXPECT_THAT(point.events[0].text, HasSubstr("between +0.049 and +0.551 %, its limit is ±0.5 %"));
  EXPECT_THAT(point.events[0].text, HasSubstr("a source that is known more closely"));
}

TEST_F(SecondWitness, AFailOnTheWordOfTheReferenceAloneIsUnverified) {
  bench_.meter_error = 0.008;
  const PointRecord point = run().points.at(0);
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(point.verdict.basis.reasons,
              ElementsAre("nothing but its certificate speaks for the reference"));
  bench_.meter_error = 0;
  EXPECT_TRUE(run().points.at(0).verdict.basis.verified()) << "a pass";
}

TEST_F(SecondWitness, SavesNoStandardThatDeviatesSinceThereTheBenchIsOnTrial) {
  station_->source_accuracy.power = from_percent(0.25);
  for (PlannedPoint& p : plan_.points) {
    p.result = ResultKind::deviation;
    p.limit.limit = from_percent(0.1);
  }
  drift(-0.0015);
  for (const PointRecord& p : run().points) EXPECT_EQ(p.verdict.decision, Decision::fail);
}

}  // namespace
}  // namespace meterbench
