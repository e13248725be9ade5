// Several meters on one source and one reference: each by itself.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ManyMeters : public testing::FakeRun {
 protected:
  ManyMeters() { stand(testing::FakeCounters::one); }

  void stand(testing::FakeCounters counters) {
    testing::add_fake_positions(*station_, bench_, {"B", "C"}, counters);
    plan_.meters = {{"A", sample::meter_type()}, {"B", sample::meter_type()}, {"C", sample::meter_type()}};
    plan_.points = {sample::point_at({"A", "B", "C"}, "001", 50, 40),
                    sample::point_at({"A", "B", "C"}, "002", 100, 80)};
  }
  [[nodiscard]] static std::vector<Decision> decisions(const std::vector<PointRecord>& points) {
    std::vector<Decision> all;
    for (const PointRecord& p : points) all.push_back(p.verdict.decision);
    return all;
  }
};

TEST_F(ManyMeters, EachHasItsOwnError) {
  bench_.meters["A"].error = 0.001;
  bench_.meters["B"].error = -0.002;
  bench_.meters["C"].error = 0.008;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed) << "C is beyond its limit";
  for (const auto& [position, error, decision] :
       {std::tuple{"A", 0.1, Decision::pass}, std::tuple{"B", -0.2, Decision::pass},
        std::tuple{"C", 0.8, Decision::fail}})
    for (const PointRecord& p : points_at(outcome, position)) {
      EXPECT_NEAR(p.error_percent.value(), error, 1e-6) << position;
      EXPECT_EQ(p.verdict.decision, decision) << position;
    }
}

TEST_F(ManyMeters, EachFinishesOnItsOwnPulses) {
  plan_.points.resize(1);
  plan_.points[0].meters[1].pulses = 90;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_NEAR(points_at(outcome, "A").at(0).duration_s.value(), 40 * 0.3, 1e-6);
  EXPECT_NEAR(points_at(outcome, "B").at(0).duration_s.value(), 90 * 0.3, 1e-6);
  EXPECT_EQ(points_at(outcome, "A").at(0).edges.size(), 42U);
  EXPECT_EQ(points_at(outcome, "B").at(0).edges.size(), 92U);
}

TEST_F(ManyMeters, OnlyThoseOfThePointAreMeasuredTheOthersAreCountedAllTheSame) {
  plan_.points.resize(1);
  plan_.points[0].meters.pop_back();
  bench_.meters["C"].register_gain = 1.01;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(points_at(outcome, "C"), IsEmpty());
  EXPECT_THAT(events(outcome, "led_register", "C"), ElementsAre(HasSubstr("LED pulses")));
}

TEST_F(ManyMeters, ALedThatDiesCostsOnlyItsOwnMeter) {
  bench_.meters["B"].led_dies_at = instant_at(20);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_FALSE(outcome.fault);
  EXPECT_THAT(decisions(points_at(outcome, "A")), ElementsAre(Decision::pass, Decision::pass));
  EXPECT_THAT(decisions(points_at(outcome, "C")), ElementsAre(Decision::pass, Decision::pass));
  EXPECT_THAT(decisions(points_at(outcome, "B")),
              ElementsAre(Decision::inconclusive, Decision::inconclusive));
  EXPECT_THAT(kinds(points_at(outcome, "B").at(1)), ElementsAre("no_pulse"));
}

TEST_F(ManyMeters, ADeadLedIsNotWaitedForLongerThanASoundOneTakes) {
  plan_.points.resize(1);
  bench_.meters["B"].blinks = false;
  const RunOutcome outcome = run();
  const PointRecord dead = points_at(outcome, "B").at(0);
  // 15 s until it counts, then 43 intervals of 0.3 s, half as long again, and 2 s.
  EXPECT_LT(dead.ended_s - dead.started_s, 16 + 43 * 0.3 * 1.5 + 2);
}

