#include "bench/model/calibration.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

CertifiedPoint certified(double amperes, PowerFactor pf, double error_percent, double expanded_percent) {
  return {Current{amperes}, pf, from_percent(error_percent), from_percent(expanded_percent), 2};
}

/// Errors of 0 %, 0.02 % and −0.01 % at 1, 10 and 100 A; one point at 0.5 lag.
Calibration certificate() {
  Calibration c;
  c.certificate = "C-7";
  EXPECT_TRUE(parse_utc("2025-01-01", c.issued));
  EXPECT_TRUE(parse_utc("2026-01-01", c.due));
  // Not in order: a file may have them so.
  c.points = {certified(100, {}, -0.01, 0.03), certified(1, {}, 0, 0.04), certified(10, {}, 0.02, 0.02),
              certified(10, {0.5, false}, 0.05, 0.06)};
  return c;
}

TEST(Calibration, GivesACertifiedPointAsCertified) {
  const auto value = certificate().at({Current{10}, {}});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.02, 1e-12);
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.01, 1e-12);  // U/k
}

TEST(Calibration, InterpolatesInTheLogarithmOfTheCurrentWithTheLargerUncertainty) {
  // √10 = 3.1623 A lies half way between 1 and 10 A: 0.01 %; u is the larger of 0.02 and 0.01 %.
  const auto value = certificate().at({Current{3.16227766016838}, {}});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.01, 1e-9);
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.02, 1e-12);
  // 20 A: 0.02 − 0.03·log10(2) = 0.0109691 %; u of 100 A, 0.015 %.
  const auto higher = certificate().at({Current{20}, {}});
  ASSERT_TRUE(higher);
  EXPECT_NEAR(percent(higher->error), 0.0109691, 1e-7);
  EXPECT_NEAR(percent(higher->standard_uncertainty), 0.015, 1e-12);
}

TEST(Calibration, TakesACurrentThatDiffersInTheLastBitForTheCertifiedOne) {
  EXPECT_TRUE(certificate().at({Current{100 * (1 + 1e-15)}, {}}));
  EXPECT_TRUE(certificate().at({Current{1 * (1 - 1e-15)}, {}}));
}

TEST(Calibration, NeverExtrapolates) {
  for (const double amperes : {0.999, 100.1, 0.0, -1.0, static_cast<double>(NAN)})
    EXPECT_FALSE(certificate().at({Current{amperes}, {}})) << amperes;
  EXPECT_EQ(certificate().at({Current{200}, {}}).error(),
            "certificate C-7 covers 1 A to 100 A at power factor 1, not 200 A");
}

TEST(Calibration, DoesNotTakeOnePowerFactorForAnother) {
  EXPECT_TRUE(certificate().at({Current{10}, {0.5, false}}));
  EXPECT_FALSE(certificate().at({Current{10}, {0.5, true}}));
  EXPECT_EQ(certificate().at({Current{10}, {0.8, true}}).error(),
            "certificate C-7 does not cover power factor 0.8 lead");
}

TEST(Calibration, InterpolatesInTheTangentOfTheAngle) {
  // tan φ is 0 at 1, √3 at 0.5 lag and 0.75 at 0.8 lag: 0.02 + 0.03·0.75/√3 = 0.0329904 %; the larger u.
  const auto value = certificate().at({Current{10}, {0.8, false}});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.0329904, 1e-7);
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.03, 1e-12);
  // 0.5 lag is certified at 10 A alone.
  EXPECT_EQ(certificate().at({Current{20}, {0.8, false}}).error(),
            "certificate C-7 covers 10 A to 10 A at power factor 0.5 lag, not 20 A");
}

TEST(Calibration, InterpolatesInVoltageWhereItMakesADifference) {
  Calibration c = certificate();
  c.points = {certified(10, {}, 0.02, 0.02), certified(10, {}, 0.06, 0.03)};
  c.points[0].voltage = Voltage{120};
  c.points[1].voltage = Voltage{240};
  const auto value = c.at({Current{10}, {}, Voltage{210}});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.05, 1e-12);  // three quarters of the way
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.015, 1e-12);
  EXPECT_EQ(c.at({Current{10}, {}, Voltage{264}}).error(),
            "certificate C-7 covers 120 V to 240 V, not 264 V");
}

TEST(Calibration, TakesItsOwnRowsForAWaveform) {
  Calibration c = certificate();
  c.points.push_back(certified(10, {}, 0.2, 0.1));
  c.points.back().waveform = "fifth-harmonic";
  const auto own = c.at({Current{10}, {}, {}, {}, "fifth-harmonic"});
  ASSERT_TRUE(own);
  EXPECT_NEAR(percent(own->error), 0.2, 1e-12);
  EXPECT_TRUE(own->of_waveform);
  const auto sine = c.at({Current{10}, {}, {}, {}, "quadriform"});
  ASSERT_TRUE(sine);
  EXPECT_NEAR(percent(sine->error), 0.02, 1e-12);
  EXPECT_FALSE(sine->of_waveform);
  // There is one of its own, and it is never extrapolated.
  EXPECT_FALSE(c.at({Current{50}, {}, {}, {}, "fifth-harmonic"}));
}

TEST(Calibration, NamesTheValueThatEqualLoadsHaveInCommon) {
  const Calibration c = certificate();
  const auto input = [&](double amperes, double volts, double hertz) {
    return c.at({Current{amperes}, {}, Voltage{volts}, Frequency{hertz}})->input;
  };
  EXPECT_EQ(input(10, 240, 60), "C-7: 10 A, PF 1, 60 Hz");
  EXPECT_EQ(input(10, 240, 60), input(10, 120, 60)) << "it makes no difference between voltages";
  EXPECT_NE(input(10, 240, 60), input(11, 240, 60));
  EXPECT_NE(input(10, 240, 60), input(10, 240, 61.2));
}

TEST(Calibration, ExpiresAfterItsDueDate) {
  const Calibration c = certificate();
  EXPECT_FALSE(c.expired(c.due));
  EXPECT_TRUE(c.expired(c.due + std::chrono::milliseconds{1}));
}

}  // namespace
}  // namespace meterbench
