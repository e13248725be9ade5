#include "bench/measurement/shift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "bench/measurement/window.h"

namespace meterbench {
namespace {

Component component(const char* name, double percent, const char* input = "") {
  Component c;
  c.name = name;
  c.standard_uncertainty = percent;
  c.input = input;
  return c;
}

/// A window at the load that `load` names.
Budget window(double reference_percent, double scan_percent, const char* load = "10 A") {
  return {{component("reference calibration", reference_percent, load),
           component("reference drift", 0.006, load), component("time base", 0.002, "counter"),
           component("position burden and isolation", 0.005, load), component("scan period", scan_percent),
           component("repeatability", 0.003)}};
}

const StationUncertainty kNothingStated;

TEST(Repeatability, IsWhatTwoMeasurementsOfOneLoadDoNotShare) {
  EXPECT_NEAR(repeatability_percent(window(0.01, 0.004)), 0.005, 1e-12);  // 3, 4, 5
  EXPECT_EQ(repeatability_percent({}), 0);
}

TEST(Shift, OfEqualLoadsHasOnlyWhatIsNotCommonTwice) {
  const Budget shift = shift_budget(window(0.01, 0.004), window(0.01, 0.004), kNothingStated);
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
    const Budget shift = shift_budget(window(first, 0.004), window(second, 0.004), kNothingStated);
    ASSERT_EQ(shift.components.size(), 5U);
    EXPECT_EQ(shift.components[0].name, "reference calibration");
    EXPECT_NEAR(shift.combined_percent(), 0.005 * std::sqrt(3.0), 1e-12);
  }
}

TEST(Shift, TakesOtherLoadsForIndependentWhereTheStationStatesNoCorrelation) {
  // But the counter's clock: it is one.
  const double one = std::hypot(std::hypot(0.01, 0.006), std::hypot(0.005, 0.005));
  const Budget shift = shift_budget(window(0.01, 0.004), window(0.01, 0.004, "20 A"), kNothingStated);
  EXPECT_NEAR(shift.combined_percent(), one * std::sqrt(2.0), 1e-12);
}

TEST(Shift, TakesThePartThatTheStationStatesForCommon) {
  // u² = u1² + u2² − 2·r·u1·u2 of each (JCGM 100 5.2.2).
  for (const double r : {-1.0, -0.4, 0.0, 0.7, 1.0}) {
    StationUncertainty station;
    station.reference_correlation = r;
    const Budget shift = shift_budget({{component("reference calibration", 0.03, "10 A")}},
                                      {{component("reference calibration", 0.04, "20 A")}}, station);
    EXPECT_NEAR(shift.combined_percent(), std::sqrt(0.0025 - 2 * r * 0.0012), 1e-12) << r;
  }
}

TEST(Shift, KeepsWhollyWhatOnlyOneOfThemHas) {
  Budget without = window(0.01, 0.004);
  without.components.erase(without.components.begin() + 2);  // time base
  for (const Budget& shift : {shift_budget(without, window(0.01, 0.004), kNothingStated),
                              shift_budget(window(0.01, 0.004), without, kNothingStated)})
    EXPECT_NEAR(shift.combined_percent(), std::hypot(0.005 * std::sqrt(2.0), 0.002), 1e-12);
}

TEST(Shift, CarriesDegreesOfFreedomOn) {
  Budget budget;
  budget.components = {component("repeatability", 0.003)};
  budget.components[0].degrees_of_freedom = 9;
  EXPECT_NEAR(shift_budget(budget, budget, kNothingStated).effective_degrees_of_freedom(), 18, 1e-9);
}

TEST(Shift, FindsEqualLoadsOfAWindowInCommon) {
  // All that a window of no length removes is common, but what the run itself and the meter bring.
  WindowConditions c;
  c.method = CountingMethod::timestamps;
  c.kt = from_watt_hours(1);
  c.power = ActivePower{12'000};
  c.reading_period = Seconds{1};
  c.reference = {{}, from_percent(0.01), "C-1: 10 A"};
  c.isolation = {{}, from_percent(0.005), "P-1: 10 A"};
  c.standard = {{}, from_percent(0.01), "S-1: 10 A"};
  c.station.reference_drift = c.station.reference_linearity = from_percent(0.01);
  c.time_base = Ratio{1e-4};
  const Budget of_window = window_budget(c, 100);
  EXPECT_GT(of_window.combined_percent(), 0.01);
  EXPECT_EQ(repeatability_percent(of_window), 0);
  EXPECT_EQ(shift_budget(of_window, of_window, kNothingStated).combined_percent(), 0);
}

}  // namespace
}  // namespace meterbench
