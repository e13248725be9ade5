#include "bench/runner/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "bench/core/simulated_reactor.h"
#include "bench/runner/hold.h"
#include "tests/support/fake_station.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

using testing::FakeBench;

MeterType meter_type() {
  MeterType meter;
  meter.id = "meter";
  meter.form = Form::s2;
  meter.nominal_voltage = Voltage{240};
  meter.nominal_frequency = Frequency{60};
  meter.kt = from_watt_hours(1);
  meter.maximum_current = Current{200};
  meter.latency = Seconds{10};
  return meter;
}

PlannedPoint point(const std::string& id, double amperes, std::uint64_t pulses) {
  PlannedPoint p;
  p.id = id;
  p.step = "load-performance";
  p.voltage = Voltage{240};
  p.current = Current{amperes};
  p.load =
      make_load_point(Form::s2, p.voltage, Frequency{60}, p.current, PowerFactor{}, Direction::delivered);
  p.pulses = pulses;
  p.limit = {"load-performance", PowerFactor{}, from_percent(0.5), "criterion", "", "", Mark::criterion};
  p.reference = {from_percent(0), from_percent(0.01)};
  return p;
}

class RunnerTest : public ::testing::Test {
 protected:
  RunOutcome run() { return Runner{*station_, ledger_, observer_}.run(plan_, {0}, RunRecord{}); }

  StopSignal stop_;
  UtcTime starts_ = [] {
    UtcTime t;
    static_cast<void>(parse_utc("2025-06-02T08:00:00Z", t));
    return t;
  }();
  SimulatedReactor reactor_{stop_, starts_};
  FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  testing::TemporaryFolder folder_;
  Ledger ledger_{folder_.path() / "ledger.sqlite", Ledger::Mode::write};
  RunObserver observer_;
  Plan plan_{Scenario{}, meter_type(), {point("001", 50, 40), point("002", 100, 80)}, {}};
};

TEST_F(RunnerTest, AllOffThenLimitsComeBeforeTheFirstLoadAndOffComesLast) {
  EXPECT_EQ(run().end, RunEnd::passed);
  ASSERT_GE(bench_.calls.size(), 4u);
  EXPECT_EQ(bench_.calls[0], "source off");
  EXPECT_EQ(bench_.calls[1], "source limits");
  EXPECT_EQ(bench_.calls[2], "source apply");
  EXPECT_EQ(bench_.calls.back(), "source off");
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
  // 2 s of settling, then at least 10 s of latency, then two pulses of 0.3 s each.
  EXPECT_GE(in_seconds(first.edges[1].time) - first.started_s, 2 + 10 + 2 * 0.3 - 1e-6);
  EXPECT_NEAR(first.duration_s.value(), 40 * 0.3, 1e-6);
}

TEST_F(RunnerTest, APointOutOfReachIsOnRecordAndTheRunHasNotPassed) {
  plan_.unreachable = {{"200 A, power factor 1, delivered", "the source gives 120 A"}};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(ledger_.events(outcome.run_id).at(0).kind, "unreachable");
}

TEST_F(RunnerTest, AnErrorBeyondTheLimitFails) {
  bench_.meter_error = 0.008;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::fail);
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
  EXPECT_EQ(ledger_.events(outcome.run_id).back().kind, "not_off");
}

TEST_F(RunnerTest, AMeterThatDoesNotBlinkIsInconclusiveNotAFailure) {
  bench_.meter_blinks = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::inconclusive);
  EXPECT_EQ(outcome.points[0].events.at(0).kind, "no_pulse");
}

TEST_F(RunnerTest, ALostPulseIsAnEventOfTheMeterAndNeverPasses) {
  bench_.lost_edge = 20;
  plan_.points = {point("001", 50, 400)};  // one in 400 is 0.25 %, inside the limit
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points[0].verdict.decision, Decision::inconclusive);
  ASSERT_FALSE(outcome.points[0].events.empty());
  EXPECT_EQ(outcome.points[0].events.back().kind, "interval");
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
  bench_.scan_fails = Fault{Errc::garbled, "counter", "scan", "FIFO overrun", {}};
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_EQ(outcome.fault->detail, "FIFO overrun");
  EXPECT_FALSE(bench_.on);
}

TEST_F(RunnerTest, AnAnswerThatTookASecondTryIsOnRecord) {
  bench_.reference_repeats = true;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  const auto events = ledger_.events(outcome.run_id);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].kind, "repeated");
  EXPECT_EQ(events[0].text, "reference: read: half a reply (garbled)");
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

TEST(OutOfBand, NamesTheFirstCircuitThatDisagrees) {
  const LoadPoint set = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{0.5},
                                        Direction::received);
  ReferenceReading reading;
  reading.frequency = Frequency{60};
  for (std::size_t i = 0; i < 2; ++i) {
    const Angle lag = set.circuits[i].voltage_phase - set.current_phase(i);
    const ApparentPower s = Voltage{120} * Current{30};
    reading.circuits[i] = {Voltage{120}, Current{30}, active_part(s, lag), reactive_part(s, lag)};
  }
  EXPECT_EQ(out_of_band(set, reading), std::nullopt);
  ReferenceReading turned = reading;
  turned.circuits[1].active = -turned.circuits[1].active;
  turned.circuits[1].reactive = -turned.circuits[1].reactive;
  EXPECT_THAT(out_of_band(set, turned).value_or(""), ::testing::HasSubstr("circuit 2"));
  ReferenceReading low = reading;
  low.circuits[0].voltage = Voltage{119.3};
  EXPECT_THAT(out_of_band(set, low).value_or(""), ::testing::HasSubstr("circuit 1"));
  ReferenceReading slow = reading;
  slow.frequency = Frequency{59};
  EXPECT_THAT(out_of_band(set, slow).value_or(""), ::testing::HasSubstr("Hz"));
  LoadPoint one_coil = set;
  one_coil.circuits[1].current = Current{};
  EXPECT_THAT(out_of_band(one_coil, reading).value_or(""), ::testing::HasSubstr("circuit 2"))
      << "a current where none was set";
  ReferenceReading nan = reading;
  nan.circuits[0].current = Current{std::nan("")};
  EXPECT_TRUE(out_of_band(set, nan)) << "what is not a number is not in band";
}

TEST(PowerRamp, IsTheSlopeOfTheReadingsInTheWindow) {
  std::vector<LoadWatch::Sample> samples;
  for (int t = 0; t <= 10; ++t) {
    ReferenceReading reading;
    reading.active = ActivePower{1000 * (1 + 1e-5 * (t - 5))};  // 0.001 % a second
    samples.push_back({instant_at(t), reading});
  }
  EXPECT_NEAR(power_ramp_percent_per_s(samples), 0.001, 1e-9);
  samples.resize(2);
  EXPECT_TRUE(std::isnan(power_ramp_percent_per_s(samples))) << "two samples give no slope";
}

}  // namespace
}  // namespace meterbench
