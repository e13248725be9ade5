// What the program says of the source is held against the world itself: whatever ends a run, nothing is left
// on the terminals.
#include <gtest/gtest.h>

#include "bench/cli/inputs.h"
#include "bench/runner/runner.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

class SourceOff : public ::testing::Test {
 protected:
  /// Runs two points with `faults` in the lab; `stop_at`: when a person asks to stop.
  void run(const std::map<std::string, std::vector<virtual_lab::ScriptedFault>>& faults,
           std::optional<Instant> stop_at = std::nullopt) {
    const Catalogue known = catalogue();
    const StationFile station = load_station(known, "virtual");
    const auto meters = load_meters(known, station, "focus-ax-2s-cl200");
    BenchOptions options;
    options.set = {"register_account=waived"};  // two small loads
    Plan plan = make_checked_plan(known, "ae-1641/load-performance-23c", options, station, meters);
    plan.points.resize(2);
    virtual_lab::LabFile lab = load_lab(known, "default");
    for (const auto& [name, script] : faults) lab.instruments.at(name).faults = script;
    auto opened = BenchSession::open(station, known, {std::move(lab), 1}, meters, stop_);
    ASSERT_TRUE(opened) << opened.error();
    session_ = std::move(*opened);
    if (stop_at) session_->station().reactor.at(*stop_at, [this] { stop_.request(); });
    ledger_ = std::make_unique<Ledger>(folder_.path() / "ledger.sqlite", Ledger::Mode::write);
    RunObserver silent;
    outcome_ = Runner{session_->station(), *ledger_, silent}.run(plan, RunRecord{});
  }

  [[nodiscard]] bool on() {
    // The bench's clock stands still after the run; the world is asked a second later.
    session_->lab()->advance_to(session_->station().reactor.now() + std::chrono::seconds{1});
    return session_->lab()->world().source().energised();
  }

  static virtual_lab::ScriptedFault at(double seconds, const std::string& what) {
    return {instant_at(seconds), {}, what};
  }

  StopSignal stop_;
  testing::TemporaryFolder folder_;
  std::unique_ptr<BenchSession> session_;
  std::unique_ptr<Ledger> ledger_;
  RunOutcome outcome_;
};

TEST_F(SourceOff, AfterARunThatEndsWell) {
  run({});
  EXPECT_EQ(outcome_.end, RunEnd::passed);
  EXPECT_FALSE(on());
}

TEST_F(SourceOff, AfterATrip) {
  run({{"source", {at(45, "trip")}}});
  EXPECT_EQ(outcome_.end, RunEnd::bench_fault);
  ASSERT_TRUE(outcome_.fault);
  EXPECT_EQ(outcome_.fault->code, Errc::tripped) << outcome_.fault->text();
  EXPECT_FALSE(on());
  EXPECT_EQ(outcome_.points.front().verdict.decision, Decision::pass);
}

TEST_F(SourceOff, AfterACounterThatLosesData) {
  run({{"counter", {at(20, "fifo_overrun")}}});
  EXPECT_EQ(outcome_.end, RunEnd::bench_fault);
  EXPECT_FALSE(on());
}

TEST_F(SourceOff, AfterAReferenceThatFallsSilent) {
  run({{"reference",
        {at(20, "silence"), at(21, "silence"), at(22, "silence"), at(23, "silence"), at(24, "silence")}}});
  EXPECT_FALSE(on());
}

TEST_F(SourceOff, AfterASourceThatLeftAnyOfItsCommandsUnanswered) {
  // The first three belong to the all-off at the very start, which opens a lost link again by itself.
  for (std::uint64_t command = 4; command <= 40; command += 3) {
    SCOPED_TRACE(command);
    run({{"source", {{{}, command, "silence"}}}});
    EXPECT_EQ(outcome_.end, RunEnd::bench_fault);
    EXPECT_EQ(outcome_.fault.value_or(Fault{}).device, "source");
    EXPECT_FALSE(outcome_.not_off) << "the link is opened again, or the relay opens";
    EXPECT_FALSE(on());
  }
}

TEST_F(SourceOff, AStopAtAnyMomentLeavesNothingOnAndIsInterrupted) {
  for (double t = 0.1; t < 40; t += 3.7) {
    SCOPED_TRACE(t);
    StopSignal fresh;
    run({}, instant_at(t));
    EXPECT_EQ(outcome_.end, RunEnd::interrupted);
    EXPECT_FALSE(outcome_.not_off);
    EXPECT_FALSE(on());
  }
}

}  // namespace
}  // namespace meterbench
