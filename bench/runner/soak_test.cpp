#include "bench/runner/soak.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// Remembers the body, and whether a load was on when nobody checked.
class Listener final : public RunObserver {
 public:
  explicit Listener(const testing::FakeBench& bench) : bench_{bench} {}
  void soaking(const PlannedSoak&, const ChamberReading& now, Seconds elapsed) override {
    seen.emplace_back(elapsed.value(), now.body.value_or(Temperature{}).value());
    load_between = load_between || bench_.on;
  }
  [[nodiscard]] double body_before(double seconds) const {
    for (auto it = seen.rbegin(); it != seen.rend(); ++it)
      if (it->first <= seen.back().first - seconds) return it->second;
    return std::nan("");
  }
  std::vector<std::pair<double, double>> seen;
  bool load_between = false;

 private:
  const testing::FakeBench& bench_;
};

class SoakTest : public ::testing::Test {
 protected:
  SoakTest() {
    testing::add_fake_surroundings(*station_, bench_);
    station_->interlock_timing = {std::chrono::seconds{5}, std::chrono::seconds{15}};
  }

  /// Hours that the soak took.
  double run() {
    InterlockKeeper keeper{*station_};
    EXPECT_TRUE(keeper.arm());
    EXPECT_TRUE(await<void>(reactor_, "source", "limits", std::chrono::seconds{1}, [&](auto done) {
      station_->source->start_set_limits(station_->limits, std::move(done));
    }));
    const Instant begin = reactor_.now();
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < station_->positions.size(); ++i) positions.push_back(i);
    EnergyBooks books{*station_, plan_, positions};
    BenchLoad load{*station_, keeper, plan_, positions, books};
    ended_ = run_soak({*station_, keeper, load, plan_, listener_, &control_}, soak_,
                      [this](const std::string& kind, const std::string& text) {
                        notes_.push_back(text);
                        if (kind == "control" && text.starts_with("paused")) control_.go_on("bert");
                      });
    return in_seconds(reactor_.now() - begin) / 3600;
  }
  [[nodiscard]] std::string told() const { return ended_ ? "stable" : ended_.error().text(); }
  [[nodiscard]] std::size_t notes(const std::string& beginning) const {
    return static_cast<std::size_t>(std::count_if(
        notes_.begin(), notes_.end(), [&](const std::string& n) { return n.starts_with(beginning); }));
  }

  [[nodiscard]] std::size_t notes_of_dead_b() const {
    return static_cast<std::size_t>(std::count_if(
        notes_.begin(), notes_.end(), [](const std::string& n) { return n.ends_with(" B no error"); }));
  }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  Plan plan_ = sample::plan({});
  RunControl control_;
  PlannedSoak soak_ = sample::soak(0, 53);
  Listener listener_{bench_};
  std::vector<std::string> notes_;
  Result<SoakEnd> ended_;
};

TEST_F(SoakTest, EndsWhenTheBodyNotTheAirIsStable) {
  const double hours = run();
  EXPECT_EQ(told(), "stable");
  const double body = listener_.seen.back().second;
  EXPECT_NEAR(body, 53, 2);
  EXPECT_LT(body - listener_.body_before(1800), 0.5);
  // With lags of 300 s and 1200 s the body moves by 0.5 K in the 30 minutes that end 1.88 h after a step of
  // 30 K; the air is in band after 0.23 h.
  EXPECT_GT(hours, 1.8);
  EXPECT_LT(hours, 2.0);
  EXPECT_TRUE(bench_.climate.running) << "the chamber goes on";
}

TEST_F(SoakTest, TakesLongerForASlowerBody) {
  bench_.climate.body_lag_s = 3600;
  EXPECT_GT(run(), 3.6) << "0.5 K in the 30 minutes that end 3.75 h after the step";
  EXPECT_EQ(told(), "stable");
}

TEST_F(SoakTest, ABenchThatStandsThereAlreadyIsWatchedForHalfAnHour) {
  soak_ = sample::soak(0, 23);
  const double hours = run();
  EXPECT_EQ(told(), "stable");
  EXPECT_GE(hours, 0.5);
  EXPECT_LT(hours, 0.6);
}

