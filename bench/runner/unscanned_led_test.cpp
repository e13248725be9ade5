// Counters that time edges or count within gates, but do not scan: what passes stand on there.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A frequency counter that sees the pulses of position A.
class TimingCounter final : public PulseCounter {
 public:
  TimingCounter(Reactor& reactor, testing::FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  ~TimingCounter() override { bench_.hear_pulses.erase("timer"); }
  CounterCapabilities capabilities() const override {
    return {.methods = methods,
            .inputs = 2,
            .resolution = Seconds{1e-7},
            .most_timestamps = 1000000,
            .longest_gate = std::chrono::seconds{2000}};
  }
  void start_identify(Done<std::string> done) override { done(std::string{"timing counter"}); }
  void start_timestamps(int, std::uint64_t edges, Duration limit, Done<std::vector<Seconds>> done) override {
    auto stamps = std::make_shared<std::vector<Seconds>>();
    const auto end = [this, done](const Result<std::vector<Seconds>>& result) {
      bench_.hear_pulses.erase("timer");
      done(result);
    };
    // What is heard is not taken away while it is told.
    bench_.hear_pulses["timer"] = [this, stamps, edges, end](const std::string&, Instant when, double) {
      stamps->push_back(Seconds{in_seconds(when)});
      if (stamps->size() == edges) reactor_.after(Duration{}, [stamps, end] { end(*stamps); });
    };
    const unsigned mine = ++started_;
    reactor_.after(limit, [this, mine, stamps, edges, end] {
      if (mine == started_ && stamps->size() < edges)
        end(fault(Errc::refused, "counter", "time stamps", "too few edges came"));
    });
  }
  void start_total(int, Duration gate, Done<std::uint64_t> done) override {
    auto total = std::make_shared<std::uint64_t>(0);
    bench_.hear_pulses["timer"] = [total](const std::string&, Instant, double) { ++*total; };
    reactor_.after(gate, [this, total, done] {
      bench_.hear_pulses.erase("timer");
      done(*total);
    });
  }
  void start_stop(Done<void> done) override {
    ++started_;
    bench_.hear_pulses.erase("timer");
    done({});
  }

  std::vector<CountingMethod> methods{CountingMethod::timestamps, CountingMethod::gated_total};

 private:
  Reactor& reactor_;
  testing::FakeBench& bench_;
  unsigned started_ = 0;
};

class UnscannedLed : public testing::FakeRun {
 protected:
  UnscannedLed() {
    auto counter = std::make_unique<TimingCounter>(reactor_, bench_);
    counter_ = counter.get();
    station_->counters.front().counter = std::move(counter);
    station_->uncertainty.reading_noise = from_percent(0.01);
    use(CountingMethod::timestamps);
  }
  void use(CountingMethod method) {
    for (PlannedPoint& p : plan_.points) {
      p.method = method;
      p.gate = Seconds{30};
      p.limit.limit = from_percent(5);  // no defect of the LED within a window shows there
    }
  }
  void never_passes() {
    const RunOutcome outcome = run();
    EXPECT_EQ(outcome.end, RunEnd::not_passed);
    for (const PointRecord& p : outcome.points) EXPECT_EQ(p.verdict.decision, Decision::inconclusive);
  }

  TimingCounter* counter_ = nullptr;
};

TEST_F(UnscannedLed, OfASoundMeterIsSeenPulseByPulseOnceItsRegisterIsCompared) {
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(events(outcome, "register_hold"),
              ElementsAre(HasSubstr("1667 pulses at 100 A delivered, seen one by one"),
                          HasSubstr("s more at 100 A")));
  EXPECT_THAT(events(outcome, "reconciled"), SizeIs(1));
  EXPECT_TRUE(outcome.points.at(0).verdict.basis.verified());
}

/// What one defect takes from the account of LED and register the other brings back.
TEST_F(UnscannedLed, OfAMeterWithTwoDefectsThatCancelIsNeverPassed) {
  bench_.meters["A"].lost_one_in = 500;
  bench_.meters["A"].register_gain = 0.998;
  for (const CountingMethod method : {CountingMethod::timestamps, CountingMethod::gated_total}) {
    use(method);
    never_passes();
  }
  bench_.meters["A"] = {};
  bench_.meters["A"].doubled_one_in = 800;
  bench_.meters["A"].register_gain = 1.00125;
  never_passes();
  bench_.meters["A"] = {};
  bench_.meters["A"].lost_one_in = 490;
  bench_.meters["A"].doubled_one_in = 500;
  never_passes();
}

TEST_F(UnscannedLed, ThatNobodySeesPulseByPulseIsNeverPassed) {
  counter_->methods = {CountingMethod::gated_total};
  use(CountingMethod::gated_total);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "no_pass"), Contains(HasSubstr("seen one by one")));
}

TEST_F(UnscannedLed, IsADoubtWhereTheScenarioWaivesTheProof) {
  plan_.scenario.register_account = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_THAT(outcome.points.at(0).verdict.basis.text(), HasSubstr("the scenario waives"));
}

TEST_F(UnscannedLed, IsNotProvenByAWatchThatIsSkipped) {
  observer_.ended = [&](std::size_t i) {
    if (i == 1) reactor_.after(std::chrono::seconds{100}, [this] { control_.skip("anna"); });
  };
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(events(outcome, "reconciled"), SizeIs(1)) << "the hold goes on";
  EXPECT_THAT(events(outcome, "no_pass"), Contains(HasSubstr("seen one by one")));
}

}  // namespace
}  // namespace meterbench
