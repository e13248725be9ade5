// Meters with a defect never pass; a sound meter on a bench with a defect never fails.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"
#include "bench/runner/meter_states.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Honesty : public testing::FakeRun {
 protected:
  /// That a run of the plan takes no pass; the events of position A by that kind.
  std::vector<std::string> never_passed(const std::string& kind) {
    const RunOutcome outcome = run();
    EXPECT_EQ(outcome.end, RunEnd::not_passed);
    for (const PointRecord& p : points_at(outcome, "A")) {
      EXPECT_NE(p.verdict.decision, Decision::pass) << p.point_id;
      EXPECT_NE(p.verdict.decision, Decision::fail) << p.point_id;
    }
    for (const PointRecord& p : outcome.points) EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
    return events(outcome, kind, "A");
  }
  /// About 2100 pulses under load.
  static Plan long_run() {
    return sample::plan({sample::point("001", 50, 40), sample::point("002", 100, 1900)});
  }
  /// So that a defect of the LED within the window does not show there.
  void open_limit() {
    for (PlannedPoint& p : plan_.points) p.limit.limit = from_percent(5);
  }
};

TEST_F(Honesty, ASoundMeterIsReconciledWithWhatTheRegistersCouldResolve) {
  plan_ = long_run();
  bench_.meter_error = 0.003;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  // 1 Wh and a step of 0.1 Wh of some 2100 Wh.
  EXPECT_THAT(events(outcome, "reconciled", "A"), ElementsAre(HasSubstr("explains 1.1 Wh, 0.05")));
  EXPECT_TRUE(outcome.points.at(0).verdict.basis.verified());
  EXPECT_THAT(events(outcome, "led_register"), IsEmpty());
}

class RegisterHolds : public Honesty {};

TEST_F(RegisterHolds, AddEnergyUntilTheRegisterResolvesWhatIsAsked) {
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(events(outcome, "register_hold"), ElementsAre(HasSubstr("more at 100 A delivered")));
  EXPECT_EQ(bench_.applied, plan_.points[1].load);
  // 1.1 Wh for what was before, 1 Wh for the hold, of 3500 Wh; 2 % more, and what comes on the way.
  EXPECT_GE(bench_.meters["A"].pulses, 3500U);
  EXPECT_LT(bench_.meters["A"].pulses, 3500U * 1.02 + 20 * 24000 / 3600);
}

TEST_F(RegisterHolds, AreLeftOutWhereThereIsEnoughEnergy) {
  plan_ = long_run();
  EXPECT_THAT(events(run(), "register_hold"), IsEmpty());
}

/// What settling and many short points bring fills the books; nobody has looked at those intervals.
TEST_F(RegisterHolds, AreMadeUntilEnoughPulsesWereSeenOneByOne) {
  std::vector<PlannedPoint> points;
  for (int n = 0; n < 40; ++n) points.push_back(sample::point(fmt::format("{:03}", n), 200, 3));
  plan_ = sample::plan(points);
  const RunOutcome sound = run();
  EXPECT_EQ(sound.end, RunEnd::passed);
  EXPECT_THAT(events(sound, "register_hold"), SizeIs(1));
  EXPECT_GT(bench_.meters["A"].pulses, 40U * 100) << "the books had more than enough";
  bench_.meters["A"] = {};
  bench_.meters["A"].lost_one_in = 500;
  bench_.meters["A"].register_gain = 0.998;
  for (const PointRecord& p : run().points) EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
}

TEST_F(RegisterHolds, OfEachDirectionThatPassesStandOn) {
  PlannedPoint& received = plan_.points[1];
  received.direction = received.load.direction = Direction::received;
  EXPECT_THAT(events(run(), "register_hold"),
              ElementsAre(HasSubstr("at 50 A delivered"), HasSubstr("at 100 A received")));
}

TEST_F(RegisterHolds, WhereTheyWouldTakeTooLongThereIsNoPass) {
  plan_ = sample::plan({sample::point("001", 2, 4)});  // 480 W: 3500 Wh take 7 h
  const auto told = never_passed("no_pass");
  EXPECT_THAT(told, Contains(HasSubstr("0.06 % are needed")));
  EXPECT_LT(in_seconds(reactor_.now()), 200);
}

