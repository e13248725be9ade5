#include "drivers/virtual_lab/world/pickup.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace meterbench::virtual_lab {
namespace {

/// When each of the first edges came out, by asking every microsecond around it.
std::vector<double> seen_delays_us(Pickup& pickup, int edges) {
  std::vector<double> delays;
  for (int n = 1; n <= edges; ++n) {
    const Instant lit = instant_at(n * 0.1);
    pickup.on_edge(lit);
    const std::uint64_t before = pickup.edges_until(lit - Duration{1});
    for (int us = 0; us < 1000; ++us)
      if (pickup.edges_until(lit + std::chrono::microseconds{us}) > before) {
        delays.push_back(us);
        break;
      }
  }
  return delays;
}

TEST(Pickup, GivesEveryEdgeAtItsInstantWhenIdeal) {
  Pickup pickup{1, "A", {}};
  pickup.on_edge(instant_at(1));
  pickup.on_edge(instant_at(2));
  EXPECT_EQ(pickup.edges_until(instant_at(1) - Duration{1}), 0U);
  EXPECT_EQ(pickup.edges_until(instant_at(1)), 1U);
  EXPECT_EQ(pickup.edges_until(instant_at(1.5)), 1U);
  EXPECT_EQ(pickup.edges_until(instant_at(2)), 2U);
  EXPECT_EQ(pickup.edges_until(instant_at(100)), 2U);
}

TEST(Pickup, JittersWithItsStandardDeviationAndNeverBeforeTheLight) {
  Pickup pickup{1, "A", {.jitter_us = 20}};
  constexpr int kEdges = 2000;
  const std::vector<double> delays = seen_delays_us(pickup, kEdges);
  ASSERT_EQ(delays.size(), static_cast<std::size_t>(kEdges));  // none early, none lost
  double mean = 0, variance = 0;
  for (const double d : delays) mean += d / kEdges;
  for (const double d : delays) variance += (d - mean) * (d - mean) / kEdges;
  EXPECT_NEAR(mean, 80.5, 4 * 20 / std::sqrt(kEdges));  // asked by whole microseconds, upwards
  EXPECT_NEAR(std::sqrt(variance), 20, 4 * 20 / std::sqrt(2.0 * kEdges));
}

TEST(Pickup, GivesAnEdgeOutOnceItsTimeHasComeThoughItWasLitBefore) {
  Pickup pickup{1, "A", {.jitter_us = 1000}};
  pickup.on_edge(instant_at(1));
  EXPECT_EQ(pickup.edges_until(instant_at(1)), 0U);
  EXPECT_EQ(pickup.edges_until(instant_at(1.0081)), 1U);  // 8 standard deviations
}

TEST(Pickup, CountsTheSameInWhateverStepsItIsAsked) {
  const auto feed = [](Pickup& pickup) {
    for (int n = 0; n < 1000; ++n) pickup.on_edge(instant_at(n * 1e-3));
  };
  const Pickup::Settings rough{.jitter_us = 900, .missed_per_million = 2e4, .doubled_per_million = 2e4};
  Pickup often{1, "A", rough};
  Pickup seldom{1, "A", rough};
  feed(often);
  feed(seldom);
  for (int ms = 0; ms < 500; ++ms) static_cast<void>(often.edges_until(instant_at(ms * 1e-3)));
  EXPECT_EQ(often.edges_until(instant_at(0.5)), seldom.edges_until(instant_at(0.5)));
  EXPECT_EQ(often.edges_until(instant_at(2)), seldom.edges_until(instant_at(2)));
}

TEST(Pickup, TellsEveryListenerTheSameTimesWhateverOthersAsked) {
  Pickup pickup{1, "A", {}};
  for (int n = 1; n <= 4; ++n) pickup.on_edge(instant_at(n));
  EXPECT_EQ(pickup.edges_until(instant_at(4)), 4U);
  for (int listener = 0; listener < 2; ++listener) {
    EXPECT_EQ(pickup.edges_between(instant_at(1), instant_at(3)), (std::vector{instant_at(2), instant_at(3)}))
        << "the first instant is not part of it, the last is";
    EXPECT_TRUE(pickup.edges_between(instant_at(3), instant_at(3)).empty());
    EXPECT_TRUE(pickup.edges_between(instant_at(3), instant_at(1)).empty());
  }
  EXPECT_EQ(pickup.edges_until(instant_at(2)), 2U);
}

TEST(Pickup, RemembersTenSecondsAndCountsForEver) {
  Pickup pickup{1, "A", {}};
  for (int n = 1; n <= 100; ++n) pickup.on_edge(instant_at(n));
  EXPECT_EQ(pickup.edges_until(instant_at(100)), 100U);
  EXPECT_EQ(pickup.edges_between(instant_at(90), instant_at(100)).size(), 10U);
}

TEST(Pickup, MissesAndDoublesAsOftenAsItSays) {
  constexpr int kEdges = 100'000;
  Pickup missing{1, "A", {.missed_per_million = 1000}};
  Pickup doubling{1, "A", {.doubled_per_million = 1000}};
  for (int n = 0; n < kEdges; ++n) {
    missing.on_edge(instant_at(n * 0.01));
    doubling.on_edge(instant_at(n * 0.01));
  }
  EXPECT_NEAR(static_cast<double>(missing.edges_until(instant_at(1e4))), kEdges - 100, 40);
  EXPECT_NEAR(static_cast<double>(doubling.edges_until(instant_at(1e4))), kEdges + 100, 40);
}

TEST(Pickup, SwallowsWhatIsShorterThanTheDebounceAndIsLateByIt) {
  Pickup pickup{1, "A", {.bounce_us = 400, .debounce_us = 150}};
  pickup.on_edge(instant_at(1));
  EXPECT_EQ(pickup.edges_between(instant_at(0), instant_at(2)), std::vector{instant_at(1.000550)});
  pickup.set_debounce(instant_at(2), Seconds{0.020});  // longer than the LED is lit
  pickup.on_edge(instant_at(3));
  EXPECT_EQ(pickup.edges_until(instant_at(4)), 1U);
}

TEST(Pickup, GivesABounceOutWhenNothingSwallowsIt) {
  Pickup pickup{1, "A", {.bounce_us = 400}};
  pickup.on_edge(instant_at(1));
  EXPECT_EQ(pickup.edges_between(instant_at(0), instant_at(2)),
            (std::vector{instant_at(1), instant_at(1.0002), instant_at(1.0004)}));
}

TEST(Pickup, CountsTheCrestsOfStrongFlicker) {
  Pickup weak{1, "A", {.flicker_percent = 19}};
  Pickup strong{1, "A", {.flicker_percent = 50}};
  Pickup debounced{1, "A", {.flicker_percent = 50, .debounce_us = 7000}};
  EXPECT_EQ(weak.edges_until(instant_at(100)), 0U);
  EXPECT_EQ(strong.edges_until(instant_at(100)), 12'000U);
  EXPECT_EQ(strong.edges_between(instant_at(99), instant_at(100)).size(), 120U);
  EXPECT_EQ(debounced.edges_until(instant_at(100)), 0U);
}

TEST(Pickup, SeesNoPulseOfAnLedThatIsTooDim) {
  Pickup pickup{1, "A", {.level_percent = 60, .level_slope_percent_per_k = -1.5}};
  EXPECT_DOUBLE_EQ(pickup.level_percent(Temperature{23}), 60);
  EXPECT_DOUBLE_EQ(pickup.level_percent(Temperature{53}), 15);
  EXPECT_DOUBLE_EQ(pickup.level_percent(Temperature{-40}), 100);  // the range ends
  pickup.on_edge(instant_at(1), Temperature{23});
  pickup.on_edge(instant_at(2), Temperature{53});
  EXPECT_EQ(pickup.edges_until(instant_at(3)), 1U);
}

TEST(Pickup, SeesNothingButStrayLightAtTheWrongLed) {
  Pickup pickup{1, "A", {.wrong_led = true}};
  pickup.on_edge(instant_at(1));
  EXPECT_EQ(pickup.edges_until(instant_at(2)), 0U);
  EXPECT_DOUBLE_EQ(pickup.level_percent(Temperature{23}), 6);
}

TEST(Pickup, IsDisturbedOnceOrFromThenOn) {
  using enum Light::Disturbance;
  const auto edges_after = [](Light::Disturbance what) {
    Pickup pickup{1, "A", {}};
    pickup.disturb(instant_at(0.5), what);
    for (int n = 1; n <= 3; ++n) pickup.on_edge(instant_at(n), Temperature{53});
    return pickup.edges_until(instant_at(4));
  };
  EXPECT_EQ(edges_after(missed_pulse), 2U);
  EXPECT_EQ(edges_after(double_pulse), 4U);
  EXPECT_EQ(edges_after(bounce), 9U);
  EXPECT_EQ(edges_after(flicker), 3U + 420);
  EXPECT_EQ(edges_after(wrong_led), 0U);
  EXPECT_EQ(edges_after(level_drift), 0U);
}

}  // namespace
}  // namespace meterbench::virtual_lab
