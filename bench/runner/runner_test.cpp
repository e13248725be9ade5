#include "bench/runner/fake_run_test.h"

#include <gmock/gmock.h>

#include "bench/runner/runner.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using testing::FakeBench;
using ::testing::HasSubstr;

class RunnerTest : public testing::FakeRun {};

TEST_F(RunnerTest, AllOffThenLimitsComeBeforeTheFirstLoadAndOffComesLast) {
  EXPECT_EQ(run().end, RunEnd::passed);
  EXPECT_THAT(bench_.calls,
              ElementsAre("source off", "source limits", "counter start", "counter stop", "counter start",
                          "source apply", "source apply", "source off", "counter stop", "counter start",
                          "source apply", "source off", "counter stop", "source off"))
      << "once for the position map; then every LED is counted from before the load comes on until after it "
         "has gone off";
  EXPECT_FALSE(bench_.on);
}

TEST_F(RunnerTest, TheErrorOfTheMeterIsFoundAndStored) {
  bench_.meter_error = 0.002;
  const RunOutcome outcome = run();
  ASSERT_EQ(outcome.points.size(), 2u);
  for (const PointRecord& p : ledger_.points(outcome.run_id)) {
    EXPECT_NEAR(p.error_percent.value(), 0.2, 1e-6);
    EXPECT_EQ(p.verdict.decision, Decision::pass);
    EXPECT_TRUE(p.verdict.basis.verified());
    EXPECT_EQ(p.edges.size(), p.pulses + 2) << "opening edge, and every edge that the window needs";
  }
}

TEST_F(RunnerTest, AWindowOpensOnTheSecondEdgeAfterLatencyAndHold) {
  const RunOutcome outcome = run();
  const PointRecord& first = outcome.points.front();
  // 2 s of settling, then at least 10 s of latency; the first edge came before, of the same load.
  EXPECT_GE(in_seconds(first.edges[1].time) - first.started_s, 2 + 10 - 1e-6);
  EXPECT_LT(in_seconds(first.edges[0].time) - first.started_s, 2 + 3 + 10);
  EXPECT_NEAR(in_seconds(first.edges[1].time - first.edges[0].time), 0.3, 1e-6);
  EXPECT_EQ(first.edges.front().number, 0U);
  EXPECT_EQ(first.edges.back().number, 41U);
  EXPECT_NEAR(first.duration_s.value(), 40 * 0.3, 1e-6);
}

TEST_F(RunnerTest, APointOutOfReachIsOnRecordAndTheRunHasNotPassed) {
  plan_.unreachable = {{"200 A, power factor 1, delivered", "the source gives 120 A"}};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "unreachable"), ElementsAre(HasSubstr("the source gives 120 A")));
}

TEST_F(RunnerTest, AnErrorBeyondTheLimitFails) {
  bench_.meter_error = 0.008;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::fail);
}

TEST_F(RunnerTest, ALimitOfTwoSidesIsHeldAgainstBoth) {
  for (PlannedPoint& p : plan_.points) {
    p.limit.limit = from_percent(0.5);  // from -0.2 to +0.8 %
    p.limit.middle = from_percent(0.3);
  }
  for (const auto& [error, decision] : {std::pair{0.007, Decision::pass},
                                        {0.009, Decision::fail},
                                        {-0.001, Decision::pass},
                                        {-0.003, Decision::fail}}) {
    bench_.meter_error = error;
    EXPECT_EQ(run().points.at(0).verdict.decision, decision) << error;
  }
}

TEST_F(RunnerTest, AFailOfALimitOfTwoSidesStandsWhereverTheReferenceMayLie) {
  station_->source_accuracy.power = from_percent(0.25);
  plan_.points[0].limit.limit = from_percent(0.5);
  plan_.points[0].limit.middle = from_percent(0.3);
  bench_.meter_error = -0.003;  // 0.1 % beyond -0.2 %
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::inconclusive);
  bench_.meter_error = -0.008;
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::fail);
}

