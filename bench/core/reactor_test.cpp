#include "bench/core/reactor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "bench/core/real_reactor.h"
#include "bench/core/simulated_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kStart{1'748'851'200'000ms};  // 2025-06-02T08:00:00Z
const auto kNever = [] { return false; };

class SimulatedTime : public testing::Test {
 protected:
  auto note(std::string what) {
    return [this, what] { log_ += what + " "; };
  }
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, kStart};
  std::string log_;
};

TEST_F(SimulatedTime, StandsStillUntilTheBenchWaits) {
  reactor_.after(1s, note("timer"));
  EXPECT_EQ(reactor_.now(), Instant{});
  EXPECT_EQ(log_, "");
  EXPECT_TRUE(reactor_.wait_until(Instant{2s}));
  EXPECT_EQ(reactor_.now(), Instant{2s});
  EXPECT_EQ(reactor_.utc(), kStart + 2s);
  EXPECT_EQ(log_, "timer ");
}

TEST_F(SimulatedTime, TakesArrivalsBeforeTimersOfTheSameInstant) {
  reactor_.at(Instant{1s}, note("timer"));
  reactor_.arrival(Instant{1s}, 0, note("arrival"));
  reactor_.wait_until(Instant{1s});
  EXPECT_EQ(log_, "arrival timer ");
}

TEST_F(SimulatedTime, OrdersArrivalsOfOneInstantByLinkNumberThenBySequence) {
  const std::size_t first = reactor_.new_link(), second = reactor_.new_link();
  EXPECT_LT(first, second);
  reactor_.arrival(Instant{1s}, second, note("second/1"));
  reactor_.arrival(Instant{1s}, first, note("first/1"));
  reactor_.arrival(Instant{1s}, second, note("second/2"));
  reactor_.arrival(Instant{1s}, first, note("first/2"));
  reactor_.wait_until(Instant{1s});
  EXPECT_EQ(log_, "first/1 first/2 second/1 second/2 ");
}

TEST_F(SimulatedTime, KeepsTimersOfOneInstantInTheOrderOfTheirCalls) {
  for (const char* name : {"a", "b", "c"}) reactor_.at(Instant{1s}, note(name));
  reactor_.wait_until(Instant{1s});
  EXPECT_EQ(log_, "a b c ");
}

TEST_F(SimulatedTime, BringsTheWorldToAnInstantBeforeItsFirstEvent) {
  reactor_.on_advance(
      [this](Instant t) { log_ += "world@" + std::to_string(in_seconds(t)).substr(0, 1) + " "; });
  reactor_.at(Instant{1s}, note("a"));
  reactor_.at(Instant{1s}, note("b"));
  reactor_.arrival(Instant{2s}, 0, note("c"));
  reactor_.wait_until(Instant{3s});
  EXPECT_EQ(log_, "world@1 a b world@2 c world@3 ");
}

TEST_F(SimulatedTime, RunsWhatTheWorldPostsForTheDeadlineItself) {
  reactor_.on_advance([this](Instant t) { reactor_.arrival(t, 0, note("posted")); });
  EXPECT_TRUE(reactor_.wait_until(Instant{1s}));
  EXPECT_EQ(log_, "posted ");
}

TEST_F(SimulatedTime, RunsAnEventOfThePastAtOnceAndNeverTurnsBack) {
  reactor_.wait_until(Instant{5s});
  reactor_.at(Instant{1s}, [this] { log_ += std::to_string(reactor_.now().time_since_epoch() / 1s); });
  reactor_.wait_until(Instant{5s});
  EXPECT_EQ(log_, "5");
  EXPECT_TRUE(reactor_.wait_until(Instant{2s}));
  EXPECT_EQ(reactor_.now(), Instant{5s});
}

TEST_F(SimulatedTime, RunsNoTimerThatWasCancelled) {
  const auto cancelled = reactor_.after(1s, note("cancelled"));
  const auto kept = reactor_.after(1s, note("kept"));
  reactor_.cancel(cancelled);
  reactor_.wait_until(Instant{2s});
  EXPECT_EQ(log_, "kept ");
  reactor_.cancel(kept);  // has run: nothing happens
  reactor_.cancel(cancelled);
}

