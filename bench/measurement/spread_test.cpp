#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "bench/measurement/window.h"

namespace meterbench {
namespace {

/// A pulse of 1 Wh each 0.3 s at 12 kW; 0.01 mWh a reference pulse: 333,333.3 of them a second.
WindowConditions twelve_kilowatts() {
  WindowConditions c;
  c.scan_period = std::chrono::milliseconds{1};
  c.kt = from_watt_hours(1);
  c.power = ActivePower{12'000};
  c.reference_pulse = from_watt_hours(1e-5);
  c.station.pickup_jitter = Seconds{20e-6};
  c.station.repeatability = from_percent(0.002);
  c.station.repeatability_dof = 20;
  return c;
}

PulseComparison comparison() {
  const WindowConditions c = twelve_kilowatts();
  return {.kt = c.kt, .reference_pulse = c.reference_pulse};
}

constexpr double kPulsePeriod = 0.3;
constexpr double kReferenceRate = 1e6 / 3;

/// Edges of a meter without error as the scan sees them: `offset` seconds late each.
template <class Offset>
std::vector<Edge> edges_of(std::uint64_t pulses, Offset offset) {
  std::vector<Edge> edges;
  for (std::uint64_t k = 0; k <= pulses; ++k) {
    const double t = 1 + kPulsePeriod * static_cast<double>(k) + offset(k);
    edges.push_back({k, instant_at(t), kReferenceRate * t});
  }
  return edges;
}

TEST(PartialErrors, AreThoseOfConsecutivePartsOfWholePulses) {
  // 10 pulses in 3 parts: 3, 3 and 4. The middle part sees the reference run 1 % further.
  std::vector<Edge> edges = edges_of(10, [](auto) { return 0.0; });
  for (std::size_t k = 4; k <= 10; ++k)
    edges[k].reference_count += 0.01 * 300'000 * (k < 6 ? static_cast<double>(k - 3) / 3 : 1.0);
  const auto errors = partial_errors(edges, comparison(), 3);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_NEAR(errors[0].value(), 0, 1e-9);
  EXPECT_NEAR(errors[1].value(), 1 / 1.01 - 1, 1e-9);
  EXPECT_NEAR(errors[2].value(), 0, 1e-9);
}

TEST(PartialErrors, AreCorrectedLikeTheErrorOfTheWhole) {
  PulseComparison c = comparison();
  c.reference_error = from_percent(0.2);
  c.isolation_error = from_percent(0.1);
  c.standard_error = from_percent(0.3);
  for (const Ratio error : partial_errors(edges_of(10, [](auto) { return 0.0; }), c, 2))
    EXPECT_NEAR(error.value(), 1.002 / 1.001 - 1 - 0.003, 1e-9);
}

TEST(PartialErrors, AreAtMostOnePartAPulse) {
  EXPECT_EQ(partial_errors(edges_of(3, [](auto) { return 0.0; }), comparison(), 10).size(), 3U);
}

TEST(PartialErrors, AreNoneForFewerThanTwoPulsesOrParts) {
  EXPECT_TRUE(partial_errors({}, comparison(), 10).empty());
  EXPECT_TRUE(partial_errors(edges_of(1, [](auto) { return 0.0; }), comparison(), 10).empty());
  EXPECT_TRUE(partial_errors(edges_of(5, [](auto) { return 0.0; }), comparison(), 1).empty());
}

TEST(PartialErrors, OfAPartWithoutReferenceCountsAreNoNumberAndNeverAgree) {
  std::vector<Edge> edges = edges_of(4, [](auto) { return 0.0; });
  edges[2].reference_count = edges[0].reference_count;  // a dead reference
  const auto errors = partial_errors(edges, comparison(), 2);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_TRUE(std::isnan(errors[0].value()));
  EXPECT_FALSE(spread_as_expected(errors, twelve_kilowatts(), 4));
}

TEST(Spread, OfFewerThanTwoPartsIsAlwaysAsExpected) {
  EXPECT_TRUE(spread_as_expected({}, twelve_kilowatts(), 10));
  EXPECT_TRUE(spread_as_expected(std::vector{Ratio{1}}, twelve_kilowatts(), 10));
}

/// Flagged windows of 100 pulses in `parts` parts, out of `trials`, with edges at random within their scan
/// and normal jitter of the pickup.
int flagged(const WindowConditions& c, double scan_s, std::size_t parts, int trials, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::uniform_real_distribution<double> scan{-scan_s / 2, scan_s / 2};
  std::normal_distribution<double> jitter{0, c.station.pickup_jitter.value()};
  std::normal_distribution<double> white{0, c.station.repeatability.value()};
  int count = 0;
  for (int trial = 0; trial < trials; ++trial) {
    // The meter's own noise, white: a random walk of its edges that reaches s·T over the whole window.
    double walk = 0;
    const auto edges = edges_of(100, [&](auto) {
      walk += white(random) * kPulsePeriod * 10;  // s·T/√N each pulse
      return scan(random) + jitter(random) + walk;
    });
    if (!spread_as_expected(partial_errors(edges, comparison(), parts), c, 100)) ++count;
  }
  return count;
}

TEST(Spread, FlagsASoundWindowAtMostOnceInAThousand) {
  EXPECT_LE(flagged(twelve_kilowatts(), 1e-3, 10, 10'000, 1), 10);
}

TEST(Spread, FlagsOnceInAThousandWhereTheNoiseIsNormal) {
  // The scan negligible beside a jitter of 1 ms: 10 of 10,000 expected, with a standard deviation of 3.2.
  WindowConditions c = twelve_kilowatts();
  c.scan_period = std::chrono::microseconds{1};
  c.station.pickup_jitter = Seconds{1e-3};
  const int count = flagged(c, 1e-6, 10, 10'000, 2);
  EXPECT_GE(count, 1);
  EXPECT_LE(count, 23);
}

TEST(Spread, FlagsOnceInAThousandWhereTheMetersOwnNoiseRules) {
  WindowConditions c = twelve_kilowatts();
  c.station.repeatability = from_percent(0.1);
  const int count = flagged(c, 1e-3, 10, 10'000, 3);
  EXPECT_GE(count, 1);
  EXPECT_LE(count, 23);
}

TEST(Spread, FlagsSoundWindowsOfPartsOfUnequalLengthNoMoreOften) {
  EXPECT_LE(flagged(twelve_kilowatts(), 1e-3, 7, 5'000, 4), 8);
}

TEST(Spread, CountsNoCommonErrorAsSpread) {
  std::vector<Ratio> errors(10, from_percent(5));
  EXPECT_TRUE(spread_as_expected(errors, twelve_kilowatts(), 100));
}

TEST(Spread, FlagsALostPulse) {
  // The tenth pulse of a hundred gives no edge: that part takes 11 periods for its 10 counts, 1/11 too
  // little.
  for (const std::uint64_t lost : {1U, 10U, 55U, 99U}) {
    const auto edges = edges_of(100, [&](std::uint64_t k) { return k >= lost ? kPulsePeriod : 0.0; });
    EXPECT_FALSE(spread_as_expected(partial_errors(edges, comparison(), 10), twelve_kilowatts(), 100))
        << lost;
  }
}

TEST(Spread, FlagsADoublePulse) {
  const auto edges = edges_of(100, [&](std::uint64_t k) { return k >= 40 ? -kPulsePeriod : 0.0; });
  EXPECT_FALSE(spread_as_expected(partial_errors(edges, comparison(), 10), twelve_kilowatts(), 100));
}

TEST(Spread, FlagsALostPulseAmongTwo) {
  const auto edges = edges_of(2, [&](std::uint64_t k) { return k == 2 ? kPulsePeriod : 0.0; });
  EXPECT_FALSE(spread_as_expected(partial_errors(edges, comparison(), 10), twelve_kilowatts(), 2));
}

TEST(Spread, OfAKnownCaseMeetsTheBoundByHand) {
  // Two parts of one pulse, T = 1 s, σ² = τ²/12 alone: C = σ²·[2 −1; −1 2], a difference of Δ has the
  // variance 6σ² = τ²/2, so Q = 2Δ²/τ². The 99.9 % point of χ² with 1 degree of freedom is 10.83,
  // Wilson–Hilferty's 11.16: with τ = 1 ms |Δ| may be 2.327 ms/s by the one and 2.362 ms/s by the other.
  WindowConditions c;
  c.scan_period = std::chrono::milliseconds{1};
  c.kt = ActiveEnergy{1};
  c.power = ActivePower{1};
  c.reference_pulse = ActiveEnergy{1e-9};
  EXPECT_TRUE(spread_as_expected(std::vector{Ratio{0.0}, Ratio{0.00232}}, c, 2));
  EXPECT_FALSE(spread_as_expected(std::vector{Ratio{0.0}, Ratio{0.00237}}, c, 2));
}

/// Two periods of 60 Hz on, two off: an edge may be 16.7 ms from where the mean power would have put it.
TEST(Spread, UnderBurstsIsAsWideAsTheyMakeIt) {
  const auto parts = partial_errors(edges_of(10, [](std::uint64_t k) { return k % 4 < 2 ? 0.012 : -0.012; }),
                                    comparison(), 5);
  WindowConditions c = twelve_kilowatts();
  EXPECT_FALSE(spread_as_expected(parts, c, 10));
  c.frequency = Frequency{60};
  c.waveform.burst = {2, 2};
  EXPECT_TRUE(spread_as_expected(parts, c, 10));
}

}  // namespace
}  // namespace meterbench