TEST_F(RunnerTest, ATripEndsTheRunWithTheSourceOffAndEarlierPointsKept) {
  bench_.trips_at = instant_at(45);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  ASSERT_TRUE(outcome.fault);
  EXPECT_EQ(outcome.fault->code, Errc::tripped);
  EXPECT_FALSE(bench_.on);
  const auto points = ledger_.points(outcome.run_id);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].verdict.decision, Decision::pass);
  EXPECT_EQ(points[1].verdict.decision, Decision::inconclusive) << "the attempt that the trip ended is kept";
  EXPECT_FALSE(points[1].error_percent);
  EXPECT_EQ(points[1].events.at(0).kind, "fault");
}

TEST_F(RunnerTest, AStopEndsTheRunAsInterruptedWithTheSourceOff) {
  reactor_.at(instant_at(45), [this] { stop_.request(); });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::interrupted);
  EXPECT_FALSE(bench_.on);
  EXPECT_FALSE(outcome.not_off);
  EXPECT_EQ(ledger_.points(outcome.run_id).size(), 2u);
}

TEST_F(RunnerTest, ASourceThatCannotBeConfirmedOffIsSaidAndIsABenchFault) {
  reactor_.at(instant_at(20), [this] {
    bench_.off_fails = Fault{Errc::disconnected, "source", "OUTP OFF", "gone", {}};
  });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  ASSERT_TRUE(outcome.not_off);
  EXPECT_THAT(events(outcome, "not_off"), ElementsAre(HasSubstr("gone")));
}

TEST_F(RunnerTest, AMeterThatDoesNotBlinkIsInconclusiveNotAFailure) {
  bench_.meter_blinks = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::inconclusive);
  EXPECT_EQ(outcome.points[0].events.at(0).kind, "no_pulse");
}

TEST_F(RunnerTest, ALostPulseIsAnEventOfTheMeterAndNeverPasses) {
  bench_.lost_edge = 100;
  plan_.points = {sample::point("001", 50, 400)};  // one in 400 is 0.25 %, inside the limit
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::inconclusive);
  ASSERT_FALSE(outcome.points[0].events.empty());
  EXPECT_EQ(outcome.points[0].events.back().kind, "missed_pulse");
}

TEST_F(RunnerTest, AReferenceThatDisagreesWithTheSetPointIsABenchFault) {
  bench_.reference_reads = 1.01;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->code, Errc::implausible);
  EXPECT_FALSE(bench_.on);
}

TEST_F(RunnerTest, ReferencePulsesThatDisagreeWithItsReadingsAreABenchFault) {
  bench_.pulse_factor = 2;  // a wrong pulse constant
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->code, Errc::implausible);
}

TEST_F(RunnerTest, AFaultOfTheCounterEndsTheRun) {
  observer_.started = [this](std::size_t) {
    bench_.scan_fails = Fault{Errc::garbled, "counter", "scan", "FIFO overrun", {}};
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->detail, "FIFO overrun");
  EXPECT_FALSE(bench_.on);
}

TEST_F(RunnerTest, AnAnswerThatTookASecondTryIsOnRecord) {
  bench_.reference_repeats = true;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  ASSERT_FALSE(events(outcome, "repeated").empty());
  EXPECT_EQ(events(outcome, "repeated")[0], "reference: read: half a reply (garbled)");
}

TEST_F(RunnerTest, AnInstrumentThatDoesNotAnswerEndsTheRunBeforeALoad) {
  bench_.identify_fails = Fault{Errc::timeout, "source", "*IDN?", "no answer", {}};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(std::count(bench_.calls.begin(), bench_.calls.end(), "source apply"), 0);
  EXPECT_EQ(ledger_.find_run(outcome.run_id)->exit_code, 3);
}

TEST_F(RunnerTest, ARecordThatCannotBeWrittenTakesTheLoadOffAndIsABenchFault) {
  // The second point meets a key that exists already, as a damaged ledger would.
  plan_.points[1].id = "001";
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_TRUE(outcome.record_failure);
  EXPECT_FALSE(bench_.on);
  EXPECT_EQ(outcome.points.size(), 1u) << "what is not in the ledger is not in the outcome";
}