TEST_F(SimulatedTime, LetsACallbackStartAndCancelTimers) {
  const auto victim = reactor_.at(Instant{1s}, note("victim"));
  reactor_.arrival(Instant{1s}, 0, [&] {
    reactor_.cancel(victim);
    reactor_.after(0s, note("now"));
    reactor_.after(1s, note("later"));
  });
  reactor_.wait_until(Instant{2s});
  EXPECT_EQ(log_, "now later ");
}

TEST_F(SimulatedTime, EndsAWaitAsSoonAsItIsDone) {
  bool done = false;
  reactor_.after(1s, [&] { done = true; });
  reactor_.at(Instant{1s}, note("next of the instant"));
  EXPECT_EQ(reactor_.run_until([&] { return done; }, Instant{10s}), Reactor::Waited::done);
  EXPECT_EQ(reactor_.now(), Instant{1s});
  EXPECT_EQ(log_, "");
}

TEST_F(SimulatedTime, EndsAWaitAtItsDeadline) {
  reactor_.after(11s, note("too late"));
  EXPECT_EQ(reactor_.run_until(kNever, Instant{10s}), Reactor::Waited::deadline);
  EXPECT_EQ(reactor_.now(), Instant{10s});
  EXPECT_EQ(log_, "");
}

TEST_F(SimulatedTime, EndsAWaitOnAStopRequestUnlessItMustNot) {
  reactor_.after(1s, [&] { stop_.request(); });
  reactor_.after(2s, note("after the stop"));
  EXPECT_EQ(reactor_.run_until(kNever, Instant{10s}), Reactor::Waited::stopped);
  EXPECT_EQ(reactor_.now(), Instant{1s});
  EXPECT_FALSE(reactor_.wait_until(Instant{10s})) << "a stop stays asked for";
  EXPECT_EQ(reactor_.run_until(kNever, Instant{10s}, Reactor::Stoppable::no), Reactor::Waited::deadline);
  EXPECT_EQ(log_, "after the stop ");
}

TEST_F(SimulatedTime, RefusesToWaitWithinACallback) {
  bool refused = false;
  reactor_.after(1s, [&] {
    EXPECT_THROW(reactor_.wait_until(Instant{2s}), std::logic_error);
    refused = true;
  });
  reactor_.wait_until(Instant{1s});
  EXPECT_TRUE(refused);
  EXPECT_TRUE(reactor_.wait_until(Instant{3s})) << "and can be waited with again afterwards";
}

TEST_F(SimulatedTime, CanBeWaitedWithAfterACallbackThrew) {
  reactor_.after(1s, [] { throw std::runtime_error{"bug"}; });
  EXPECT_THROW(reactor_.wait_until(Instant{2s}), std::runtime_error);
  EXPECT_TRUE(reactor_.wait_until(Instant{2s}));
}

TEST_F(SimulatedTime, BeginsWhereItIsToldWithTheLabelThatBelongsThere) {
  SimulatedReactor later{stop_, kStart, Instant{100s}};
  EXPECT_EQ(later.now(), Instant{100s});
  EXPECT_EQ(later.utc(), kStart + 100s);
  later.at(Instant{50s}, note("of the past"));
  later.after(1s, note("timer"));
  EXPECT_TRUE(later.wait_until(Instant{101s}));
  EXPECT_EQ(log_, "of the past timer ");
}

TEST_F(SimulatedTime, AwaitsTheOutcomeOfAnAsynchronousCall) {
  const auto result = await<int>(reactor_, "source", "read", 5s,
                                 [&](Done<int> done) { reactor_.after(2s, [done] { done(42); }); });
  EXPECT_EQ(result, 42);
  EXPECT_EQ(reactor_.now(), Instant{2s});
}