TEST_F(RegisterHolds, OfACoarseMeterDoNotCostTheOthersTheirs) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_ = sample::plan({sample::point_at({"A", "B"}, "001", 100, 40)});
  plan_.meters["B"] = sample::meter_type();
  bench_.meters["B"].step = from_watt_hours(1000);
  const RunOutcome outcome = run();
  EXPECT_EQ(points_at(outcome, "A").at(0).verdict.decision, Decision::pass);
  EXPECT_EQ(points_at(outcome, "B").at(0).verdict.decision, Decision::inconclusive);
  EXPECT_THAT(events(outcome, "no_pass", "B"), SizeIs(1));
}

TEST_F(RegisterHolds, AreNotMadeWhereTheScenarioWaivesThem) {
  plan_.scenario.register_account = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(events(outcome, "register_hold"), IsEmpty());
  EXPECT_THAT(points_at(outcome, "A").at(0).verdict.basis.text(), HasSubstr("the scenario waives"));
  plan_ = long_run();
  plan_.scenario.register_account = false;
  EXPECT_FALSE(run().points.at(0).verdict.basis.verified()) << "though the books would close";
}

TEST_F(RegisterHolds, AreNotMadeForAFail) {
  bench_.meter_error = 0.01;
  const RunOutcome outcome = run();
  EXPECT_THAT(events(outcome, "register_hold"), IsEmpty());
  EXPECT_EQ(points_at(outcome, "A").at(0).verdict.decision, Decision::fail) << "registers or not";
}

TEST_F(RegisterHolds, OfOpposedCoilsShowTheLedInSeries) {
  plan_ = sample::plan({sample::opposed_point("001")});
  EXPECT_EQ(run().end, RunEnd::passed);
  bench_.meters["A"].blinks = false;
  EXPECT_THAT(never_passed("led_register"), ElementsAre(HasSubstr("0 LED pulses")));
}

TEST_F(RegisterHolds, AreNotForAMeterWhoseAccountCannotBeClosed) {
  bench_.lost_after["optical A"] = 0;
  EXPECT_THAT(events(run(), "register_hold"), IsEmpty());
}

TEST_F(RegisterHolds, VoidWhatStandsOnAnLedThatLosesAPulse) {
  bench_.meters["A"].step = from_watt_hours(1);  // too coarse to see one pulse
  bench_.lost_edge = 1000;
  EXPECT_THAT(never_passed("void"), ElementsAre(HasSubstr("1 LED intervals were odd")));
}

TEST_F(RegisterHolds, MayBeSkipped) {
  observer_.ended = [this](std::size_t i) {
    if (i == 1) reactor_.after(std::chrono::seconds{30}, [this] { control_.skip("anna"); });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed) << "nothing is proven then";
  EXPECT_THAT(events(outcome, "skipped"), ElementsAre(HasSubstr("skipped by anna")));
}

TEST_F(RegisterHolds, AreUnderWatchAsAnyLoad) {
  observer_.ended = [this](std::size_t i) {
    if (i == 1) bench_.trips_at = reactor_.now() + std::chrono::seconds{30};
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->code, Errc::tripped);
  EXPECT_FALSE(bench_.on);
}

TEST_F(Honesty, APulseLostOneInFiveHundredIsNeverPassed) {
  plan_ = long_run();
  open_limit();
  bench_.meters["A"].lost_one_in = 500;
  EXPECT_THAT(never_passed("led_register"), ElementsAre(HasSubstr("LED and register disagree")));
}

TEST_F(Honesty, APulseDoubledOneInEightHundredIsNeverPassed) {
  plan_ = sample::plan({sample::point("001", 100, 2400)});
  open_limit();
  bench_.meters["A"].doubled_one_in = 800;
  EXPECT_THAT(never_passed("led_register"), SizeIs(1));
}

TEST_F(Honesty, ARegisterTwoPerMilleBesideItsLedIsNeverPassed) {
  plan_ = long_run();
  for (const double gain : {1.002, 0.998}) {
    bench_.meters["A"].register_gain = gain;
    EXPECT_THAT(never_passed("led_register"), SizeIs(1)) << gain;
  }
}

