#include "bench/guardian/load_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"

namespace meterbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LoadWatchTest : public ::testing::Test {
 protected:
  LoadWatchTest() {
    testing::add_fake_surroundings(*station_, bench_);
    bench_.applied = load_;
    bench_.on = true;
    bench_.reference_ranges = "240V 50A";
  }

  /// Watches from now on; the load stands there already.
  void watch(std::optional<TemperatureBand> band = std::nullopt) {
    keeper_.emplace(*station_);
    ASSERT_TRUE(keeper_->arm());
    begin_ = reactor_.now();
    watch_.emplace(*station_, load_, HoldConditions{band, &*keeper_});
  }
  void at(double seconds, std::function<void()> action) {
    reactor_.at(begin_ + from_seconds(seconds), std::move(action));
  }
  /// What is wrong once `seconds` have passed since the watch began, or at once when something is.
  std::string told_within(double seconds) {
    static_cast<void>(
        reactor_.run_until([&] { return watch_->fault().has_value(); }, begin_ + from_seconds(seconds)));
    return watch_->fault() ? watch_->fault()->text() : "nothing";
  }
  [[nodiscard]] double now_s() const { return in_seconds(reactor_.now() - begin_); }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  LoadPoint load_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{},
                                    Direction::delivered);
  std::optional<InterlockKeeper> keeper_;
  std::optional<LoadWatch> watch_;
  Instant begin_{};
};

TEST_F(LoadWatchTest, HoldsALoadThatIsInBandForThreeSeconds) {
  watch();
  EXPECT_EQ(told_within(2.9), "nothing");
  EXPECT_FALSE(watch_->held_since());
  EXPECT_EQ(told_within(4), "nothing");
  ASSERT_TRUE(watch_->held_since());
  EXPECT_EQ(*watch_->held_since(), begin_);
  EXPECT_GE(watch_->samples().size(), 6U);
}

TEST_F(LoadWatchTest, FindsNothingWrongWithAHealthyBench) {
  watch(TemperatureBand{Temperature{23}, TemperatureDifference{2}});
  EXPECT_EQ(told_within(600), "nothing");
  EXPECT_NEAR(static_cast<double>(watch_->climate().size()), 600 / 5, 2);
}

TEST_F(LoadWatchTest, ALoadThatIsNotReachedWithin15SecondsIsAFault) {
  bench_.reference_reads = 1.006;
  watch();
  EXPECT_EQ(told_within(14.9), "nothing");
  EXPECT_THAT(told_within(16.1), AllOf(HasSubstr("reference"), HasSubstr("30.18000 A"), HasSubstr("30 A"),
                                       HasSubstr("check wiring")));
}

TEST_F(LoadWatchTest, ALoadThatLeavesItsBandIsAFaultAtOnce) {
  watch();
  at(60, [this] { bench_.reference_reads = 0.994; });
  EXPECT_THAT(told_within(61.2), HasSubstr("29.82000 A"));
  EXPECT_EQ(watch_->fault()->code, Errc::implausible);
}

TEST_F(LoadWatchTest, ATripOfTheSourceIsSeenWithin2Point5Seconds) {
  watch();
  at(60, [this] { bench_.trips_at = reactor_.now(); });
  EXPECT_THAT(told_within(62.5), HasSubstr("overload"));
  EXPECT_EQ(watch_->fault()->code, Errc::tripped);
}

TEST_F(LoadWatchTest, ASourceThatIsOffWhileItShouldBeOnIsAFault) {
  watch();
  at(60, [this] { bench_.on = false; });
  EXPECT_THAT(told_within(62.5), HasSubstr("its output is off while a load is held"));
}

TEST_F(LoadWatchTest, TheSourceIsAskedEvery2Point5SecondsAtLeast) {
  watch();
  const std::size_t before = bench_.requests["source"];
  EXPECT_EQ(told_within(100), "nothing");
  EXPECT_GE(bench_.requests["source"] - before, 40U);
}

TEST_F(LoadWatchTest, AnOverloadedReferenceIsAFaultOnceTheLoadIsHeld) {
  bench_.reference_overloaded = true;  // while it settles
  watch();
  at(2, [this] { bench_.reference_overloaded = false; });
  EXPECT_EQ(told_within(30), "nothing");
  at(60, [this] { bench_.reference_overloaded = true; });
  EXPECT_THAT(told_within(61.2), HasSubstr("a range of the reference is exceeded (240V 50A)"));
}

TEST_F(LoadWatchTest, AReferenceThatStaysOverloadedIsAFaultAfter15Seconds) {
  bench_.reference_overloaded = true;
  watch();
  EXPECT_THAT(told_within(16.1), HasSubstr("exceeded"));
}

