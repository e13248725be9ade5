// The course of a run beside its single points: results of other kinds, rests, people, what was begun before.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"
#include "bench/runner/running_order.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CourseOfRun : public testing::FakeRun {
 protected:
  [[nodiscard]] static const PointRecord& last(const RunOutcome& outcome, const std::string& id) {
    for (auto it = outcome.points.rbegin(); it != outcome.points.rend(); ++it)
      if (it->point_id == id) return *it;
    throw std::out_of_range{id};
  }
  void expect_unbroken_chain() { EXPECT_FALSE(ledger_.verify()); }
};

class Shifts : public CourseOfRun {
 protected:
  Shifts() {
    plan_ = sample::plan({sample::point("001", 50, 40), sample::point("002", 50, 40)});
    plan_.comparisons = {{.id = "003", .step = "closing-shift", .points = {0, 1}, .limit = limit(0.1)}};
  }
  static Limit limit(double percent) {
    return {"closing-shift", std::nullopt, from_percent(percent), "criterion", "", "", Mark::criterion};
  }
  void change_error(double by) {
    observer_.started = [this, by](std::size_t i) {
      if (i == 1) bench_.meter_error += by;
    };
  }
};

TEST_F(Shifts, AreTheLaterErrorMinusTheEarlier) {
  change_error(-0.0006);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  const PointRecord shift = points_at(outcome, "A").at(2);
  EXPECT_EQ(shift.point_id, "003");
  EXPECT_EQ(shift.result, "shift");
  EXPECT_EQ(shift.step, "closing-shift");
  EXPECT_NEAR(shift.error_percent.value(), -0.06, 1e-6);
  EXPECT_EQ(shift.verdict.decision, Decision::pass);
  EXPECT_LT(shift.budget->expanded_percent(), outcome.points.at(0).budget->expanded_percent())
      << "the certificate is common to both";
}

TEST_F(Shifts, BeyondTheLimitAreInconclusiveSinceTheBenchMayHaveDrifted) {
  change_error(0.0012);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(last(outcome, "003").verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(last(outcome, "003")), ElementsAre("shifted"));
  EXPECT_EQ(last(outcome, "002").verdict.decision, Decision::pass);
}

TEST_F(Shifts, ThatDoNotResolveTheirLimitAreInconclusive) {
  plan_.comparisons[0].limit = limit(0.001);
  const RunOutcome outcome = run();
  EXPECT_EQ(last(outcome, "003").verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(last(outcome, "003")), ElementsAre("too_uncertain"));
}

TEST_F(Shifts, OfAPointWithoutErrorHaveNone) {
  bench_.lost_at["nobody"] = {};
  bench_.meters["A"].led_dies_at = instant_at(35);
  const RunOutcome outcome = run();
  EXPECT_FALSE(last(outcome, "003").error_percent);
  EXPECT_THAT(kinds(last(outcome, "003")), ElementsAre("no_result"));
  EXPECT_EQ(last(outcome, "003").verdict.decision, Decision::inconclusive);
}

TEST_F(Shifts, BetweenDoubtfulErrorsAreNotPassed) {
  bench_.lost_edge = 70;
  const RunOutcome outcome = run();
  EXPECT_EQ(last(outcome, "001").verdict.decision, Decision::inconclusive);
  EXPECT_EQ(last(outcome, "003").verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(last(outcome, "003")), Contains("no_result"));
}

TEST_F(Shifts, OfAnInfluenceFailTheMeter) {
  plan_.comparisons[0].varies = Influence::voltage;
  change_error(0.0012);
  const PointRecord shift = last(run(), "003");
  EXPECT_EQ(shift.verdict.decision, Decision::fail);
  EXPECT_THAT(shift.events, IsEmpty());
  EXPECT_THAT(shift.verdict.basis.reasons, Contains("nothing but its certificate speaks for the reference"));
}