TEST_F(SoakTest, WithoutASensorTheAirIsInBandForTwoHours) {
  bench_.climate.body_sensor = false;
  const double hours = run();
  EXPECT_EQ(told(), "stable");
  EXPECT_GT(hours, 2.0 + 0.22) << "the air itself takes 300 s · ln(30/2)";
  EXPECT_LT(hours, 2.3);
}

TEST_F(SoakTest, AirThatLeavesItsBandBeginsAnew) {
  bench_.climate.body_sensor = false;
  reactor_.at(instant_at(3600), [this] { bench_.climate.air = 40; });  // a door is opened
  EXPECT_GT(run(), 1 + 2.0);
  EXPECT_EQ(told(), "stable");
}

TEST_F(SoakTest, NeverLastsLessThanTheScenarioAsks) {
  soak_.at_least = Seconds{3 * 3600};
  EXPECT_GT(run(), 3.2);
  EXPECT_EQ(told(), "stable");
}

TEST_F(SoakTest, GoesOnUntilTwoCheckLoads15MinutesApartAgree) {
  const double steady = run();
  notes_.clear();
  bench_.climate = {};
  bench_.meter_error_per_k = 5e-3;  // 0.5 %/K: 0.5 K of drift is far beyond repeatability
  EXPECT_GT(run(), steady + 0.25);
  EXPECT_EQ(told(), "stable");
  EXPECT_GE(notes("check load: A "), 2U);
}

TEST_F(SoakTest, TheLoadIsOffButForCheckLoads) {
  static_cast<void>(run());
  EXPECT_FALSE(listener_.load_between);
  EXPECT_FALSE(bench_.on);
  EXPECT_EQ(static_cast<std::size_t>(std::count(bench_.calls.begin(), bench_.calls.end(), "source apply")),
            notes("check load: A "));
}

TEST_F(SoakTest, TellsTemperaturesEveryFiveMinutes) {
  const double hours = run();
  EXPECT_NEAR(static_cast<double>(notes("air ")), hours * 12, 3);
  EXPECT_THAT(notes_, ::testing::Contains(HasSubstr(", body ")));
}

TEST_F(SoakTest, AirThatDoesNotComeIsImplausibleAtTheLimit) {
  bench_.climate.air_lag_s = 1e6;
  EXPECT_NEAR(run(), 8, 0.02);
  EXPECT_EQ(ended_.error().code, Errc::implausible);
  EXPECT_THAT(told(), HasSubstr("not stable within 480 min: the air is at"));
}

TEST_F(SoakTest, ABodyThatKeepsMovingIsNamedAtTheLimit) {
  soak_.band = TemperatureDifference{20};
  soak_.limit = Seconds{3600};
  static_cast<void>(run());
  EXPECT_THAT(told(), HasSubstr("the meter's body moved by"));
}

class SoakOfARestlessMeter : public SoakTest {
 protected:
  SoakOfARestlessMeter() {
    soak_.limit = Seconds{4 * 3600};
    for (int i = 0; i < 24; ++i)
      reactor_.at(instant_at(600 + 900 * i), [this, i] { meter().error = i % 2 == 0 ? 1e-3 : 0; });
  }
  testing::FakeMeterModel& meter() { return bench_.meters.at("A"); }
};

TEST_F(SoakOfARestlessMeter, EndsAtTheLimitWhereItsBodyIsKnownToBeStable) {
  EXPECT_NEAR(run(), 4, 0.02);
  ASSERT_EQ(told(), "stable");
  EXPECT_THAT(ended_->unstable,
              ElementsAre(Pair("A", HasSubstr("the check loads at position A differ by 0.1"))));
}

TEST_F(SoakOfARestlessMeter, IsAFaultWhereNobodyKnowsItsBody) {
  bench_.climate.body_sensor = false;
  static_cast<void>(run());
  EXPECT_THAT(told(), HasSubstr("the check loads at position A differ by 0.1"));
}

TEST_F(SoakOfARestlessMeter, EndsAtTheLimitWhereAnotherMeterAgreesWithItself) {
  bench_.climate.body_sensor = false;
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_.meters["B"] = sample::meter_type();
  soak_.check = sample::point_at({"A", "B"}, "S1", 50, 40);
  static_cast<void>(run());
  ASSERT_EQ(told(), "stable");
  EXPECT_THAT(ended_->unstable, ElementsAre(Pair("A", HasSubstr("position A differ"))));
}

