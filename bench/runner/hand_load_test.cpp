#include "bench/runner/hand_load.h"

#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

class HandLoadTest : public testing::FakeRun {
 protected:
  static LoadPoint load(double amperes) {
    return make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{amperes}, {}, Direction::delivered);
  }
  std::unique_ptr<HandLoad> hand_ = std::make_unique<HandLoad>(*station_);
};

TEST_F(HandLoadTest, IsPutOnAfterAllWasOffAndLimited) {
  ASSERT_TRUE(hand_->apply(load(30)));
  EXPECT_TRUE(hand_->is_on());
  EXPECT_THAT(bench_.calls, ::testing::ElementsAre("source off", "source limits", "source apply"));
  EXPECT_NEAR(hand_->read()->active.value(), 7200, 1);
}

TEST_F(HandLoadTest, IsReplacedWithoutGoingOff) {
  ASSERT_TRUE(hand_->apply(load(30)));
  bench_.calls.clear();
  ASSERT_TRUE(hand_->apply(load(60)));
  EXPECT_THAT(bench_.calls, ::testing::ElementsAre("source apply"));
  EXPECT_NEAR(hand_->read()->active.value(), 14400, 1);
}

TEST_F(HandLoadTest, GoesOffWhenTold) {
  ASSERT_TRUE(hand_->apply(load(30)));
  ASSERT_TRUE(hand_->off());
  EXPECT_FALSE(bench_.on);
  EXPECT_FALSE(hand_->is_on());
  EXPECT_TRUE(hand_->off()) << "any number of times";
}

TEST_F(HandLoadTest, GoesOffWithItsHand) {
  ASSERT_TRUE(hand_->apply(load(30)));
  hand_.reset();
  EXPECT_FALSE(bench_.on);
}

TEST_F(HandLoadTest, BeyondTheLimitsIsRefusedAndNothingStands) {
  const auto applied = hand_->apply(load(10'000));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::out_of_range);
  EXPECT_FALSE(bench_.on);
}

TEST_F(HandLoadTest, GoesOffWhenTheSourceTripsWhileNobodyAsks) {
  ASSERT_TRUE(hand_->apply(load(30)));
  bench_.trips_at = reactor_.now() + std::chrono::seconds{10};
  const auto stood = hand_->stand(std::chrono::seconds{60});
  ASSERT_FALSE(stood);
  EXPECT_EQ(stood.error().code, Errc::tripped);
  EXPECT_FALSE(hand_->is_on());
  EXPECT_FALSE(hand_->needs_tending()) << "told once";
}

TEST_F(HandLoadTest, StandsForTheTimeAsked) {
  ASSERT_TRUE(hand_->apply(load(30)));
  const Instant begin = reactor_.now();
  ASSERT_TRUE(hand_->stand(std::chrono::seconds{60}));
  EXPECT_EQ(reactor_.now() - begin, std::chrono::seconds{60});
  EXPECT_TRUE(bench_.on);
}

TEST_F(HandLoadTest, IsTakenOffByAStopAndCanBePutOnAgain) {
  ASSERT_TRUE(hand_->apply(load(30)));
  stop_.request();
  const auto stood = hand_->stand(std::chrono::seconds{60});
  ASSERT_FALSE(stood);
  EXPECT_EQ(stood.error().code, Errc::stopped);
  EXPECT_FALSE(bench_.on);
  stop_.withdraw();
  EXPECT_TRUE(hand_->apply(load(30)));
}

class HandLoadBehindAnInterlock : public HandLoadTest {
 protected:
  HandLoadBehindAnInterlock() {
    station_->interlock = std::make_unique<testing::FakeInterlock>(reactor_, bench_);
    station_->instruments.push_back({"interlock", "fake", "fake:", "test", true, "", ""});
  }
};

TEST_F(HandLoadBehindAnInterlock, ArmsAndDisarmsIt) {
  ASSERT_TRUE(hand_->apply(load(30)));
  EXPECT_TRUE(bench_.relay_closed);
  ASSERT_TRUE(hand_->off());
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(HandLoadBehindAnInterlock, IsRefusedWhileTheDoorIsOpen) {
  bench_.door_closed = false;
  const auto applied = hand_->apply(load(30));
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().text(), HasSubstr("door"));
  bench_.door_closed = true;
  EXPECT_TRUE(hand_->apply(load(30)));
}

TEST_F(HandLoadBehindAnInterlock, GoesOffWhenTheDoorIsOpened) {
  ASSERT_TRUE(hand_->apply(load(30)));
  reactor_.after(std::chrono::seconds{5}, [&] { bench_.door_closed = false; });
  const auto stood = hand_->stand(std::chrono::seconds{60});
  ASSERT_FALSE(stood);
  EXPECT_THAT(stood.error().text(), HasSubstr("door"));
  EXPECT_FALSE(bench_.on);
  EXPECT_FALSE(bench_.relay_closed);
}

TEST_F(HandLoadBehindAnInterlock, IsOffByTheRelayWhereTheSourceIsLost) {
  ASSERT_TRUE(hand_->apply(load(30)));
  bench_.lost_at["source"] = reactor_.now() + std::chrono::seconds{5};
  const auto stood = hand_->stand(std::chrono::seconds{60});
  ASSERT_FALSE(stood);
  EXPECT_EQ(stood.error().device, "source");
  EXPECT_FALSE(bench_.relay_closed);
}

}  // namespace
}  // namespace meterbench