TEST_F(SimulatedTime, AwaitsAtMostTheLimitAndDropsTheLateOutcome) {
  Done<int> late;
  const auto result =
      await<int>(reactor_, "source", "read", 5s, [&](Done<int> done) { late = std::move(done); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text(), "source: read: not done in time (timeout after 5.000 s)");
  late(42);  // nobody listens any more, and nothing breaks
}

TEST_F(SimulatedTime, AwaitEndsOnAStopRequestUnlessItMustNot) {
  stop_.request();
  const auto start = [&](Done<int> done) { reactor_.after(1s, [done] { done(1); }); };
  const auto stopped = await<int>(reactor_, "source", "read", 5s, start);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::stopped);
  EXPECT_EQ(await<int>(reactor_, "source", "off", 5s, start, Reactor::Stoppable::no), 1);
}

TEST_F(SimulatedTime, AwaitTakesAnOutcomeThatIsThereAtOnce) {
  EXPECT_EQ(await<int>(reactor_, "source", "read", 5s, [](Done<int> done) { done(7); }), 7);
  EXPECT_EQ(reactor_.now(), Instant{});
}

/// Both ends of a pipe.
struct Pipe {
  Pipe() {
    if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
  }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] int out() const { return ends[0]; }
  void put() const { EXPECT_EQ(::write(ends[1], "x", 1), 1); }
  void take() const {
    char c = 0;
    EXPECT_EQ(::read(ends[0], &c, 1), 1);
  }
  std::array<int, 2> ends{};
};

TEST_F(SimulatedTime, StandsStillWhileAPersonIsWaitedFor) {
  const Pipe pipe;
  bool told = false;
  reactor_.watch(pipe.out(), POLLIN, [&](short) {
    pipe.take();
    told = true;
  });
  reactor_.at(Instant{}, note("due"));
  std::thread person{[&] { pipe.put(); }};
  EXPECT_EQ(reactor_.run_until_told([&] { return told; }), Reactor::Waited::done);
  person.join();
  EXPECT_EQ(reactor_.now(), Instant{});
  EXPECT_EQ(log_, "") << "no event runs meanwhile";
  reactor_.wait_until(Instant{1s});
  EXPECT_EQ(log_, "due ") << "and time goes on afterwards";
}

TEST_F(SimulatedTime, AStopEndsTheWaitForAPerson) {
  std::thread other{[this] { stop_.request(); }};
  EXPECT_EQ(reactor_.run_until_told(kNever), Reactor::Waited::stopped);
  other.join();
  EXPECT_EQ(reactor_.now(), Instant{});
}

class RealTime : public testing::Test {
 protected:
  auto note(std::string what) {
    return [this, what] { log_ += what + " "; };
  }
  StopSignal stop_;
  RealReactor reactor_{stop_};
  std::string log_;
};

TEST_F(RealTime, RunsTimersInTheirOrderAndNotBeforeTheirTime) {
  const Instant begin = reactor_.now();
  reactor_.at(begin + 20ms, note("20"));
  reactor_.at(begin + 10ms, note("10"));
  const auto cancelled = reactor_.at(begin + 15ms, note("15"));
  reactor_.cancel(cancelled);
  reactor_.at(begin + 20ms, [&] {
    EXPECT_GE(reactor_.now(), begin + 20ms);
    log_ += "again ";
  });
  EXPECT_TRUE(reactor_.wait_until(begin + 30ms));
  EXPECT_GE(reactor_.now(), begin + 30ms);
  EXPECT_EQ(log_, "10 20 again ");
}

TEST_F(RealTime, ReturnsAtOnceWhenItIsDoneAlready) {
  EXPECT_EQ(reactor_.run_until([] { return true; }, Instant::max()), Reactor::Waited::done);
}