TEST_F(Shifts, OfAnInfluenceAreNotTheMetersWhereItMayBeTheReference) {
  plan_.comparisons[0].varies = Influence::voltage;
  change_error(0.0012);
  station_->source_accuracy.power = from_percent(0.05);  // so much at either point
  PointRecord shift = last(run(), "003");
  EXPECT_EQ(shift.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(shift), ElementsAre("unproven_fail"));
  EXPECT_THAT(shift.events.at(0).text, HasSubstr("-0.100 to +0.100 % high"));
  // Of the same settings it is as much both times.
  station_->source_accuracy.stability = from_percent(0.005);
  shift = last(run(), "003");
  EXPECT_EQ(shift.verdict.decision, Decision::fail);
  EXPECT_THAT(shift.verdict.basis.reasons, Not(Contains(HasSubstr("certificate speaks"))));
}

TEST_F(Shifts, OfATemperatureThatNobodySawOnTheMetersBodyAreNotTheMeters) {
  plan_.comparisons[0].varies = Influence::temperature;
  change_error(0.0012);
  const PointRecord shift = last(run(), "003");
  EXPECT_EQ(shift.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(shift), ElementsAre("body_unseen"));
}

TEST_F(Shifts, MayBeTheRepeatabilityOfThePoints) {
  plan_.comparisons[0].result = ResultKind::repeatability;
  change_error(0.0006);
  const PointRecord repeatability = last(run(), "003");
  EXPECT_EQ(repeatability.result, "repeatability");
  EXPECT_NEAR(repeatability.error_percent.value(), 0.06 / std::sqrt(2.0), 1e-6);
  EXPECT_EQ(repeatability.windows, 2);
  ASSERT_TRUE(repeatability.budget);
  // Of two runs s is hardly known: k is 13.97 for one degree of freedom.
  EXPECT_EQ(repeatability.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(repeatability), ElementsAre("too_uncertain"));
}

/// 12 kW in series, for 600 s: 2000 Wh.
class OpposedCoils : public CourseOfRun {
 protected:
  OpposedCoils() { plan_ = sample::plan({sample::opposed_point("001")}); }
};

TEST_F(OpposedCoils, HaveAResidualOfTheirPowerInSeries) {
  bench_.meters["A"].extra_w = 24;  // 4 Wh
  const RunOutcome outcome = run();
  ASSERT_FALSE(outcome.fault) << outcome.fault->text();
  const PointRecord residual = points_at(outcome, "A").at(0);
  EXPECT_EQ(residual.result, "residual");
  EXPECT_EQ(residual.pulses, 4U);
  EXPECT_NEAR(residual.error_percent.value(), 0.2, 1e-9);
  EXPECT_EQ(residual.duration_s, 600);
  EXPECT_EQ(residual.edges.size(), 4U);
  EXPECT_EQ(residual.verdict.decision, Decision::pass);
  EXPECT_TRUE(residual.budget);
  bench_.meters["A"].extra_w = 120;
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::fail) << "1 %";
}

TEST_F(OpposedCoils, HaveNoPulsesCloserTogetherThanInSeries) {
  bench_.meters["A"].extra_w = 24;
  bench_.meters["A"].doubled_one_in = 4;
  for (const double limit : {0.5, 0.2}) {  // 5 pulses are 0.25 %: a pass and a fail
    bench_.meters["A"].pulses = 0;
    plan_.points[0].limit.limit = from_percent(limit);
    const PointRecord residual = run().points.at(0);
    EXPECT_EQ(residual.pulses, 5U);
    EXPECT_EQ(residual.verdict.decision, Decision::inconclusive) << limit;
    ASSERT_THAT(kinds(residual), ElementsAre("double_pulse"));
    EXPECT_THAT(residual.events[0].text, HasSubstr("in series"));
  }
}

TEST_F(OpposedCoils, AreNotJudgedByAReferenceThatContradictsTheSource) {
  station_->source_accuracy.power = from_percent(0.25);
  for (const double seen_w : {60.0, 30.0}) {  // 0.5 and 0.25 % of the power in series, where there is none
    bench_.reference_adds_w = seen_w;
    for (const double limit : {1.0, 0.15}) {
      plan_.points[0].limit.limit = from_percent(limit);
      const PointRecord residual = run().points.at(0);
      EXPECT_NEAR(residual.error_percent.value(), -seen_w / 120, 1e-9);
      if (seen_w > 30)
        EXPECT_EQ(residual.verdict.decision, Decision::inconclusive) << limit;
      else
        EXPECT_NE(residual.verdict.decision, Decision::inconclusive) << limit;
    }
  }
}