TEST_F(SoakTest, AMeterThatGivesNoErrorIsNamedAtTheLimit) {
  bench_.meter_blinks = false;
  soak_.limit = Seconds{4 * 3600};
  static_cast<void>(run());
  ASSERT_EQ(told(), "stable");
  EXPECT_THAT(ended_->unstable, ElementsAre(Pair("A", "position A gave no error at a check load")));
}

TEST_F(SoakTest, ASensorThatFallsSilentIsNotTakenForAStableBody) {
  soak_.limit = Seconds{4 * 3600};
  reactor_.at(instant_at(3600), [this] { bench_.climate.body_sensor = false; });
  static_cast<void>(run());
  EXPECT_THAT(told(), HasSubstr("the sensor on the meter's body gives no reading any more"));
}

TEST_F(SoakTest, AStopRequestEndsItAtOnce) {
  reactor_.at(instant_at(1000), [this] { stop_.request(); });
  EXPECT_NEAR(run() * 3600, 1000, 1);
  EXPECT_EQ(ended_.error().code, Errc::stopped);
}

TEST_F(SoakTest, AFaultOfTheInterlockEndsIt) {
  reactor_.at(instant_at(1000), [this] { bench_.door_closed = false; });
  EXPECT_NEAR(run() * 3600, 1000, 6);
  EXPECT_EQ(ended_.error().device, "interlock");
}

TEST_F(SoakTest, AChamberThatFallsSilentEndsIt) {
  bench_.lost_at["chamber"] = instant_at(1000);
  EXPECT_NEAR(run() * 3600, 1000, 31);
  EXPECT_EQ(ended_.error().device, "chamber");
}

TEST_F(SoakTest, AFaultDuringACheckLoadEndsIt) {
  soak_ = sample::soak(0, 23);  // the first check load comes at once
  bench_.trips_at = instant_at(10);
  static_cast<void>(run());
  EXPECT_EQ(ended_.error().code, Errc::tripped);
}

TEST_F(SoakTest, ACheckLoadThatCannotBeTakenOffEndsIt) {
  soak_ = sample::soak(0, 23);
  bench_.off_fails = Fault{Errc::disconnected, "source", "OUTP OFF", "gone", {}};
  static_cast<void>(run());
  EXPECT_EQ(ended_.error().detail, "gone");
  EXPECT_FALSE(bench_.energised());
}

TEST_F(SoakTest, APersonMaySkipItWhileItWaits) {
  reactor_.at(instant_at(1000), [this] { control_.skip("anna"); });
  EXPECT_NEAR(run() * 3600, 1000, 31);
  ASSERT_TRUE(ended_);
  EXPECT_EQ(ended_->skipped_by, "anna");
}

TEST_F(SoakTest, APersonMaySkipItDuringACheckLoadWhichGoesOff) {
  soak_ = sample::soak(0, 23);
  reactor_.at(instant_at(10), [this] { control_.skip("anna"); });
  EXPECT_LT(run() * 3600, 30);
  ASSERT_TRUE(ended_);
  EXPECT_EQ(ended_->skipped_by, "anna");
  EXPECT_FALSE(bench_.on);
}

TEST_F(SoakTest, APauseIsHeardWhileItWaits) {
  reactor_.at(instant_at(1000), [this] { control_.pause("anna"); });
  static_cast<void>(run());
  EXPECT_EQ(told(), "stable");
  EXPECT_THAT(notes_, ::testing::IsSupersetOf({"paused by anna", "continued by bert"}));
}

TEST_F(SoakTest, AMeterThatGivesNoErrorDoesNotKeepTheOthersWaiting) {
  testing::add_fake_positions(*station_, bench_, {"B"});
  plan_.meters["B"] = sample::meter_type();
  soak_.check = sample::point_at({"A", "B"}, "S1", 50, 40);
  bench_.meters["B"].blinks = false;
  const double hours = run();
  EXPECT_EQ(told(), "stable");
  EXPECT_LT(hours, 2.1);
  EXPECT_EQ(notes("check load: A "), notes_of_dead_b());
}

TEST_F(SoakTest, AStationWithoutChamberIsRefused) {
  station_->chamber.reset();
  static_cast<void>(run());
  EXPECT_EQ(ended_.error().code, Errc::refused);
}

}  // namespace
}  // namespace meterbench
