#include "drivers/virtual_lab/truth/truth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace meterbench::virtual_lab {
namespace {

MeterType type_of(Form form) {
  MeterType type;
  type.form = form;
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  return type;
}

LoadPoint load(Form form, const PowerFactor& pf, Direction direction = Direction::delivered,
               Circuit circuit = Circuit::series, double hertz = 60) {
  return make_load_point(form, Voltage{240}, Frequency{hertz}, Current{30}, pf, direction,
                         {.circuit = circuit});
}

const PowerFactor kUnity{};
const PowerFactor kLag{0.5, false};
const PowerFactor kLead{0.8, true};

TEST(Truth, OfThePerfectMeterIsNoErrorAtItsNominalFrequency) {
  for (const Form form : {Form::s1, Form::s2, Form::s3, Form::s4})
    for (const PowerFactor& pf : {kUnity, kLag, kLead})
      for (const Direction direction : {Direction::delivered, Direction::received})
        EXPECT_NEAR(truth_percent({.type = type_of(form)}, load(form, pf, direction), Temperature{53}), 0,
                    1e-10);
}

TEST(Truth, MultipliesGainTemperatureAndClock) {
  const TrueMeter meter{.type = type_of(Form::s2),
                        .gain_percent = 0.5,
                        .phase_error_arcmin = 0,
                        .temperature_slope_percent_per_k = 0.01,
                        .clock_ppm = 100};
  const double expected = 100 * (1.005 * (1 - 0.0063) * 1.0001 - 1);
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kUnity), Temperature{-40}), expected, 1e-9);
}

TEST(Truth, OfOneMinuteOfArcIsTheFigureOfTheBudgetAtHalfPowerFactor) {
  const TrueMeter meter{.type = type_of(Form::s2), .phase_error_arcmin = 1};
  // 0.0503 % a minute of arc at 0.5 lag (type-approval.md 6.1), tan(36.87°)·0.0291 % with the other sign at
  // 0.8 lead.
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kLag), Temperature{23}), 0.0504, 1e-4);
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kLead), Temperature{23}), -0.0218, 1e-4);
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kUnity), Temperature{23}), 0, 1e-5);
}

TEST(Truth, IsTheSameForBothDirectionsAndForEachCoil) {
  const TrueMeter meter{.type = type_of(Form::s2), .gain_percent = 0.1, .phase_error_arcmin = 2};
  const double series = truth_percent(meter, load(Form::s2, kLag), Temperature{23});
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kLag, Direction::received), Temperature{23}), series, 1e-9);
  for (const Circuit coil : {Circuit::coil_1, Circuit::coil_2})
    EXPECT_NEAR(truth_percent(meter, load(Form::s2, kLag, Direction::delivered, coil), Temperature{23}),
                series, 1e-9);
}

TEST(Truth, ChangesWithTheFrequencyAsTheVoltageFilterDoes) {
  // By hand for 66 Hz: the pole lags 13.2′, the filter of D = 0.03555 sample 13.2′ but for parts in a
  // million, so that the power factor hardly matters. The filter lets 1 − D(1 − D)(1 − cos w) through,
  // nearly: D(1 − D) = 0.03429, cos w at 60 Hz 0.995185, at 66 Hz 0.994175.
  const TrueMeter meter{.type = type_of(Form::s2)};
  const double by_hand = -100 * 0.03429 * (0.995185 - 0.994175);
  EXPECT_NEAR(truth_percent(meter, load(Form::s2, kUnity, Direction::delivered, Circuit::series, 66),
                            Temperature{23}),
              by_hand, 3e-4);
}