TEST_F(RealTime, TellsWhenADescriptorIsReady) {
  const Pipe pipe;
  bool ready = false;
  reactor_.watch(pipe.out(), POLLIN, [&](short events) {
    EXPECT_TRUE(events & POLLIN);
    pipe.take();
    ready = true;
  });
  reactor_.after(5ms, [&] { pipe.put(); });
  EXPECT_EQ(reactor_.run_until([&] { return ready; }, reactor_.now() + 10s), Reactor::Waited::done);

  ready = false;
  reactor_.unwatch(pipe.out());
  pipe.put();
  reactor_.wait_until(reactor_.now() + 5ms);
  EXPECT_FALSE(ready);
}

TEST_F(RealTime, TakesWhatHasArrivedBeforeATimerThatFellDueMeanwhile) {
  const Pipe pipe;
  reactor_.watch(pipe.out(), POLLIN, [&](short) {
    pipe.take();
    log_ += "arrival ";
  });
  pipe.put();
  reactor_.at(reactor_.now(), note("timer"));
  reactor_.wait_until(reactor_.now() + 5ms);
  EXPECT_EQ(log_, "arrival timer ");
}

TEST_F(RealTime, TakesWhatHasArrivedBeforeADeadlineThatPassedMeanwhile) {
  const Pipe pipe;
  bool ready = false;
  reactor_.watch(pipe.out(), POLLIN, [&](short) {
    pipe.take();
    ready = true;
  });
  pipe.put();
  EXPECT_EQ(reactor_.run_until([&] { return ready; }, reactor_.now()), Reactor::Waited::done);
}

TEST_F(RealTime, LetsACallbackTakeAnotherWatchAway) {
  const Pipe first, second;
  int calls = 0;
  const auto once = [&](short) {
    ++calls;
    reactor_.unwatch(first.out());
    reactor_.unwatch(second.out());
  };
  reactor_.watch(first.out(), POLLIN, once);
  reactor_.watch(second.out(), POLLIN, once);
  first.put();
  second.put();
  reactor_.wait_until(reactor_.now() + 5ms);
  EXPECT_EQ(calls, 1);
}

TEST_F(RealTime, WakesOnAStopRequestFromAnotherThread) {
  std::thread other{[this] { stop_.request(); }};
  EXPECT_EQ(reactor_.run_until(kNever, reactor_.now() + 30s), Reactor::Waited::stopped);
  other.join();
  EXPECT_LT(reactor_.now(), Instant{20s});
}

StopSignal* signalled = nullptr;

TEST_F(RealTime, WakesOnAStopRequestFromASignalHandler) {
  signalled = &stop_;
  const auto before = std::signal(SIGUSR1, [](int) { signalled->request(); });
  reactor_.after(5ms, [] { std::raise(SIGUSR1); });
  EXPECT_FALSE(reactor_.wait_until(reactor_.now() + 30s));
  EXPECT_LT(reactor_.now(), Instant{20s});
  std::signal(SIGUSR1, before);
}

TEST_F(RealTime, GoesOnAfterAStopRequestWhereItMustNotBeCutShort) {
  stop_.request();
  reactor_.after(10ms, note("made safe"));
  EXPECT_EQ(
      reactor_.run_until([this] { return !log_.empty(); }, reactor_.now() + 10s, Reactor::Stoppable::no),
      Reactor::Waited::done);
  EXPECT_EQ(log_, "made safe ");
}

TEST_F(RealTime, GoesOnWhileAPersonIsWaitedFor) {
  reactor_.after(5ms, note("timer"));
  EXPECT_EQ(reactor_.run_until_told([this] { return !log_.empty(); }), Reactor::Waited::done);
}

TEST_F(RealTime, RefusesToWaitWithinACallback) {
  reactor_.after(0ms, [this] {
    EXPECT_THROW(reactor_.wait_until(reactor_.now()), std::logic_error);
    log_ += "refused";
  });
  reactor_.wait_until(reactor_.now() + 5ms);
  EXPECT_EQ(log_, "refused");
}

TEST_F(RealTime, LabelsInstantsWithTheMachinesUtc) {
  EXPECT_GT(reactor_.utc(), kStart - std::chrono::years{1});
}

}  // namespace
}  // namespace meterbench