TEST_F(CourseOfRun, ACertifiedStandardHasADeviationFromItsCertificate) {
  for (PlannedPoint& p : plan_.points) {
    p.result = ResultKind::deviation;
    p.limit.limit = from_percent(0.1);
    p.meters[0].standard = {from_percent(0.25), from_percent(0.01)};
  }
  bench_.meter_error = 0.003;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_EQ(outcome.points.at(0).result, "deviation");
  EXPECT_NEAR(outcome.points.at(0).error_percent.value(), 0.05, 1e-6);
  EXPECT_DOUBLE_EQ(outcome.points.at(0).standard_error_percent, 0.25);
}

TEST_F(CourseOfRun, APositionsIsolationErrorIsTakenOut) {
  plan_.points[0].meters[0].isolation = {from_percent(0.1), from_percent(0.005)};
  bench_.meter_error = 0.001;
  const RunOutcome outcome = run();
  EXPECT_NEAR(outcome.points.at(0).error_percent.value(), 100 * (1.001 / 1.001 - 1), 1e-6);
  EXPECT_DOUBLE_EQ(outcome.points.at(0).isolation_error_percent, 0.1);
}

TEST_F(CourseOfRun, BeforeAPointThatAsksForItTheMetersRestWithoutLoad) {
  plan_.points[1].rest = Seconds{600};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(bench_.calls,
              ElementsAre("source off", "source limits", "counter start", "counter stop", "counter start",
                          "source apply", "source off", "counter stop", "counter start", "source apply",
                          "source off", "counter stop", "counter start", "source apply", "source off",
                          "counter stop", "source off"))
      << "the first count is for the position map, the last load for the registers";
  const double between = outcome.points.at(1).started_s - outcome.points.at(0).ended_s;
  EXPECT_GE(between, 600);
  EXPECT_LT(between, 620);
}

TEST_F(CourseOfRun, TheInterlockIsKeptInARest) {
  testing::add_fake_surroundings(*station_, bench_);
  plan_.points[1].rest = Seconds{600};
  observer_.ended = [this](std::size_t) {
    reactor_.after(std::chrono::seconds{100}, [this] { bench_.door_closed = false; });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->device, "interlock");
  EXPECT_EQ(outcome.points.size(), 1U);
}

TEST_F(CourseOfRun, APauseIsKeptBetweenPointsWithTheLoadOff) {
  reactor_.at(instant_at(15), [this] { control_.pause("anna"); });
  bool on = true;
  observer_.ended = [&](std::size_t i) {
    if (i == 0)
      reactor_.after(std::chrono::seconds{5}, [&] {
        on = bench_.on;
        control_.go_on("bert");
      });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_FALSE(on);
  EXPECT_THAT(events(outcome, "control"), ElementsAre("paused by anna", "continued by bert"));
  EXPECT_EQ(std::count(bench_.calls.begin(), bench_.calls.end(), "counter start"), 4)
      << "the position map, two points, and a load for the registers";
}

TEST_F(CourseOfRun, AStopDuringAPauseIsAnInterruption) {
  control_.pause("anna");
  reactor_.at(instant_at(1), [this] { control_.stop("bert", stop_); });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::interrupted);
  EXPECT_THAT(events(outcome, "control"), Contains("stopped by bert"));
}