TEST_F(Honesty, DefectsOfOneMeterLeaveTheOthersTheirPasses) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_ = sample::plan({sample::point_at({"A", "B"}, "001", 100, 1400)});
  plan_.meters["B"] = sample::meter_type();
  bench_.meters["B"].register_gain = 1.002;
  const RunOutcome outcome = run();
  EXPECT_EQ(points_at(outcome, "A").at(0).verdict.decision, Decision::pass);
  const PointRecord b = points_at(outcome, "B").at(0);
  EXPECT_EQ(b.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(b.verdict.basis.text(), HasSubstr("void: LED and register disagree"));
  EXPECT_THAT(events(outcome, "void", "B"), SizeIs(1));
}

TEST_F(Honesty, ADisagreementOfOneLoadPeriodVoidsWhatComesAfterToo) {
  plan_ = sample::plan({sample::point("001", 100, 1400), sample::point("002", 100, 40)});
  plan_.points[1].rest = Seconds{60};
  bench_.meters["A"].register_gain = 1.002;
  observer_.ended = [this](std::size_t i) {
    if (i == 0) reactor_.after(std::chrono::seconds{40}, [this] { bench_.meters["A"].register_gain = 1; });
  };
  EXPECT_THAT(never_passed("led_register"), SizeIs(1));
}

TEST_F(Honesty, RegistersAreHeldAgainstReceivedEnergyToo) {
  plan_ = sample::plan({sample::point("001", 100, 700)});
  plan_.points.push_back(plan_.points[0]);
  plan_.points[1].id = "002";
  plan_.points[1].direction = plan_.points[1].load.direction = Direction::received;
  EXPECT_EQ(run().end, RunEnd::passed);
  plan_.points[0].meters[0].pulses = plan_.points[1].meters[0].pulses = 1400;
  bench_.meters["A"].register_gain = 0.998;
  EXPECT_THAT(never_passed("led_register"), SizeIs(1));
}

TEST_F(Honesty, AnOddIntervalBesideTheWindowKeepsAPassFromBeingTaken) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_ = sample::plan({sample::point_at({"A", "B"}, "001", 50, 40)});
  plan_.meters["B"] = sample::meter_type();
  plan_.points[0].meters[1].pulses = 200;
  bench_.lost_edge = 150;  // A has had its 42 edges since some 45 pulses
  bench_.meters["B"].error = 0.02;
  const RunOutcome outcome = run();
  const PointRecord a = points_at(outcome, "A").at(0);
  EXPECT_NEAR(a.error_percent.value(), 0, 1e-6);
  EXPECT_EQ(a.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(a), Contains("missed_pulse"));
}

TEST_F(Honesty, AFailWithAnOddIntervalInItsWindowIsNoFailOfTheMeter) {
  plan_.points.resize(1);
  bench_.lost_edge = 70;  // 1 in 40 is 2.5 %, far beyond the limit
  const PointRecord point = run().points.at(0);
  EXPECT_LT(point.error_percent.value(), -2);
  EXPECT_EQ(point.verdict.decision, Decision::inconclusive);
}

TEST_F(Honesty, AnOddIntervalElsewhereDoesNotSaveAMeterFromItsFail) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_ = sample::plan({sample::point_at({"A", "B"}, "001", 50, 40)});
  plan_.meters["B"] = sample::meter_type();
  plan_.points[0].meters[1].pulses = 200;
  bench_.lost_edge = 150;
  bench_.meters["A"].error = 0.02;
  bench_.meters["A"].step = from_watt_hours(1);  // too coarse to see one pulse
  EXPECT_EQ(points_at(run(), "A").at(0).verdict.decision, Decision::fail);
}

TEST_F(Honesty, OddIntervalsAtOnePointCostTheOtherPointsTheirPasses) {
  bench_.lost_edge = 70;
  const RunOutcome outcome = run();
  EXPECT_THAT(events(outcome, "no_pass", "A"),
              ElementsAre(HasSubstr("1 odd LED intervals among 120 pulses")));
  for (const PointRecord& p : outcome.points) EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
}