TEST_F(ManyMeters, APortThatVanishesCostsOnlyItsOwnMeterItsPasses) {
  bench_.lost_at["optical B"] = instant_at(20);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  for (const char* position : {"A", "C"})
    EXPECT_THAT(decisions(points_at(outcome, position)), ElementsAre(Decision::pass, Decision::pass));
  for (const PointRecord& p : points_at(outcome, "B")) {
    EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
    EXPECT_TRUE(p.error_percent) << "what was measured stays";
    EXPECT_THAT(p.verdict.basis.text(), HasSubstr("its port was silent in the end"));
  }
  EXPECT_THAT(events(outcome, "optical_port", "B"), Contains(HasSubstr("the link is gone")));
  EXPECT_THAT(events(outcome, "unreconciled", "B"), ElementsAre(HasSubstr("the link is gone")));
  EXPECT_THAT(events(outcome, "optical_port", "A"), IsEmpty());
  EXPECT_EQ(events(outcome, "reconciled").size(), 2U);
}

TEST_F(ManyMeters, CountersOfTheirOwnAreAllOpenBeforeTheLoadAndCloseAfterIt) {
  station_ = testing::make_fake_station(reactor_, bench_);
  stand(testing::FakeCounters::one_each);
  EXPECT_EQ(run().end, RunEnd::passed);
  const auto& calls = bench_.calls;
  const auto first_load = std::find(calls.begin(), calls.end(), "source apply");
  const auto last_load = std::find(calls.rbegin(), calls.rend(), "source apply").base();
  for (const std::string counter : {"counter", "counter_2", "counter_3"}) {
    // Once more each for the proof of the map.
    EXPECT_EQ(std::count(calls.begin(), first_load, counter + " start"), 2) << counter;
    EXPECT_EQ(std::count(first_load, last_load, counter + " stop"), 1) << counter << ", before the last load";
    EXPECT_EQ(std::count(last_load, calls.end(), counter + " stop"), 1) << counter;
  }
}

TEST_F(ManyMeters, AFaultOfOneCounterIsAFaultOfTheBench) {
  station_ = testing::make_fake_station(reactor_, bench_);
  stand(testing::FakeCounters::one_each);
  bench_.lost_at["counter_3"] = instant_at(20);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->device, "counter_3");
  EXPECT_FALSE(bench_.on);
}

TEST_F(ManyMeters, AMapThatIsNotProvenMakesTheBasisOfThatMeterUnverified) {
  bench_.lost_after["optical B"] = 2;  // state and registers are read, the signal is not heard
  const RunOutcome outcome = run();
  EXPECT_FALSE(outcome.fault);
  EXPECT_THAT(points_at(outcome, "B").at(0).verdict.basis.text(),
              HasSubstr("not proven to belong to one meter"));
  EXPECT_TRUE(points_at(outcome, "A").at(0).verdict.basis.verified());
}

TEST_F(ManyMeters, ACertificateOfOnePositionThatHasExpiredConcernsThatPositionAlone) {
  Calibration expired;
  expired.certificate = "ISO-B";
  static_cast<void>(parse_utc("2025-01-01", expired.due));
  station_->positions[1].isolation = expired;
  const RunOutcome outcome = run();
  EXPECT_THAT(points_at(outcome, "B").at(0).verdict.basis.text(), HasSubstr("ISO-B expired"));
  EXPECT_TRUE(points_at(outcome, "C").at(0).verdict.basis.verified());
}

TEST_F(ManyMeters, ThePointsOfAllPositionsAreOneTransactionAndComeOnce) {
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.points.size(), 6U);
  EXPECT_EQ(ledger_.points(outcome.run_id).size(), 6U);
  EXPECT_FALSE(ledger_.verify());
}

TEST_F(ManyMeters, TheirIdentitiesAreOnRecord) {
  const auto meters = ledger_.meters(run().run_id);
  ASSERT_EQ(meters.size(), 3U);
  EXPECT_EQ(meters[1].position, "B");
  EXPECT_EQ(meters[1].serial_number, "SN-B");
  EXPECT_EQ(meters[1].kt_wh, 1);
  EXPECT_EQ(meters[1].state_sha256.size(), 64U);
}

TEST_F(ManyMeters, AMeterOfThePlanWithoutAPositionIsAMistakeOfTheProgram) {
  plan_.meters["Z"] = sample::meter_type();
  EXPECT_THROW(run(), std::invalid_argument);
}

}  // namespace
}  // namespace meterbench
