#include "bench/measurement/residual.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "bench/measurement/components.h"

namespace meterbench {
namespace {

const double kSqrt3 = std::numbers::sqrt3;
const double kSqrt6 = std::numbers::sqrt2 * std::numbers::sqrt3;

constexpr Seconds kShortestGate{60};
constexpr double kPulsesOfLimit = 3;

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
  const auto of_difference = [](const Calibration::Value& of_sum) {
    return Calibration::Value{
        {}, from_percent(on_difference_percent(of_sum)), of_sum.input, of_sum.of_waveform};
  };
  Budget budget{reference_components(c.station, of_difference(c.reference))};
  const auto add = [&](Component component) { budget.components.push_back(std::move(component)); };
  add(reference_readings(c.station, c.readings));
  add(certified(kIsolation, of_difference(c.isolation), kOfPosition));
  add({.name = kPulseResolution,
       .distribution = Distribution::triangular,
       .standard_uncertainty = 100 * (c.kt / (c.series_power * c.gate)) / kSqrt6,
       .origin = kComputed});
  add(repeatability(c.station));
  return budget;
}

}  // namespace meterbench
