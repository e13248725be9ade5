#include "bench/model/waveform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

namespace meterbench {
namespace {

constexpr double kPi = std::numbers::pi;

Waveform cut(std::vector<Conduction> parts) { return {.name = "cut", .conducts = std::move(parts)}; }
Waveform phase_fired() {
  return cut({{from_degrees(90), from_degrees(180)}, {from_degrees(270), from_degrees(360)}});
}
Waveform half_wave() { return cut({{Angle{}, from_degrees(180)}}); }

std::complex<double> current_of(const Waveform& waveform, int order) {
  const Harmonic harmonic = waveform.at(order);
  return std::polar(harmonic.current.value(), harmonic.current_phase.value());
}

TEST(Waveform, OfASineIsItsFundamental) {
  const Waveform sine;
  EXPECT_TRUE(sine.sine());
  EXPECT_EQ(sine.orders(), std::vector{1});
  EXPECT_EQ(sine.at(1), (Harmonic{1, Ratio{1}, {}, Ratio{1}, {}}));
  EXPECT_EQ(sine.at(3), (Harmonic{3, {}, {}, {}, {}}));
  EXPECT_EQ(sine.voltage_rms(), 1);
  EXPECT_NEAR(sine.current_peak(), 1, 1e-9);
}

/// type-approval.md 7: fundamental 0.593 of the peak, 32.5° behind.
TEST(PhaseFired, HasTheFundamentalOfItsFormula) {
  const Waveform waveform = series_of(phase_fired(), 31);
  EXPECT_FALSE(waveform.sine());
  EXPECT_NEAR(waveform.at(1).current.value(), std::hypot(0.5, 1 / kPi), 1e-12);
  EXPECT_NEAR(degrees(waveform.at(1).current_phase), -32.48, 5e-3);
  EXPECT_EQ(waveform.at(1).voltage, Ratio{1}) << "the voltage stays a sine";
  EXPECT_EQ(waveform.at(3).voltage, Ratio{});
  EXPECT_FALSE(waveform.has_even_orders());
  EXPECT_FALSE(waveform.has_direct_current());
  // By hand, third: b = (2/π)·∫ sin θ·sin 3θ over 90°…180° = 0 − the same of cos: a = 1/π, so 1/π at 90°.
  EXPECT_NEAR(std::abs(current_of(waveform, 3) - std::complex{0.0, 1 / kPi}), 0, 1e-12);
}

/// DC = peak/π; the fundamental is half of the sine; even orders are 2/(π(n² − 1)) of the peak, at −90°.
TEST(HalfWave, HasTheSeriesOfEveryTextbook) {
  const Waveform waveform = series_of(half_wave(), 31);
  EXPECT_TRUE(waveform.has_direct_current());
  EXPECT_TRUE(waveform.has_even_orders());
  EXPECT_NEAR(current_of(waveform, 0).real(), std::numbers::sqrt2 / kPi, 1e-12);
  EXPECT_NEAR(current_of(waveform, 0).imag(), 0, 1e-12);
  EXPECT_NEAR(std::abs(current_of(waveform, 1) - std::complex{0.5, 0.0}), 0, 1e-12);
  for (int order = 2; order <= 30; order += 2)
    EXPECT_NEAR(std::abs(current_of(waveform, order) - std::complex{0.0, -2 / (kPi * (order * order - 1))}),
                0, 1e-12)
        << order;
  for (int order = 3; order <= 31; order += 2) EXPECT_EQ(waveform.at(order).current, Ratio{}) << order;
}

TEST(HalfWave, OfTheOtherHalfTurnsItsMean) {
  const Waveform waveform = series_of(cut({{from_degrees(180), from_degrees(360)}}), 31);
  EXPECT_NEAR(current_of(waveform, 0).real(), -std::numbers::sqrt2 / kPi, 1e-12);
  EXPECT_NEAR(std::abs(current_of(waveform, 1) - std::complex{0.5, 0.0}), 0, 1e-12);
}

TEST(CutSine, ComesNearItsRmsAndPeakWithTheOrdersThatItIsGiven) {
  for (const Waveform& whole : {phase_fired(), half_wave()}) {
    const double rms = 1 / std::numbers::sqrt2;
    EXPECT_LT(series_of(whole, 31).current_rms(), rms);
    EXPECT_NEAR(series_of(whole, 31).current_rms(), rms, 0.007 * rms);
    EXPECT_NEAR(series_of(whole, 2001).current_rms(), rms, 1e-4);
    EXPECT_EQ(series_of(whole, 31).highest_order() / 2, 15);
    EXPECT_EQ(series_of(whole, 7).highest_order() / 2, 3);
  }
  EXPECT_NEAR(series_of(half_wave(), 31).current_peak(), 1, 0.03);
  // Gibbs: the step of the peak's height overshoots by 9 % of it.
  EXPECT_NEAR(series_of(phase_fired(), 31).current_peak(), 1.09, 0.04);
}

/// What the series comes to, place by place, against the sine that conducts or does not.
TEST(CutSine, IsWhatItsSeriesDraws) {
  for (const Waveform& whole : {phase_fired(), half_wave(), cut({{from_degrees(30), from_degrees(70)}})}) {
    const Waveform waveform = series_of(whole, 2001);
    for (int place = 5; place < 360; place += 10) {
      double drawn = current_of(waveform, 0).real() / std::numbers::sqrt2;
      for (const int order : waveform.orders())
        if (order > 0)
          drawn +=
              (current_of(waveform, order) * std::polar(1.0, order * from_degrees(place).value())).imag();
      bool conducts = false;
      for (const Conduction& part : whole.conducts)
        conducts = conducts || (degrees(part.begin) < place && place < degrees(part.end));
      EXPECT_NEAR(drawn, conducts ? std::sin(from_degrees(place).value()) : 0, 0.01) << place;
    }
  }
}

TEST(SeriesOf, LeavesOtherWaveformsAsTheyAre) {
  const Waveform fifth{.name = "fifth", .harmonics = {{.order = 5, .current = Ratio{0.4}}}};
  EXPECT_EQ(series_of(fifth, 3), fifth);
  const Waveform bursts{.name = "bursts", .burst = {2, 2}};
  EXPECT_EQ(series_of(bursts, 3), bursts);
  EXPECT_FALSE(bursts.sine());
}

TEST(Waveform, OfListedHarmonicsKeepsTheWholeFundamental) {
  const Waveform fifth{.name = "fifth",
                       .harmonics = {{.order = 5, .voltage = Ratio{0.1}, .current = Ratio{0.4}}}};
  EXPECT_EQ(fifth.orders(), (std::vector{1, 5}));
  EXPECT_NEAR(fifth.voltage_rms(), std::sqrt(1.01), 1e-12);
  EXPECT_NEAR(fifth.current_rms(), std::sqrt(1.16), 1e-12);
  EXPECT_NEAR(fifth.current_peak(), 1.4, 1e-9) << "both crests meet at 90°";
}

TEST(Burst, FlowsForAShareOfTheTime) {
  EXPECT_EQ((Burst{2, 2}).duty(), 0.5);
  EXPECT_EQ((Burst{1, 3}).duty(), 0.25);
  EXPECT_EQ((Burst{1, 3}).periods(), 4);
  EXPECT_EQ(Burst{}.duty(), 1);
}

}  // namespace
}  // namespace meterbench
