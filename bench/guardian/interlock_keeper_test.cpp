#include "bench/guardian/interlock_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

class InterlockKeeperTest : public ::testing::Test {
 protected:
  InterlockKeeperTest() { station_->interlock = std::make_unique<testing::FakeInterlock>(reactor_, bench_); }

  void wait(double seconds) {
    static_cast<void>(reactor_.wait_until(reactor_.now() + from_seconds(seconds)));
  }
  void at(double seconds, std::function<void()> action) {
    reactor_.at(instant_at(seconds), std::move(action));
  }
  [[nodiscard]] std::string told(const InterlockKeeper& keeper) const {
    return keeper.fault() ? keeper.fault()->text() : "nothing";
  }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
};

TEST_F(InterlockKeeperTest, TriggersTheWatchdogAsOftenAsTheStationSaysFromArmToDisarm) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  wait(60);
  EXPECT_EQ(told(keeper), "nothing");
  EXPECT_TRUE(bench_.relay_closed);
  EXPECT_NEAR(static_cast<double>(bench_.requests["interlock"]), 60 / 0.2, 3);
  ASSERT_TRUE(keeper.disarm());
  const std::size_t asked = bench_.requests["interlock"];
  wait(60);
  EXPECT_EQ(bench_.requests["interlock"], asked);
  EXPECT_FALSE(bench_.relay_closed);
  EXPECT_EQ(told(keeper), "nothing");
}

TEST_F(InterlockKeeperTest, KeepsTheStationsOwnTiming) {
  station_->interlock_timing = {std::chrono::seconds{5}, std::chrono::seconds{15}};
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  wait(100);
  EXPECT_EQ(told(keeper), "nothing");
  EXPECT_NEAR(static_cast<double>(bench_.requests["interlock"]), 100 / 5, 2);
}

TEST_F(InterlockKeeperTest, ItsEndLeavesTheRelayToTheWatchdog) {
  {
    InterlockKeeper keeper{*station_};
    ASSERT_TRUE(keeper.arm());
    wait(5);
  }
  EXPECT_TRUE(bench_.relay_closed);
  wait(1.1);
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(InterlockKeeperTest, HearsAtOnceOfWhatMakesTheInterlockUnhealthy) {
  const std::vector<std::pair<bool testing::FakeBench::*, std::string>> causes{
      {&testing::FakeBench::emergency_stop_healthy, "the emergency stop is pressed"},
      {&testing::FakeBench::door_closed, "the door is open; close it"},
      {&testing::FakeBench::meters_seated, "a meter is not seated; seat it"},
      {&testing::FakeBench::relay_closed, "reads back open; check"},
      {&testing::FakeBench::watchdog_running, "watchdog does not run"}};
  for (const auto& [healthy, text] : causes) {
    InterlockKeeper keeper{*station_};
    ASSERT_TRUE(keeper.arm());
    wait(3);
    EXPECT_EQ(told(keeper), "nothing");
    bench_.*healthy = false;
    wait(0.25);
    EXPECT_THAT(told(keeper), HasSubstr(text));
    EXPECT_EQ(keeper.fault().value_or(Fault{}).device, "interlock");
    ASSERT_TRUE(keeper.disarm());
    bench_.*healthy = true;
    bench_.relay_closed = false;
  }
}

TEST_F(InterlockKeeperTest, KeepsTheFirstFaultAndTriggersNoMore) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  wait(1);
  bench_.door_closed = false;
  wait(0.25);
  const std::size_t asked = bench_.requests["interlock"];
  bench_.emergency_stop_healthy = false;
  wait(10);
  EXPECT_THAT(told(keeper), HasSubstr("door"));
  EXPECT_EQ(bench_.requests["interlock"], asked);
  EXPECT_FALSE(bench_.relay_closed) << "the watchdog has opened it";
}

