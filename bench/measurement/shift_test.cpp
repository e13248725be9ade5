#include "bench/measurement/shift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "bench/measurement/window.h"

namespace meterbench {
namespace {

Component component(const char* name, double percent) {
  Component c;
  c.name = name;
  c.standard_uncertainty_percent = percent;
  return c;
}

/// Every component that a window can have; those of one load are common, scan and repeatability are not.
Budget window(double reference_percent, double scan_percent) {
  return {{component("reference calibration", reference_percent), component("reference drift", 0.006),
           component("reference linearity", 0.004), component("time base", 0.002),
           component("position burden and isolation", 0.005), component("standard's certificate", 0.01),
           component("reference with harmonics", 0.02), component("scan period", scan_percent),
           component("repeatability", 0.003)}};
}

TEST(Repeatability, IsWhatTwoMeasurementsOfOneLoadDoNotShare) {
  EXPECT_NEAR(repeatability_percent(window(0.01, 0.004)), 0.005, 1e-12);  // 3, 4, 5
  EXPECT_EQ(repeatability_percent({}), 0);
}

TEST(Shift, OfEqualLoadsHasOnlyWhatIsNotCommonTwice) {
  const Budget shift = shift_budget(window(0.01, 0.004), window(0.01, 0.004));
  ASSERT_EQ(shift.components.size(), 4U);
  EXPECT_NEAR(shift.combined_percent(), 0.005 * std::sqrt(2.0), 1e-12);
  std::set<std::string> names;
  for (const Component& c : shift.components) names.insert(c.name);
  EXPECT_EQ(names, (std::set<std::string>{"scan period, earlier", "scan period, later",
                                          "repeatability, earlier", "repeatability, later"}));
}

TEST(Shift, KeepsWhatACommonComponentChangesBy) {
  // 0.015 − 0.010 of the certificate remain, beside 5·√2.
  for (const auto& [first, second] : {std::pair{0.010, 0.015}, std::pair{0.015, 0.010}}) {
    const Budget shift = shift_budget(window(first, 0.004), window(second, 0.004));
    ASSERT_EQ(shift.components.size(), 5U);
    EXPECT_EQ(shift.components[0].name, "reference calibration");
    EXPECT_NEAR(shift.combined_percent(), 0.005 * std::sqrt(3.0), 1e-12);
  }
}

TEST(Shift, KeepsWhollyWhatOnlyOneOfThemHas) {
  Budget without = window(0.01, 0.004);
  without.components.erase(without.components.begin() + 3);  // time base
  for (const Budget& shift :
       {shift_budget(without, window(0.01, 0.004)), shift_budget(window(0.01, 0.004), without)})
    EXPECT_NEAR(shift.combined_percent(), std::hypot(0.005 * std::sqrt(2.0), 0.002), 1e-12);
}

TEST(Shift, CarriesDegreesOfFreedomOn) {
  Budget budget;
  budget.components = {component("repeatability", 0.003)};
  budget.components[0].degrees_of_freedom = 9;
  EXPECT_NEAR(shift_budget(budget, budget).effective_degrees_of_freedom(), 18, 1e-9);
}

TEST(Shift, KnowsTheNamesOfAWindow) {
  // All that a window of no length removes is common, but what the run itself and the meter bring.
  WindowConditions c;
  c.method = CountingMethod::timestamps;
  c.kt = from_watt_hours(1);
  c.power = ActivePower{12'000};
  c.reading_period = Seconds{1};
  c.reference.standard_uncertainty = from_percent(0.01);
  c.isolation.standard_uncertainty = from_percent(0.005);
  c.standard.standard_uncertainty = from_percent(0.01);
  c.station.reference_drift = c.station.reference_linearity = from_percent(0.01);
  c.time_base = Ratio{1e-4};
  const Budget of_window = window_budget(c, 100);
  EXPECT_GT(of_window.combined_percent(), 0.01);
  EXPECT_EQ(repeatability_percent(of_window), 0);
}

}  // namespace
}  // namespace meterbench