TEST_F(Honesty, ASingleOddIntervalOfThousandsOfPulsesCostsItsPointAlone) {
  plan_ = sample::plan({sample::point("001", 50, 40), sample::point("002", 100, 1900)});
  bench_.meters["A"].step = from_watt_hours(1);  // too coarse to see one pulse
  bench_.lost_edge = 70;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::inconclusive);
  EXPECT_EQ(outcome.points.at(1).verdict.decision, Decision::pass);
}

TEST_F(Honesty, ManyOddIntervalsAreToldOnceTheirNumberIsClear) {
  plan_.points.resize(1);
  bench_.meters["A"].doubled_one_in = 1;
  const PointRecord point = run().points.at(0);
  EXPECT_THAT(point.events, SizeIs(::testing::Le(12U)));
  EXPECT_THAT(point.events.back().text, HasSubstr("odd intervals in all"));
}

TEST_F(Honesty, AResultThatDoesNotResolveItsLimitIsNeitherPassNorFail) {
  for (PlannedPoint& p : plan_.points) p.limit.limit = from_percent(0.02);  // U is 0.03 %
  for (const double error : {0.0, 0.002}) {
    bench_.meter_error = error;
    for (const PointRecord& p : run().points) {
      EXPECT_EQ(p.verdict.decision, Decision::inconclusive) << error;
      EXPECT_THAT(kinds(p), ElementsAre("too_uncertain"));
    }
  }
}

class Identity : public testing::FakeRun {};

TEST_F(Identity, AKtUnlikeTheConfiguredOneEndsTheRunBeforeALoadWithBothFigures) {
  bench_.meters["A"].state.identity.kt = from_watt_hours(1.8);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_FALSE(called("source apply"));
  EXPECT_THAT(outcome.fault->text(), HasSubstr("1.8 Wh"));
  EXPECT_THAT(outcome.fault->text(), HasSubstr("has 1 Wh"));
  EXPECT_THAT(events(outcome, "fault"), SizeIs(1));
}

TEST_F(Identity, AKtThatDiffersByRoundingIsTheSame) {
  bench_.meters["A"].state.identity.kt = from_watt_hours(1 + 0.9e-6);
  EXPECT_EQ(run().end, RunEnd::passed);
  bench_.meters["A"].state.identity.kt = from_watt_hours(1 + 1.1e-6);
  EXPECT_EQ(run().end, RunEnd::bench_fault);
}

TEST_F(Identity, AMeterThatDoesNotTellItsKtIsUnverified) {
  bench_.meters["A"].state.identity.kt.reset();
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(outcome.points.at(0).verdict.basis.reasons, ElementsAre("the meter did not tell its Kt"));
}

TEST_F(Identity, AMeterThatIsAnotherAfterwardsVoidsWhatWasDecided) {
  observer_.ended = [this](std::size_t) { bench_.meters["A"].state.configuration[6] = {8}; };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "void", "A"), ElementsAre(HasSubstr("configuration table 6 differs")));
  for (const PointRecord& p : points_at(outcome, "A")) EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
}

TEST_F(Identity, EveryChangeIsNamed) {
  MeterState before = bench_.meters["A"].state, after = before;
  EXPECT_FALSE(change_between(before, after));
  after.identity.serial_number = "8";
  after.identity.kt = from_watt_hours(2);
  after.configuration.erase(3);
  after.configuration[9] = {};
  EXPECT_EQ(change_between(before, after).value(),
            "serial number '00000007' became '8'; Kt '1 Wh' became '2 Wh'; configuration table 3 is gone; "
            "configuration table 9 is new");
}

TEST_F(Identity, ABenchWithoutItsInterimCheckIsRefusedOrInDoubtAsTheStationSays) {
  station_->interim_checks = {{.kind = CheckKind::weekly, .every = Seconds{7 * 86400}, .refuse = false}};
  EXPECT_FALSE(run().points.at(0).verdict.basis.verified());
  station_->interim_checks[0].refuse = true;
  bench_.calls.clear();
  const RunOutcome refused = run();
  EXPECT_EQ(refused.end, RunEnd::bench_fault);
  EXPECT_FALSE(called("source apply"));
}

}  // namespace
}  // namespace meterbench
