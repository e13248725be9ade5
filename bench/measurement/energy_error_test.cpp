#include "bench/measurement/energy_error.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

/// 10 pulses of 1 Wh against `reference_pulses` of 0.01 mWh: 10 Wh are 1,000,000 of them.
PulseComparison ten_watt_hours(double reference_pulses) {
  return {.meter_pulses = 10,
          .kt = from_watt_hours(1),
          .circuit_factor = 1,
          .reference_pulses = reference_pulses,
          .reference_pulse = from_watt_hours(1e-5),
          .reference_error = Ratio{0}};
}

TEST(EnergyError, IsZeroWhenBothSawTheSameEnergy) {
  EXPECT_NEAR(energy_error(ten_watt_hours(1'000'000)).value(), 0, 1e-15);
}

TEST(EnergyError, IsPositiveWhenTheMeterRegistersMore) {
  // 10 Wh against 9.9 Wh: 10/9.9 − 1 = 0.1/9.9 = 1.0101… %. With the meter in the denominator it were 1 %.
  EXPECT_NEAR(energy_error(ten_watt_hours(990'000)).value(), 0.1 / 9.9, 1e-14);
}

TEST(EnergyError, IsNegativeWhenTheMeterRegistersLess) {
  // 10 Wh against 10.1 Wh: −0.1/10.1.
  EXPECT_NEAR(energy_error(ten_watt_hours(1'010'000)).value(), -0.1 / 10.1, 1e-14);
}

TEST(EnergyError, TakesFractionsOfAReferencePulseByInterpolation) {
  // Half a pulse more than a million: 1/1.0000005 − 1 = −4.99999750 · 10⁻⁷.
  EXPECT_NEAR(energy_error(ten_watt_hours(1'000'000.5)).value(), -4.9999975e-7, 1e-14);
}

TEST(EnergyError, TakesOutTheErrorThatTheCertificateStates) {
  // A reference that reads 0.02 % high indicates 10.002 Wh of true 10 Wh.
  PulseComparison c = ten_watt_hours(1'000'200);
  c.reference_error = from_percent(0.02);
  EXPECT_NEAR(watt_hours(reference_energy(c)), 10.0, 1e-12);
  EXPECT_NEAR(energy_error(c).value(), 0, 1e-15);
  // The uncorrected figure is 10/10.002 − 1 = −0.01999600 %.
  c.reference_error = Ratio{0};
  EXPECT_NEAR(percent(energy_error(c)), -0.01999600, 1e-8);
}

TEST(EnergyError, DoublesTheMeterWhereOneCoilAloneMeetsASeriesReference) {
  // One coil of a 2S at V·I registers half of what a reference that forms V·I counts: 10 Wh against 20 Wh.
  PulseComparison c = ten_watt_hours(2'000'000);
  EXPECT_NEAR(percent(energy_error(c)), -50, 1e-10);
  c.circuit_factor = 2;
  EXPECT_NEAR(energy_error(c).value(), 0, 1e-15);
}

TEST(EnergyError, TakesOutWhatThePositionGivesTheMeterMore) {
  // The position gives the meter 0.05 % more than the reference sees: 10.005 Wh for 10 Wh.
  PulseComparison c = ten_watt_hours(1'000'000);
  c.isolation_error = from_percent(0.05);
  EXPECT_NEAR(energy_error(c).value(), 10 / 10.005 - 1, 1e-14);
}

TEST(EnergyError, OfACertifiedStandardIsItsDeviationFromTheCertificate) {
  PulseComparison c = ten_watt_hours(990'000);
  c.standard_error = from_percent(1);
  EXPECT_NEAR(energy_error(c).value(), 0.1 / 9.9 - 0.01, 1e-14);
}

}  // namespace
}  // namespace meterbench
