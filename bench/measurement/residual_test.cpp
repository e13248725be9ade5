#include "bench/measurement/residual.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <stdexcept>

namespace meterbench {
namespace {

/// 2S, 240 V, 50 A: 12 kW in series, so 200 Wh in a minute. Kt = 1 Wh.
ResidualConditions a_minute() {
  ResidualConditions c;
  c.kt = from_watt_hours(1);
  c.series_power = ActivePower{12'000};
  c.gate = Seconds{60};
  c.readings = 100;
  c.reference.standard_uncertainty = from_percent(0.01);
  c.isolation.standard_uncertainty = from_percent(0.005);
  c.station.reference_drift = from_percent(0.01);
  c.station.reference_linearity = from_percent(0.006);
  c.station.reading_noise = from_percent(0.02);
  c.station.repeatability = from_percent(0.003);
  c.station.repeatability_dof = 50;
  return c;
}

TEST(ResidualGate, IsAMinuteWhereAPulseIsLittle) {
  // A third of 1 % of 200 Wh is 0.67 Wh, less than a pulse; of 1.5 % it is 1 Wh.
  EXPECT_DOUBLE_EQ(residual_gate(from_watt_hours(1), ActivePower{12'000}, from_percent(2)).value(), 60);
  EXPECT_NEAR(residual_gate(from_watt_hours(1), ActivePower{12'000}, from_percent(1)).value(), 90, 1e-9);
}

TEST(Residual, IsTheEnergyThatTheReferenceDoesNotExplain) {
  EXPECT_EQ(residual(0, ActiveEnergy{0}, a_minute()), Ratio{0});
  // 2 Wh of the LED against 0.4 Wh of the reference, of 200 Wh: whichever way the reference's energy flows.
  EXPECT_NEAR(percent(residual(2, from_watt_hours(0.4), a_minute())), 0.8, 1e-12);
  EXPECT_NEAR(percent(residual(2, from_watt_hours(-0.4), a_minute())), 0.8, 1e-12);
  EXPECT_NEAR(percent(residual(0, from_watt_hours(-0.4), a_minute())), -0.2, 1e-12);
}

TEST(ResidualBudget, HasEachComponentOnceWithItsFigureByHand) {
  std::map<std::string, double> contribution;
  const Budget budget = residual_budget(a_minute());
  for (const Component& c : budget.components) contribution[c.name] = c.contribution_percent();
  ASSERT_EQ(budget.components.size(), 7U);
  ASSERT_EQ(contribution.size(), 7U);
  EXPECT_NEAR(contribution.at("LED pulse resolution"), 0.204124145, 1e-9);  // 1 Wh of 200 Wh by √6
  EXPECT_NEAR(contribution.at("reference readings"), 0.002, 1e-12);         // 0.02/√100
  EXPECT_NEAR(contribution.at("reference calibration"), 0.01, 1e-12);
  EXPECT_NEAR(contribution.at("reference drift"), 0.005773503, 1e-9);
  EXPECT_NEAR(contribution.at("reference linearity"), 0.003464102, 1e-9);
  EXPECT_NEAR(contribution.at("position burden and isolation"), 0.005, 1e-12);
  EXPECT_NEAR(contribution.at("repeatability"), 0.003, 1e-12);
  EXPECT_EQ(budget.components.back().degrees_of_freedom, 50);
}

TEST(ResidualBudget, TakesACertifiedErrorForOneThatEitherCircuitMayHave) {
  ResidualConditions c = a_minute();
  c.reference.error = from_percent(-0.03);  // 0.03/√3 = 0.017320508
  c.isolation.error = from_percent(0.012);  // 0.012/√3 = 0.006928203
  const Budget budget = residual_budget(c);
  EXPECT_NEAR(budget.components[0].contribution_percent(), std::hypot(0.01, 0.017320508), 1e-9);
  EXPECT_NEAR(budget.components[4].contribution_percent(), std::hypot(0.005, 0.006928203), 1e-9);
}

TEST(ResidualBudget, HasTheReferenceWithHarmonicsWhereTheLoadHasThemAndTheStationStatesIt) {
  ResidualConditions c = a_minute();
  c.station.reference_harmonics = from_percent(0.03);
  EXPECT_EQ(residual_budget(c).components.size(), 7U);
  c.reference.of_waveform = false;
  const Budget budget = residual_budget(c);
  ASSERT_EQ(budget.components.size(), 8U);
  EXPECT_EQ(budget.components[3].name, "reference with harmonics");
  EXPECT_NEAR(budget.components[3].contribution_percent(), 0.017320508, 1e-9);  // 0.03/√3
}

TEST(ResidualBudget, RefusesConditionsThatCannotBe) {
  for (const auto spoil : std::initializer_list<void (*)(ResidualConditions&)>{
           [](ResidualConditions& c) { c.kt = ActiveEnergy{0}; },
           [](ResidualConditions& c) { c.series_power = ActivePower{NAN}; },
           [](ResidualConditions& c) { c.gate = Seconds{0}; },
           [](ResidualConditions& c) { c.readings = 0; }}) {
    ResidualConditions c = a_minute();
    spoil(c);
    EXPECT_THROW((void)residual_budget(c), std::invalid_argument);
  }
}

}  // namespace
}  // namespace meterbench