TEST_F(CourseOfRun, ASkippedPointIsMarkedAndTheRunGoesOn) {
  reactor_.at(instant_at(20), [this] { control_.skip("anna"); });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_FALSE(outcome.fault);
  EXPECT_LT(outcome.points.at(0).ended_s, 20.5);
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::inconclusive);
  EXPECT_EQ(outcome.points.at(0).events.at(0).kind, "skipped");
  EXPECT_THAT(outcome.points.at(0).events.at(0).text, HasSubstr("anna"));
  EXPECT_EQ(outcome.points.at(1).verdict.decision, Decision::pass);
  EXPECT_THAT(events(outcome, "reconciled"), SizeIs(1)) << "its pulses count all the same";
}

TEST_F(CourseOfRun, APointThatIsSkippedInTheRestBeforeItGetsNoLoad) {
  plan_.points[1].rest = Seconds{600};
  observer_.ended = [this](std::size_t i) {
    if (i == 0) reactor_.after(std::chrono::seconds{100}, [this] { control_.skip("anna"); });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.points.at(1).events.at(0).kind, "skipped");
  EXPECT_EQ(bench_.applied, plan_.points[0].load) << "nor is it held for the registers";
}

class WithChamber : public CourseOfRun {
 protected:
  WithChamber() {
    testing::add_fake_surroundings(*station_, bench_);
    station_->interlock_timing = {std::chrono::seconds{5}, std::chrono::seconds{15}};
    bench_.climate.body_lag_s = 400;
    plan_.soaks = {sample::soak(0, 33)};
  }
};

TEST_F(WithChamber, ASkippedSoakLeavesTheTemperatureUnheldAndTheBasisUnverified) {
  reactor_.at(instant_at(600), [this] { control_.skip("anna"); });
  observer_.started = [this](std::size_t) { bench_.climate.air = 50; };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_LT(outcome.points.at(0).started_s, 601);
  EXPECT_THAT(events(outcome, "skipped"), ElementsAre("soak at 33 °C skipped by anna"));
  EXPECT_THAT(outcome.points.at(0).verdict.basis.text(), HasSubstr("the soak at 33 °C was skipped"));
}

TEST_F(WithChamber, CheckLoadsCountInTheAccountOfLedAndRegisters) {
  plan_.soaks.push_back(sample::soak(2, 23));  // after the last point
  EXPECT_THAT(events(run(), "reconciled"), SizeIs(1));
  bench_.meters["A"].register_gain = 1.05;
  plan_.points.clear();
  plan_.soaks = {sample::soak(0, 23)};
  EXPECT_THAT(events(run(), "led_register"), SizeIs(1)) << "found by the check loads alone";
}

TEST_F(WithChamber, AMeterThatIsRestlessAtATemperatureThatStandsPassesNowhere) {
  plan_.soaks[0].limit = Seconds{4 * 3600};
  for (int i = 0; i < 16; ++i)
    reactor_.at(instant_at(600 + 900 * i),
                [this, i] { bench_.meters.at("A").error = i % 2 == 0 ? 1e-3 : 0; });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "no_pass", "A"),
              ElementsAre(HasSubstr("not stable after 240 min at 33 °C: the check loads at position A")));
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::inconclusive);
}

TEST_F(WithChamber, AMeterFailsAfterASoakOnlyWhereItsBodyIsSeen) {
  bench_.meter_error = 0.02;
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::fail);
  bench_.climate.body_sensor = false;
  const RunOutcome unseen = run();
  EXPECT_EQ(unseen.points.at(0).verdict.decision, Decision::inconclusive);
  EXPECT_EQ(unseen.points.at(0).events.at(0).kind, "body_unseen");
  bench_.climate.body_sensor = true;
  plan_.soaks.clear();
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::fail) << "a room needs no sensor";
}

TEST_F(CourseOfRun, AnUnfinishedRunGoesOnWhereItEnded) {
  bench_.trips_at = instant_at(45);
  const RunOutcome broken = run();
  ASSERT_EQ(broken.end, RunEnd::bench_fault);
  bench_.trips_at.reset();
  bench_.calls.clear();
  const RunOutcome outcome = run(UnfinishedRun{broken.run_id, ledger_.points(broken.run_id)});
  EXPECT_EQ(outcome.end, RunEnd::passed) << "the last attempt of each point counts";
  EXPECT_EQ(outcome.run_id, broken.run_id);
  const auto points = points_at(outcome, "A");
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[2].point_id, "002");
  EXPECT_EQ(points[2].attempt, 2);
  EXPECT_EQ(points[2].verdict.decision, Decision::pass);
  EXPECT_EQ(std::count(bench_.calls.begin(), bench_.calls.end(), "source apply"), 2)
      << "that point, and a load for the registers";
  EXPECT_EQ(ledger_.find_run(outcome.run_id)->exit_code, 0);
  expect_unbroken_chain();
}