TEST_F(InterlockKeeperTest, SeesATriggerThatComesTooLateForTheWatchdog) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  wait(3);
  bench_.interlock_reply = from_seconds(1.5);
  wait(1.3);
  EXPECT_THAT(told(keeper), HasSubstr("its watchdog allows 1.000 s"));
  EXPECT_EQ(keeper.fault()->code, Errc::timeout);
}

TEST_F(InterlockKeeperTest, ALostLinkIsItsFault) {
  bench_.lost_at["interlock"] = instant_at(3);
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  wait(3.5);
  ASSERT_TRUE(keeper.fault());
  EXPECT_EQ(keeper.fault()->code, Errc::disconnected);
}

TEST_F(InterlockKeeperTest, DoesNotArmWhileThereIsAHindrance) {
  bench_.door_closed = false;
  InterlockKeeper keeper{*station_};
  const auto armed = keeper.arm();
  ASSERT_FALSE(armed);
  EXPECT_EQ(armed.error().code, Errc::refused);
  EXPECT_FALSE(keeper.armed());
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(InterlockKeeperTest, ARelayThatSticksIsToldByDisarm) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  bench_.relay_sticks = true;
  const auto disarmed = keeper.disarm();
  ASSERT_FALSE(disarmed);
  EXPECT_EQ(disarmed.error().code, Errc::implausible);
  bench_.relay_sticks = false;
  EXPECT_TRUE(keeper.disarm()) << "what was not confirmed is tried again";
}

TEST_F(InterlockKeeperTest, DisarmsDespiteAStopRequestAndOnlyOnce) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  stop_.request();
  ASSERT_TRUE(keeper.disarm());
  EXPECT_FALSE(bench_.relay_closed);
  const std::size_t asked = bench_.requests["interlock"];
  EXPECT_TRUE(keeper.disarm());
  EXPECT_EQ(bench_.requests["interlock"], asked);
}

TEST_F(InterlockKeeperTest, EndsAGuardedWaitAtItsFault) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  at(3, [this] { bench_.emergency_stop_healthy = false; });
  const auto answer = await<void>(reactor_, "source", "apply", std::chrono::seconds{60},
                                  keeper.guarded<void>([](Done<void>) { /* never */ }));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().device, "interlock");
  EXPECT_LT(in_seconds(reactor_.now()), 3.3);
}

TEST_F(InterlockKeeperTest, StartsNothingGuardedOnceThereIsAFault) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  bench_.emergency_stop_healthy = false;
  wait(1);
  bool started = false;
  EXPECT_FALSE(await<void>(reactor_, "source", "apply", std::chrono::seconds{60},
                           keeper.guarded<void>([&](Done<void>) { started = true; })));
  EXPECT_FALSE(started);
}

TEST_F(InterlockKeeperTest, LetsAGuardedAnswerThrough) {
  InterlockKeeper keeper{*station_};
  ASSERT_TRUE(keeper.arm());
  const auto answer = await<int>(reactor_, "source", "ask", std::chrono::seconds{60},
                                 keeper.guarded<int>([this](Done<int> done) {
                                   reactor_.after(std::chrono::seconds{5}, [done] { done(7); });
                                 }));
  EXPECT_EQ(answer.value_or(0), 7);
}

TEST_F(InterlockKeeperTest, HasNothingToKeepOnAStationWithoutInterlock) {
  station_->interlock.reset();
  InterlockKeeper keeper{*station_};
  EXPECT_TRUE(keeper.arm());
  EXPECT_FALSE(keeper.armed());
  wait(10);
  EXPECT_TRUE(keeper.disarm());
  EXPECT_EQ(told(keeper), "nothing");
}

TEST_F(InterlockKeeperTest, RefusesAWatchdogThatItsTriggersCannotKeepContent) {
  station_->interlock_timing = {std::chrono::seconds{1}, std::chrono::seconds{1}};
  EXPECT_THROW(InterlockKeeper{*station_}, std::invalid_argument);
}

}  // namespace
}  // namespace meterbench