TEST_F(RunnerTest, ARecordThatFailsWithASourceThatWillNotGoOffTellsBoth) {
  plan_.points[1].id = "001";
  reactor_.at(instant_at(30), [this] {
    bench_.off_fails = Fault{Errc::disconnected, "source", "OUTP OFF", "gone", {}};
  });
  const RunOutcome outcome = run();
  EXPECT_TRUE(outcome.record_failure);
  EXPECT_TRUE(outcome.not_off);
}

TEST_F(RunnerTest, ACertificateFromTheFutureIsNoBasis) {
  static_cast<void>(parse_utc("2025-07-01", station_->reference_calibration.issued));
  EXPECT_FALSE(run().points.at(0).verdict.basis.verified());
}

TEST_F(RunnerTest, AnExpiredCertificateMakesEveryBasisUnverified) {
  static_cast<void>(parse_utc("2025-01-01", station_->reference_calibration.due));
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed) << "the basis, not the decision";
  EXPECT_EQ(outcome.points[0].verdict.basis.text(), "unverified: certificate C-1 expired 2025-01-01");
}

TEST_F(RunnerTest, ALimitFromKnowledgeIsUnverified) {
  plan_.points[0].limit.mark = Mark::knowledge;
  plan_.points[0].limit.source = "S-E-02";
  const RunOutcome outcome = run();
  EXPECT_FALSE(outcome.points[0].verdict.basis.verified());
  EXPECT_TRUE(outcome.points[1].verdict.basis.verified());
}

class EquippedRunnerTest : public RunnerTest {
 protected:
  EquippedRunnerTest() {
    testing::add_fake_surroundings(*station_, bench_);
    station_->interlock_timing = {std::chrono::seconds{5}, std::chrono::seconds{15}};
    bench_.climate.body_lag_s = 400;
  }
};

