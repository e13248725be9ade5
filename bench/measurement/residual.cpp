#include "bench/measurement/residual.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace meterbench {
namespace {

const double kSqrt3 = std::numbers::sqrt3;
const double kSqrt6 = std::numbers::sqrt2 * std::numbers::sqrt3;

constexpr Seconds kShortestGate{60};
constexpr double kPulsesOfLimit = 3;

constexpr const char* kStationFile = "station file";

double on_difference_percent(const Calibration::Value& of_sum) {
  return std::hypot(percent(of_sum.standard_uncertainty), percent(of_sum.error) / kSqrt3);
}

}  // namespace

Seconds residual_gate(ActiveEnergy kt, ActivePower series_power, Ratio limit) {
  return std::max(kShortestGate, kPulsesOfLimit * kt / (series_power * limit.value()));
}

Ratio residual(std::uint64_t pulses, ActiveEnergy reference_energy, const ResidualConditions& c) {
  const ActiveEnergy registered = static_cast<double>(pulses) * c.kt;
  const ActiveEnergy formed{std::abs(reference_energy.value())};
  return Ratio{(registered - formed) / (c.series_power * c.gate)};
}

Budget residual_budget(const ResidualConditions& c) {
  // Written so that NaN fails too.
  if (!(c.kt.value() > 0 && c.series_power.value() > 0 && c.gate.value() > 0 && c.readings > 0))
    throw std::invalid_argument{"Kt, power in series, gate and number of readings must be above 0"};
  Budget budget;
  budget.components = {
      {.name = "reference calibration",
       .standard_uncertainty_percent = on_difference_percent(c.reference),
       .origin = "certificate"},
      {.name = "reference drift",
       .distribution = Distribution::rectangular,
       .standard_uncertainty_percent = percent(c.station.reference_drift) / kSqrt3,
       .origin = kStationFile},
      {.name = "reference linearity",
       .distribution = Distribution::rectangular,
       .standard_uncertainty_percent = percent(c.station.reference_linearity) / kSqrt3,
       .origin = kStationFile},
      {.name = "reference readings",
       .standard_uncertainty_percent = percent(c.station.reading_noise) / std::sqrt(c.readings),
       .origin = kStationFile},
      {.name = "position burden and isolation",
       .standard_uncertainty_percent = on_difference_percent(c.isolation),
       .origin = "table of the position"},
      {.name = "LED pulse resolution",
       .distribution = Distribution::triangular,
       .standard_uncertainty_percent = 100 * (c.kt / (c.series_power * c.gate)) / kSqrt6,
       .origin = "computed"},
      {.name = "repeatability",
       .standard_uncertainty_percent = percent(c.station.repeatability),
       .origin = kStationFile},
  };
  if (c.station.repeatability.value() != 0)
    budget.components.back().degrees_of_freedom = c.station.repeatability_dof;
  return budget;
}

}  // namespace meterbench
