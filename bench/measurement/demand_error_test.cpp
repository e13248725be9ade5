#include "bench/measurement/demand_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace meterbench {
namespace {

/// 4 kW of a meter of 1 Wh.
WindowConditions four_kilowatts() {
  WindowConditions c;
  c.kt = from_watt_hours(1);
  c.power = ActivePower{4000};
  c.reading_period = Seconds{1};
  return c;
}

double component(const Budget& budget, const std::string& name) {
  const auto found = std::ranges::find(budget.components, name, &Component::name);
  return found == budget.components.end() ? std::nan("") : found->standard_uncertainty;
}

TEST(DemandError, IsThatOfTheMeanPower) {
  EXPECT_NEAR(percent(demand_error({ActivePower{4040}, ActivePower{4000}, 1, Ratio{}, Ratio{}})), 1, 1e-12);
  EXPECT_NEAR(percent(demand_error({ActivePower{4000}, ActivePower{-4000}, 1, Ratio{}, Ratio{}})), 0, 1e-12)
      << "received by its size";
}

TEST(DemandError, TakesOutWhatCertificateCircuitsAndPositionDo) {
  // A reference that reads 0.1 % high sees 4004 W of 4000 W.
  EXPECT_NEAR(percent(demand_error({ActivePower{4000}, ActivePower{4004}, 1, from_percent(0.1), Ratio{}})), 0,
              1e-12);
  EXPECT_NEAR(percent(demand_error({ActivePower{2000}, ActivePower{4000}, 2, Ratio{}, Ratio{}})), 0, 1e-12);
  EXPECT_NEAR(percent(demand_error({ActivePower{4008}, ActivePower{4000}, 1, Ratio{}, from_percent(0.2)})), 0,
              1e-12);
}

TEST(DemandBudget, HasTheBoundaryAndTheStepOfTheDemand) {
  // 15 min at 4 kW: 1000 pulses. A part of a pulse at either end, triangular; Kt·60/T = 4 W, rectangular.
  const Budget budget = demand_budget(four_kilowatts(), Seconds{900}, Ratio{});
  EXPECT_NEAR(component(budget, "interval boundary"), 0.1 / std::sqrt(6.0), 1e-12);
  EXPECT_NEAR(component(budget, "demand resolution"), 0.1 / std::sqrt(3.0), 1e-12);
}

TEST(DemandBudget, HasWhatTheLoadDiffersByFromIntervalToInterval) {
  const Budget budget = demand_budget(four_kilowatts(), Seconds{900}, from_percent(0.03));
  EXPECT_NEAR(component(budget, "unsteadiness of the load"), 0.03 / std::sqrt(3.0), 1e-12);
}

TEST(DemandBudget, HasTheReference) {
  WindowConditions c = four_kilowatts();
  c.reference.standard_uncertainty = from_percent(0.02);
  EXPECT_NEAR(component(demand_budget(c, Seconds{900}, Ratio{}), "reference calibration"), 0.02, 1e-12);
}

}  // namespace
}  // namespace meterbench