TEST_F(CourseOfRun, AMeterThatWasExchangedBetweenThePartsOfARunVoidsBoth) {
  bench_.trips_at = instant_at(45);
  const RunOutcome broken = run();
  bench_.trips_at.reset();
  bench_.meters["A"].state.identity.serial_number = "00000008";
  const RunOutcome outcome = run(UnfinishedRun{broken.run_id, ledger_.points(broken.run_id)});
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "void", "A"), ElementsAre(HasSubstr("'00000007' then, '00000008' now")));
}

TEST_F(CourseOfRun, AVoidOfAnEarlierPartStaysForThatMeter) {
  bench_.trips_at = instant_at(45);
  const RunOutcome broken = run();
  ledger_.add_event(broken.run_id, {"", "A", 50, "void", "a reason"});
  bench_.trips_at.reset();
  EXPECT_EQ(run(UnfinishedRun{broken.run_id, ledger_.points(broken.run_id)}).end, RunEnd::not_passed);
}

TEST_F(CourseOfRun, ALeftShiftIsComputedFromBothPartsOfARun) {
  plan_.points[1] = sample::point("002", 50, 40);
  plan_.comparisons = {{.id = "003", .step = "shift", .points = {0, 1}, .limit = plan_.points[0].limit}};
  bench_.trips_at = instant_at(45);
  const RunOutcome broken = run();
  ASSERT_EQ(broken.points.size(), 2U) << "no shift of an attempt that a fault has ended";
  bench_.trips_at.reset();
  const UnfinishedRun part{broken.run_id, ledger_.points(broken.run_id)};
  EXPECT_NEAR(last(run(part), "003").error_percent.value(), 0, 1e-6);
}

/// `S0 1 S2 3`: soaks and points by index.
std::string order(const Plan& plan, const std::vector<PointRecord>& records) {
  std::string text;
  for (const Turn& turn : running_order(plan, records)) {
    if (!text.empty()) text += ' ';
    if (const auto* soak = std::get_if<SoakTurn>(&turn)) text += "S" + std::to_string(soak->soak);
    if (const auto* point = std::get_if<PointTurn>(&turn)) {
      text += std::to_string(point->point);
      if (point->attempt > 1) text += "(" + std::to_string(point->attempt) + ")";
    }
  }
  return text;
}

TEST(RunningOrder, IsThePlansWithEachSoakBeforeThePointsThatStandOnIt) {
  Plan plan =
      sample::plan({sample::point("001", 50, 4), sample::point("002", 50, 4), sample::point("003", 50, 4)});
  plan.soaks = {sample::soak(0, 23), sample::soak(1, 33), sample::soak(3, 23)};
  EXPECT_EQ(order(plan, {}), "S0 0 S1 1 2 S2");
}

TEST(RunningOrder, LeavesOutWhatIsDoneAndMakesTheSoakOfWhatIsLeftAgain) {
  Plan plan =
      sample::plan({sample::point("001", 50, 4), sample::point("002", 50, 4), sample::point("003", 50, 4)});
  plan.soaks = {sample::soak(0, 23), sample::soak(1, 33), sample::soak(3, 23)};
  PointRecord first, second;
  first.point_id = "001";
  second.point_id = "002";
  first.position = second.position = "A";
  EXPECT_EQ(order(plan, {first, second}), "S1 2 S2");
  second.events = {{"002", "A", 0, "fault", ""}};
  EXPECT_EQ(order(plan, {first, second}), "S1 1(2) 2 S2");
}

}  // namespace
}  // namespace meterbench
