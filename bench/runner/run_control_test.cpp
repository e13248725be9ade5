#include "bench/runner/run_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "bench/core/real_reactor.h"
#include "bench/core/simulated_reactor.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class RunControlTest : public ::testing::Test {
 protected:
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  RunControl control_;
};

TEST_F(RunControlTest, APauseLastsUntilAPersonContinuesAndSimulatedTimeStandsStill) {
  control_.pause("anna");
  EXPECT_TRUE(control_.paused());
  reactor_.after(1s, [] { ADD_FAILURE() << "time went on"; });
  std::thread person{[&] { control_.go_on("ben"); }};
  EXPECT_EQ(control_.wait_while_paused(reactor_), Reactor::Waited::done);
  person.join();
  EXPECT_EQ(reactor_.now(), Instant{});
  EXPECT_THAT(control_.take_acts(), ElementsAre("paused by anna", "continued by ben"));
  EXPECT_THAT(control_.take_acts(), IsEmpty()) << "each is told once";
}

TEST_F(RunControlTest, NobodyWaitsWhoseRunIsNotPaused) {
  EXPECT_EQ(control_.wait_while_paused(reactor_), Reactor::Waited::done);
}

TEST_F(RunControlTest, AskingTwiceIsOneAct) {
  control_.pause("anna");
  control_.pause("ben");
  control_.go_on("anna");
  control_.go_on("ben");
  EXPECT_FALSE(control_.paused());
  EXPECT_THAT(control_.take_acts(), ElementsAre("paused by anna", "continued by anna"));
}

TEST_F(RunControlTest, ARunCanBePausedAgain) {
  for (int i = 0; i < 2; ++i) {
    control_.pause("anna");
    std::thread person{[&] { control_.go_on("anna"); }};
    EXPECT_EQ(control_.wait_while_paused(reactor_), Reactor::Waited::done);
    person.join();
  }
}

TEST_F(RunControlTest, AStopEndsAPause) {
  control_.pause("anna");
  std::thread person{[&] { control_.stop("ben", stop_); }};
  EXPECT_EQ(control_.wait_while_paused(reactor_), Reactor::Waited::stopped);
  person.join();
  EXPECT_THAT(control_.take_acts(), ElementsAre("paused by anna", "stopped by ben"));
}

TEST_F(RunControlTest, ASkipIsTakenOnceWithWhoAskedForIt) {
  EXPECT_EQ(control_.take_skip(), std::nullopt);
  control_.skip("anna");
  EXPECT_EQ(control_.take_skip(), "anna");
  EXPECT_EQ(control_.take_skip(), std::nullopt);
}

TEST_F(RunControlTest, OnARealBenchTimersGoOnDuringAPause) {
  RealReactor real{stop_};
  control_.pause("anna");
  bool triggered = false;
  real.after(5ms, [&] {
    triggered = true;
    control_.go_on("anna");
  });
  EXPECT_EQ(control_.wait_while_paused(real), Reactor::Waited::done);
  EXPECT_TRUE(triggered) << "an interlock's watchdog must be fed";
}

}  // namespace
}  // namespace meterbench
