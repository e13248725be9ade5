#include "drivers/virtual_lab/host/lab_clock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"

namespace meterbench::virtual_lab {
namespace {

using namespace std::chrono_literals;

class LabClockTest : public testing::Test {
 protected:
  void pass(Duration time) { reactor_.wait_until(reactor_.now() + time); }
  void begin(double scale) {
    clock_.emplace(reactor_, scale, [this](Instant t) {
      EXPECT_GT(t, world_) << "the world never goes back";
      world_ = t;
    });
  }
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, {}};  // stands for the machine's time
  Instant world_{};
  std::optional<LabClock> clock_;
};

TEST_F(LabClockTest, RunsAtItsScaleFromZero) {
  pass(5s);
  begin(10);
  EXPECT_EQ(clock_->now(), Instant{});
  pass(1s);
  EXPECT_EQ(clock_->now(), Instant{10s});
}

TEST_F(LabClockTest, BringsTheWorldAlongInSmallSteps) {
  begin(1);
  pass(50ms);
  EXPECT_EQ(world_, Instant{40ms});
  EXPECT_EQ(clock_->present(), Instant{50ms});
  EXPECT_EQ(world_, Instant{50ms});
  EXPECT_EQ(clock_->present(), Instant{50ms}) << "once an instant";
}

TEST_F(LabClockTest, RunsActionsWhenTheLabHasReachedTheirInstantInTheirOrder) {
  begin(2);
  std::vector<std::string> log;
  const auto note = [&](const std::string& name) {
    return
        [&log, name, this] { log.push_back(name + std::to_string(clock_->now().time_since_epoch() / 1ms)); };
  };
  clock_->at(Instant{500ms}, note("b@"));
  clock_->at(Instant{100ms}, note("a@"));
  clock_->at(Instant{500ms}, note("c@"));
  const auto cancelled = clock_->at(Instant{200ms}, note("never@"));
  clock_->cancel(cancelled);
  pass(200ms);
  EXPECT_EQ(log, (std::vector<std::string>{"a@100"}));
  pass(1s);
  EXPECT_EQ(log, (std::vector<std::string>{"a@100", "b@500", "c@500"}));
}

TEST_F(LabClockTest, AnActionMayAskForAnother) {
  begin(1);
  int runs = 0;
  std::function<void()> again = [&] {
    if (++runs < 3) clock_->at(clock_->now() + 10ms, again);
  };
  clock_->at(Instant{10ms}, again);
  pass(100ms);
  EXPECT_EQ(runs, 3);
}

TEST_F(LabClockTest, NeedsAScaleAboveZero) { EXPECT_THROW(begin(0), std::invalid_argument); }

TEST(SlowMachine, SlowsTheLabDownInsteadOfItsAnswers) {
  StopSignal stop;
  /// A machine whose time is set by the test.
  class Machine final : public Reactor {
   public:
    using Reactor::Reactor;
    [[nodiscard]] Instant now() const override { return time; }
    [[nodiscard]] UtcTime utc() const override { return {}; }
    TimerId at(Instant, Action action) override {
      actions.push_back(std::move(action));
      return {};
    }
    void cancel(TimerId) override {}
    Instant time{};
    std::vector<Action> actions;

   private:
    Waited do_run_until(const std::function<bool()>&, Instant, bool) override { return Waited::deadline; }
  } machine{stop};
  Instant world{};
  LabClock clock{machine, 1, [&](Instant t) { world = t; }};
  machine.time = Instant{5s};  // the machine was busy elsewhere
  machine.actions.front()();
  EXPECT_EQ(world, Instant{100ms});
  machine.time += 10ms;
  EXPECT_EQ(clock.now(), Instant{110ms});
}

}  // namespace
}  // namespace meterbench::virtual_lab