TEST_F(EquippedRunnerTest, ArmsTheInterlockBeforeTheFirstLoadAndDisarmsItAfterTheLast) {
  EXPECT_EQ(run().end, RunEnd::passed);
  const std::vector<std::string> first(bench_.calls.begin(), bench_.calls.begin() + 7);
  EXPECT_THAT(first, ElementsAre("source off", "source limits", "interlock arm", "counter start",
                                 "counter stop", "counter start", "source apply"));
  const std::vector<std::string> last(bench_.calls.end() - 2, bench_.calls.end());
  EXPECT_THAT(last, ElementsAre("source off", "interlock disarm"));
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(EquippedRunnerTest, EveryInstrumentIsOnRecordByName) {
  const RunOutcome outcome = run();
  for (const InstrumentRow& i : ledger_.instruments(outcome.run_id)) EXPECT_EQ(i.identity, "fake " + i.role);
  EXPECT_EQ(ledger_.instruments(outcome.run_id).size(), 6U);
  EXPECT_THAT(events(outcome, "meter"),
              ElementsAre("FAKE M1, hardware 1.0, firmware 5.34, serial number 00000007, device D-7"));
}

TEST_F(EquippedRunnerTest, AnOpticalPortThatDoesNotAnswerCostsThePassesAndNotTheErrors) {
  bench_.lost_after["optical A"] = 0;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_TRUE(outcome.points.at(0).error_percent);
  EXPECT_THAT(outcome.points.at(0).verdict.basis.reasons,
              ElementsAre(HasSubstr("of its pulses were seen one by one"), HasSubstr("the link is gone"),
                          HasSubstr("its port was silent in the end"), "the meter did not tell its Kt",
                          HasSubstr("LED and optical port are not proven to belong to one meter")));
  EXPECT_THAT(events(outcome, "map_unproven", "A"), ElementsAre(HasSubstr("the link is gone")));
  EXPECT_FALSE(events(outcome, "optical_port", "A").empty());
  EXPECT_THAT(events(outcome, "unreconciled", "A"), ElementsAre(HasSubstr("the link is gone")));
}

TEST_F(EquippedRunnerTest, NothingIsEnergisedWhileTheDoorIsOpen) {
  bench_.door_closed = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_FALSE(called("source apply"));
  EXPECT_THAT(events(outcome, "fault"), ElementsAre(HasSubstr("the door is open")));
}

TEST_F(EquippedRunnerTest, AnEmergencyStopEndsAPointWhileItCounts) {
  reactor_.at(instant_at(20), [this] { bench_.emergency_stop_healthy = false; });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_THAT(outcome.fault->text(), HasSubstr("emergency stop"));
  EXPECT_LT(outcome.points.at(0).ended_s, 20 + 2.5);
  EXPECT_FALSE(bench_.on);
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(EquippedRunnerTest, AnEmergencyStopEndsTheWayToALoad) {
  station_->interlock_timing = {std::chrono::milliseconds{200}, std::chrono::seconds{1}};
  observer_.started = [this](std::size_t) {  // 1 s later the source ramps
    reactor_.after(std::chrono::seconds{1}, [this] { bench_.emergency_stop_healthy = false; });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.fault->device, "interlock");
  EXPECT_LT(outcome.points.at(0).ended_s - outcome.points.at(0).started_s, 1.3);
}

TEST_F(EquippedRunnerTest, ASourceThatDoesNotConfirmItsEndIsCutOffByTheRelay) {
  reactor_.at(instant_at(20), [this] {
    bench_.off_fails = Fault{Errc::timeout, "source", "OUTP OFF", "no answer", {}};
  });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_TRUE(outcome.off_by_relay);
  EXPECT_FALSE(outcome.not_off);
  EXPECT_FALSE(bench_.energised());
  EXPECT_THAT(events(outcome, "off_by_relay"), ElementsAre(HasSubstr("OUTP OFF")));
}

TEST_F(EquippedRunnerTest, ARelayThatHadToOpenIsOnRecordThoughTheSourceIsOffToo) {
  bench_.lost_at["source"] = instant_at(20);
  bench_.when_relay_opens = [this] { bench_.lost_at.clear(); };  // its link can be opened again then
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_THAT(events(outcome, "off_by_relay"), ElementsAre(HasSubstr("the source is off too")));
  EXPECT_FALSE(outcome.off_by_relay);
  EXPECT_FALSE(bench_.on);
}

TEST_F(EquippedRunnerTest, WithSourceAndRelayStuckAPersonMustAct) {
  bench_.relay_sticks = true;
  reactor_.at(instant_at(20), [this] {
    bench_.off_fails = Fault{Errc::timeout, "source", "OUTP OFF", "no answer", {}};
  });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  ASSERT_TRUE(outcome.not_off);
  EXPECT_THAT(outcome.not_off->text(), HasSubstr("the relay reads back closed"));
  EXPECT_EQ(events(outcome, "not_off").size(), 1U);
}

TEST_F(EquippedRunnerTest, ARelayThatCannotBeConfirmedOpenIsABenchFaultThoughAllPassed) {
  reactor_.at(instant_at(20), [this] { bench_.relay_sticks = true; });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.points.back().verdict.decision, Decision::pass);
  EXPECT_EQ(events(outcome, "not_disarmed").size(), 1U);
}

TEST_F(EquippedRunnerTest, AStopThatCannotBeCarriedOutIsABenchFault) {
  reactor_.at(instant_at(20), [this] {
    bench_.off_fails = Fault{Errc::timeout, "source", "OUTP OFF", "no answer", {}};
    stop_.request();
  });
  EXPECT_EQ(run().end, RunEnd::bench_fault);
}

TEST_F(EquippedRunnerTest, AChamberThatNoSoakNeedsIsLeftAlone) {
  static_cast<void>(run());
  EXPECT_FALSE(called("chamber condition"));
  EXPECT_FALSE(called("chamber stop"));
}

TEST_F(EquippedRunnerTest, SoaksComeWhereThePlanHasThem) {
  plan_.soaks = {sample::soak(1, 33), sample::soak(2, 23)};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  const auto [first, second] = std::pair{outcome.points.at(0), outcome.points.at(1)};
  EXPECT_GT(second.started_s - first.ended_s, 1800) << "one between the points";
  EXPECT_GT(in_seconds(reactor_.now()) - second.ended_s, 1800) << "one after the last";
  EXPECT_THAT(events(outcome, "soak"), ::testing::Contains(HasSubstr("towards 33 °C")));
  EXPECT_THAT(events(outcome, "soak"), ::testing::Contains(HasSubstr("stable after")));
  double air = 0;
  for (const EnvironmentRow& row : second.environment)
    if (row.quantity == "air_c") air = row.value;
  EXPECT_NEAR(air, 33, 2);
}

TEST_F(EquippedRunnerTest, TheLoadIsOffFromTheLastPointOnWhileItSoaks) {
  plan_.soaks = {sample::soak(1, 33)};
  struct : RunObserver {
    void soaking(const PlannedSoak&, const ChamberReading&, Seconds) override { on = on || bench->on; }
    FakeBench* bench = nullptr;
    bool on = false;
  } watcher;
  watcher.bench = &bench_;
  static_cast<void>(Runner{*station_, ledger_, watcher}.run(plan_, RunRecord{}));
  EXPECT_FALSE(watcher.on);
}

TEST_F(EquippedRunnerTest, AFinishedRunStopsTheChamberThatItUsed) {
  plan_.soaks = {sample::soak(0, 33)};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_FALSE(bench_.climate.running);
  EXPECT_THAT(events(outcome, "chamber"), ElementsAre("stopped: it drifts to the room"));
}

TEST_F(EquippedRunnerTest, AnInterruptedRunLeavesTheChamberForTheOneThatResumesIt) {
  plan_.soaks = {sample::soak(0, 33)};
  reactor_.at(instant_at(600), [this] { stop_.request(); });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::interrupted);
  EXPECT_LT(in_seconds(reactor_.now()), 601);
  EXPECT_TRUE(bench_.climate.running);
  EXPECT_FALSE(bench_.relay_closed);
  EXPECT_EQ(events(outcome, "stopped").size(), 1U);
  EXPECT_THAT(events(outcome, "chamber"), ElementsAre(HasSubstr("left conditioning")));
}