TEST(Truth, OfAHarmonicIsWeightedByItsPower) {
  // 2 arcmin is a time: at the fifth order 10 arcmin, where a harmonic of 10 % and 40 % at 60° of lag has
  // 0.02 of the fundamental's power and shrinks by tan 60° times the angle.
  const TrueMeter meter{.type = type_of(Form::s2), .phase_error_arcmin = -2};
  LoadPoint point = load(Form::s2, kUnity);
  const double sine = truth_percent(meter, point, Temperature{23});
  const Harmonic fifth{.order = 5,
                       .voltage = Ratio{0.1},
                       .voltage_phase = Angle{},
                       .current = Ratio{0.4},
                       .current_phase = from_degrees(-60)};
  point.waveform = {.name = "fifth", .harmonics = {fifth}};
  const double distorted = truth_percent(meter, point, Temperature{23});
  // By hand. RC pole and filter of D = 0.03561 sample at 300 Hz: pole atan(5·tan 12′) = 59.994′; filter
  // atan(D·sin w/(1 − D + D·cos w)) with w = 28.125°: 0.016785/0.995796, that is 57.940′. Ratio against 60
  // Hz: pole 0.999848/0.999994, filter 0.995937/0.999835.
  const double arcmin = std::numbers::pi / 180 / 60;
  const double psi = (59.994 - 57.940 + 10) * arcmin;
  const double ratio = 0.999848 / 0.999994 * 0.995937 / 0.999835;
  const double harmonic = 0.04 * ratio * std::cos(std::numbers::pi / 3 + psi);
  const double by_hand = 100 * (((1 + sine / 100) + harmonic) / 1.02 - 1);
  EXPECT_NEAR(distorted, by_hand, 2e-4);
  EXPECT_LT(distorted, sine - 0.015);
}

/// type-approval.md 7. Of the current I·sin(θ − φ), cut at 90° of its own, P = V·I·(cos φ/2 − sin φ/π).
TEST(TruePower, OfACutSineIsThatOfItsFundamental) {
  const double half_pi = std::numbers::pi / 2;
  LoadPoint point = load(Form::s2, kUnity);
  const double sine = 240 * 30;
  EXPECT_NEAR(true_power(Form::s2, point).value(), sine, 1e-9);
  for (double phi = 0; phi < 6; phi += 0.5) {
    for (CircuitLoad& circuit : point.circuits) circuit.lag = Angle{phi};
    point.waveform = {
        .name = "fired",
        .conducts = {{Angle{half_pi}, Angle{2 * half_pi}}, {Angle{3 * half_pi}, Angle{4 * half_pi}}}};
    const double by_hand = std::cos(phi) / 2 - std::sin(phi) / std::numbers::pi;
    EXPECT_NEAR(true_power(Form::s2, point).value(), sine * by_hand, 1e-9) << phi;
    point.waveform.conducts = {{Angle{}, Angle{2 * half_pi}}};
    EXPECT_NEAR(true_power(Form::s2, point).value(), sine * std::cos(phi) / 2, 1e-9) << phi;
  }
}

TEST(Truth, OfBurstsIsThatOfTheSineButForWhatLeaksInTheirPauses) {
  TrueMeter meter{.type = type_of(Form::s2), .gain_percent = 0.2, .phase_error_arcmin = 2};
  LoadPoint point = load(Form::s2, kLag);
  const double sine = truth_percent(meter, point, Temperature{23});
  point.waveform = {.name = "bursts", .burst = {2, 2}};
  EXPECT_NEAR(true_power(Form::s2, point).value(), 240 * 30 * 0.5 / 2, 1e-9);
  EXPECT_NEAR(truth_percent(meter, point, Temperature{23}), sine, 1e-9);
  meter.creep_w = 1.8;  // of 3600 W 0.05 %, of 1800 W 0.1 %
  EXPECT_NEAR(truth_percent(meter, point, Temperature{23}), sine + 0.1002, 1e-4);
}

TEST(Truth, IsNothingWhereTheCoilsWorkAgainstEachOther) {
  const TrueMeter meter{.type = type_of(Form::s2), .gain_percent = 0.1};
  for (const PowerFactor& pf : {kUnity, kLag})
    EXPECT_TRUE(std::isnan(
        truth_percent(meter, load(Form::s2, pf, Direction::delivered, Circuit::opposed), Temperature{23})));
}

TEST(Truth, HasNoErrorToTellOfWithoutActivePower) {
  const TrueMeter meter{.type = type_of(Form::s2), .gain_percent = 0.1};
  const LoadPoint idle =
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{0}, kUnity, Direction::delivered);
  EXPECT_TRUE(std::isnan(truth_percent(meter, idle, Temperature{23})));
}

}  // namespace
}  // namespace meterbench::virtual_lab