TEST_F(LoadWatchTest, RangesOfTheReferenceMayNotChangeOnceTheHoldHasBegun) {
  watch();
  at(2, [this] { bench_.reference_ranges = "240V 100A"; });
  EXPECT_EQ(told_within(30), "nothing") << "before it was held the hold only begins anew";
  EXPECT_GE(*watch_->held_since(), begin_ + from_seconds(2));
  at(60, [this] { bench_.reference_ranges = "240V 50A"; });
  EXPECT_THAT(told_within(61.2), HasSubstr("ranges changed from 240V 100A to 240V 50A"));
}

TEST_F(LoadWatchTest, AStandardThatTellsNoRangesIsNotAskedForThem) {
  bench_.reference_ranges.clear();
  watch();
  EXPECT_EQ(told_within(60), "nothing");
}

TEST_F(LoadWatchTest, AnUnhealthyInterlockIsSeenWithin2Point5SecondsWhateverItsTrigger) {
  station_->interlock_timing = {std::chrono::seconds{20}, std::chrono::seconds{60}};
  watch();
  at(60.5, [this] { bench_.door_closed = false; });
  EXPECT_THAT(told_within(63), HasSubstr("the door is open"));
  EXPECT_EQ(watch_->fault()->device, "interlock");
}

TEST_F(LoadWatchTest, TheKeepersFaultIsTheWatchsToo) {
  watch();
  at(60.05, [this] { bench_.meters_seated = false; });
  EXPECT_THAT(told_within(60.3), HasSubstr("a meter is not seated"));
}

TEST_F(LoadWatchTest, AnEmergencyStopIsNamedThoughTheLoadFallsAway) {
  station_->interlock_timing = {std::chrono::seconds{20}, std::chrono::seconds{60}};
  watch();
  // The reference, asked each second, is the first to see that the current is gone.
  at(60.9, [this] { bench_.emergency_stop_healthy = false; });
  EXPECT_THAT(told_within(62.5), HasSubstr("emergency stop"));
}

TEST_F(LoadWatchTest, TheTemperatureStaysInItsBandForTheWholeWindow) {
  watch(TemperatureBand{Temperature{23}, TemperatureDifference{2}});
  at(60, [this] { bench_.climate.air = bench_.climate.target = 25.5; });
  EXPECT_THAT(told_within(65.5), AllOf(HasSubstr("chamber"), HasSubstr("25.50 °C"), HasSubstr("23 °C ± 2 K"),
                                       HasSubstr("check its door")));
}

TEST_F(LoadWatchTest, SoDoesTheBodys) {
  watch(TemperatureBand{Temperature{23}, TemperatureDifference{2}});
  at(60, [this] { bench_.climate.body = 20; });
  EXPECT_THAT(told_within(65.5), HasSubstr("the meter's body is at"));
}

TEST_F(LoadWatchTest, WithoutABandAnyTemperatureWillDo) {
  bench_.climate.air = bench_.climate.target = 35;
  watch();
  EXPECT_EQ(told_within(60), "nothing");
}

TEST_F(LoadWatchTest, ALostLinkToAnyInstrumentIsAFault) {
  for (const char* device : {"source", "reference", "interlock", "chamber", "pickups"}) {
    bench_.lost_at.clear();
    bench_.on = bench_.relay_closed = true;
    watch();
    at(60, [this, device] { bench_.lost_at[device] = reactor_.now(); });
    EXPECT_THAT(told_within(65.5), HasSubstr("the link is gone")) << device;
    EXPECT_GE(now_s(), 60);
    EXPECT_EQ(watch_->fault().value_or(Fault{}).device, device);
    watch_.reset();
    keeper_.reset();
  }
}

TEST_F(LoadWatchTest, AnOpticalPortIsNotMissed) {
  watch();
  at(60, [this] { bench_.lost_at["optical A"] = reactor_.now(); });
  EXPECT_EQ(told_within(120), "nothing");
}

TEST_F(LoadWatchTest, ABareStationIsWatchedByReferenceAndSourceAlone) {
  station_ = testing::make_fake_station(reactor_, bench_);
  bench_.has_interlock = false;
  begin_ = reactor_.now();
  watch_.emplace(*station_, load_);
  EXPECT_EQ(told_within(60), "nothing");
  EXPECT_TRUE(watch_->held_since());
}

TEST_F(LoadWatchTest, AKeeperWithoutAnInterlockIsNoHindrance) {
  station_ = testing::make_fake_station(reactor_, bench_);
  bench_.has_interlock = false;
  watch();
  EXPECT_EQ(told_within(60), "nothing");
}

TEST_F(LoadWatchTest, AsksNothingMoreOnceItHasEnded) {
  watch();
  EXPECT_EQ(told_within(10), "nothing");
  watch_.reset();
  ASSERT_TRUE(keeper_->disarm());
  static_cast<void>(reactor_.wait_until(reactor_.now() + std::chrono::seconds{1}));
  const auto asked = bench_.requests;
  static_cast<void>(reactor_.wait_until(reactor_.now() + std::chrono::minutes{1}));
  EXPECT_EQ(bench_.requests, asked);
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