TEST_F(EquippedRunnerTest, ASoakThatFailsEndsTheRunBeforeItsPoints) {
  plan_.soaks = {sample::soak(1, 33)};
  plan_.soaks[0].limit = Seconds{600};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.points.size(), 1U);
  EXPECT_THAT(events(outcome, "fault"), ElementsAre(HasSubstr("not stable within 10 min")));
  EXPECT_FALSE(bench_.on);
  EXPECT_FALSE(bench_.climate.running);
}

TEST_F(EquippedRunnerTest, TheTemperatureOfTheLastSoakHoldsForAllPointsAfterIt) {
  plan_.soaks = {sample::soak(0, 33)};
  struct : RunObserver {
    void counting(std::size_t index, std::uint64_t edges, std::uint64_t) override {
      if (index == 1 && edges == 10) bench->climate.air = bench->climate.target = 40;
    }
    FakeBench* bench = nullptr;
  } heater;
  heater.bench = &bench_;
  const RunOutcome outcome = Runner{*station_, ledger_, heater}.run(plan_, RunRecord{});
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault.value_or(Fault{}).device, "chamber");
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::pass);
}

TEST_F(EquippedRunnerTest, AStationWithoutACounterIsNoMistake) {
  station_->counters.clear();
  plan_.points.clear();
  plan_.soaks = {sample::soak(0, 33)};
  reactor_.at(instant_at(60), [this] { stop_.request(); });  // before the first check load
  EXPECT_EQ(run().end, RunEnd::interrupted);
}

}  // namespace
}  // namespace meterbench
