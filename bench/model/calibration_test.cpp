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
  const auto value = certificate().at(Current{10}, {});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.02, 1e-12);
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.01, 1e-12);  // U/k
}

TEST(Calibration, InterpolatesInTheLogarithmOfTheCurrentWithTheLargerUncertainty) {
  // √10 = 3.1623 A lies half way between 1 and 10 A: 0.01 %; u is the larger of 0.02 and 0.01 %.
  const auto value = certificate().at(Current{3.16227766016838}, {});
  ASSERT_TRUE(value);
  EXPECT_NEAR(percent(value->error), 0.01, 1e-9);
  EXPECT_NEAR(percent(value->standard_uncertainty), 0.02, 1e-12);
  // 20 A: 0.02 − 0.03·log10(2) = 0.0109691 %; u of 100 A, 0.015 %.
  const auto higher = certificate().at(Current{20}, {});
  ASSERT_TRUE(higher);
  EXPECT_NEAR(percent(higher->error), 0.0109691, 1e-7);
  EXPECT_NEAR(percent(higher->standard_uncertainty), 0.015, 1e-12);
}

TEST(Calibration, TakesACurrentThatDiffersInTheLastBitForTheCertifiedOne) {
  EXPECT_TRUE(certificate().at(Current{100 * (1 + 1e-15)}, {}));
  EXPECT_TRUE(certificate().at(Current{1 * (1 - 1e-15)}, {}));
}

TEST(Calibration, NeverExtrapolates) {
  for (const double amperes : {0.999, 100.1, 0.0, -1.0, static_cast<double>(NAN)})
    EXPECT_FALSE(certificate().at(Current{amperes}, {})) << amperes;
  EXPECT_EQ(certificate().at(Current{200}, {}).error(),
            "certificate C-7 covers 1 A to 100 A at power factor 1, not 200 A");
}

TEST(Calibration, DoesNotTakeOnePowerFactorForAnother) {
  EXPECT_TRUE(certificate().at(Current{10}, {0.5, false}));
  EXPECT_FALSE(certificate().at(Current{10}, {0.5, true}));
  EXPECT_EQ(certificate().at(Current{10}, {0.8, true}).error(),
            "certificate C-7 has no point at power factor 0.8 lead");
}

TEST(Calibration, ExpiresAfterItsDueDate) {
  const Calibration c = certificate();
  EXPECT_FALSE(c.expired(c.due));
  EXPECT_TRUE(c.expired(c.due + std::chrono::milliseconds{1}));
}

}  // namespace
}  // namespace meterbench
