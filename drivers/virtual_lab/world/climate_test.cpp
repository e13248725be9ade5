#include "drivers/virtual_lab/world/climate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drivers/virtual_lab/world/thermal_body.h"

namespace meterbench::virtual_lab {
namespace {

const Climate::Settings kPlain{.overshoot_k = 0};

TEST(Climate, IsARoomWithoutAChamber) {
  Climate room;
  room.condition(instant_at(0), Temperature{50});
  EXPECT_EQ(room.air(instant_at(86400)), Temperature{23});
}

TEST(Climate, StandsAtTheRoomsTemperatureUntilItIsTold) {
  Climate chamber;
  chamber.set_room(Temperature{21});
  chamber.install({});
  EXPECT_EQ(chamber.air(instant_at(7200)), Temperature{21});
}

TEST(Climate, MovesAfterItsDeadTimeAndNotFasterThanItsRate) {
  Climate chamber;
  chamber.install(kPlain);
  chamber.condition(instant_at(10), Temperature{53});
  EXPECT_EQ(chamber.air(instant_at(40)), Temperature{23});
  EXPECT_NEAR(chamber.air(instant_at(100)).value(), 26, 1e-9);  // 60 s at 3 K/min
  EXPECT_NEAR(chamber.air(instant_at(340)).value(), 38, 1e-9);
}

TEST(Climate, ApproachesExponentiallyOnceThatIsSlower) {
  Climate chamber;
  chamber.install(kPlain);
  chamber.condition(instant_at(0), Temperature{53});
  // The last 3 K: the rate times the time constant.
  double before = chamber.air(instant_at(30 + 600)).value();
  for (int minute = 1; minute <= 5; ++minute) {
    const double after = chamber.air(instant_at(30 + 600 + 60 * minute)).value();
    EXPECT_NEAR((53 - after) / (53 - before), std::exp(-1), 1e-9);
    before = after;
  }
}

TEST(Climate, OvershootsOnceAndComesBack) {
  for (const double target : {53.0, -40.0}) {
    Climate chamber;
    chamber.install({.overshoot_k = 1.5});
    chamber.condition(instant_at(0), Temperature{target});
    double furthest = 0;
    for (int t = 0; t < 7200; ++t)
      furthest = std::max(furthest, (chamber.air(instant_at(t)).value() - target) * (target > 23 ? 1 : -1));
    EXPECT_NEAR(furthest, 1.5, 0.05);
    EXPECT_NEAR(chamber.air(instant_at(7200)).value(), target, 1e-6);
  }
}

TEST(Climate, OvershootsASmallStepByNoMoreThanATenthOfIt) {
  Climate chamber;
  chamber.install({.overshoot_k = 1.5});
  chamber.condition(instant_at(0), Temperature{24});
  double highest = 0;
  for (int t = 0; t < 3600; ++t) highest = std::max(highest, chamber.air(instant_at(t)).value());
  EXPECT_NEAR(highest, 24.1, 0.01);
}

TEST(Climate, DriftsBackToTheRoomWhenItRests) {
  Climate chamber;
  chamber.install({.overshoot_k = 0, .room_time_constant_s = 1000});
  chamber.condition(instant_at(0), Temperature{53});
  ASSERT_NEAR(chamber.air(instant_at(7200)).value(), 53, 1e-9);
  chamber.rest(instant_at(7200.5));
  EXPECT_NEAR(chamber.air(instant_at(8200)).value(), 23 + 30 * std::exp(-1), 1e-6);
}

TEST(Climate, ForgetsACommandOfItsDeadTimeWhenItRests) {
  Climate chamber;
  chamber.install(kPlain);
  chamber.condition(instant_at(0), Temperature{53});
  chamber.rest(instant_at(20));
  EXPECT_EQ(chamber.air(instant_at(3600)), Temperature{23});
}

TEST(Climate, GoesOnToTheOldSetPointDuringTheDeadTimeOfANewOne) {
  Climate chamber;
  chamber.install(kPlain);
  chamber.condition(instant_at(0), Temperature{53});
  chamber.condition(instant_at(90), Temperature{-40});
  EXPECT_NEAR(chamber.air(instant_at(120)).value(), 27.5, 1e-9);
  EXPECT_NEAR(chamber.air(instant_at(180)).value(), 24.5, 1e-9);
}

TEST(Climate, TripsBeyondALimitAndHeatsNoMore) {
  Climate chamber;
  chamber.install({.overshoot_k = 2, .limit_high_c = 54});
  chamber.condition(instant_at(0), Temperature{53});
  double highest = 0;
  for (int t = 0; t < 7200; ++t) highest = std::max(highest, chamber.air(instant_at(t)).value());
  EXPECT_NEAR(highest, 54, 0.06);
  EXPECT_TRUE(chamber.tripped(instant_at(7200)));
  chamber.condition(instant_at(7200), Temperature{53});
  EXPECT_NEAR(chamber.air(instant_at(100'000)).value(), 23, 1e-6);
}

TEST(Climate, TripsOnDemand) {
  Climate chamber;
  chamber.install(kPlain);
  chamber.condition(instant_at(0), Temperature{53});
  EXPECT_FALSE(chamber.tripped(instant_at(630)));
  chamber.trip(instant_at(630));
  EXPECT_TRUE(chamber.tripped(instant_at(630)));
  EXPECT_LT(chamber.air(instant_at(1200)).value(), chamber.air(instant_at(631)).value() + 1e-9);
  EXPECT_NEAR(chamber.air(instant_at(100'000)).value(), 23, 1e-6);
}

TEST(Climate, IsTheSameWhoeverAsksHowOften) {
  const auto air_at_the_end = [](double step) {
    Climate chamber;
    chamber.install({});
    const double commands[] = {3.7, 1200.01, 1210};
    double t = 0;
    for (const double command : commands) {
      for (; t < command; t += step) static_cast<void>(chamber.air(instant_at(t)));
      if (command == 1210)
        chamber.rest(instant_at(command));
      else
        chamber.condition(instant_at(command), Temperature{command < 100 ? 53.0 : -20.0});
    }
    return chamber.air(instant_at(1500));
  };
  EXPECT_EQ(air_at_the_end(0.02), air_at_the_end(1000));
  EXPECT_EQ(air_at_the_end(0.7), air_at_the_end(1000));
}

TEST(ThermalBody, BeginsAtTheAirAndFollowsWithItsTimeConstant) {
  ThermalBody body{1800};
  body.follow(instant_at(0), Temperature{23});
  EXPECT_EQ(body.temperature(), Temperature{23});
  for (int t = 0; t <= 1800; ++t) body.follow(instant_at(t), Temperature{53});
  EXPECT_NEAR(body.temperature().value(), 23 + 30 * (1 - std::exp(-1)), 1e-9);
}

TEST(ThermalBody, IsTheSameHoweverTheTimeIsCut) {
  ThermalBody often{100}, seldom{100};
  for (int n = 0; n < 5000; ++n) often.follow(instant_at(n * 0.02), Temperature{n < 50 ? 23.0 : -40.0});
  for (int n = 0; n < 100; ++n) seldom.follow(instant_at(n), Temperature{n < 1 ? 23.0 : -40.0});
  EXPECT_EQ(often.temperature(), seldom.temperature());
}

TEST(ThermalBody, WithoutATimeConstantIsWhereTheAirWasASecondAgo) {
  ThermalBody body{0};
  body.follow(instant_at(0), Temperature{23});
  body.follow(instant_at(1), Temperature{53});
  EXPECT_EQ(body.temperature(), Temperature{53});
}

}  // namespace
}  // namespace meterbench::virtual_lab
