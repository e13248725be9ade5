#include "bench/planner/circuits.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace meterbench {
namespace {

/// Equal powers differ by rounding alone.
constexpr double kRounding = 1e-9;

tl::expected<double, std::string> factor_of_series_reference(const Connection& connection) {
  if (connection.service == Service::single_phase) {
    if (connection.circuit == Circuit::series) return 1;
    if (connection.circuit == Circuit::coil_1 || connection.circuit == Circuit::coil_2) return 2;
  }
  return tl::unexpected{fmt::format(
      "the reference forms the power of one circuit; {} circuits on a {} service are not in proportion to it",
      to_text(connection.circuit), to_text(connection.service))};
}

tl::expected<double, std::string> factor_of_element_sum(Form form, const PlannedPoint& asked) {
  if (asked.connection.circuit == Circuit::opposed)
    return tl::unexpected{std::string{
        "the reference adds the powers of the legs; what they leave hangs on the source's voltages"}};
  const double factor =
      reference_power(ReferenceDefinition::element_sum, form, asked.load) / metered_power(form, asked.load);
  if (std::abs(factor - 1) <= kRounding) return 1;
  return tl::unexpected{fmt::format(
      "the reference adds the powers of the legs, {:.6g} times the meter's power here; that factor "
      "hangs on the source's voltages",
      factor)};
}

/// Whether all circuits that carry a load have the same, so that their sum is known as well as each.
bool circuits_equal(Form form, const Connection& connection) {
  return !is_three_wire(form) ||
         (connection.circuit != Circuit::legs && connection.service == Service::single_phase);
}

}  // namespace

tl::expected<double, std::string> circuit_factor(ReferenceDefinition definition, Form form,
                                                 const PlannedPoint& asked) {
  if (!is_three_wire(form)) return 1;
  switch (definition) {
    case ReferenceDefinition::two_element: return 1;
    case ReferenceDefinition::element_sum: return factor_of_element_sum(form, asked);
    case ReferenceDefinition::series: return factor_of_series_reference(asked.connection);
  }
  return 1;
}

std::array<ActivePower, LoadPoint::kCircuits> circuit_powers(Form form, const LoadPoint& load) {
  std::array<ActivePower, LoadPoint::kCircuits> powers{};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    LoadPoint alone = load;
    alone.circuits.at(1 - i).current = Current{};
    powers.at(i) = metered_power(form, alone);
  }
  return powers;
}

tl::expected<Calibration::Value, std::string> value_at(const Calibration& calibration, Form form,
                                                       const PlannedPoint& asked) {
  const Connection& connection = asked.connection;
  CertifiedLoad load{asked.current, asked.power_factor, asked.voltage, asked.load.frequency,
                     asked.load.waveform.name};
  if (circuits_equal(form, connection)) return calibration.at(load);
  const auto powers = circuit_powers(form, asked.load);
  const bool legs = connection.circuit == Circuit::legs;
  Calibration::Value weighed;
  ActivePower net{};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    load.current = asked.load.circuits.at(i).current;
    if (load.current.value() == 0) continue;
    if (i == 1 && legs) load.power_factor = connection.leg_2.power_factor;
    const auto own = calibration.at(load);
    if (!own) return own;
    weighed.of_waveform = own->of_waveform;
    weighed.input += (weighed.input.empty() ? "" : " and ") + own->input;
    weighed.error = weighed.error + own->error * powers.at(i).value();
    weighed.standard_uncertainty =
        weighed.standard_uncertainty + own->standard_uncertainty * std::abs(powers.at(i).value());
    net = net + powers.at(i);
  }
  weighed.error = weighed.error / net.value();
  weighed.standard_uncertainty = weighed.standard_uncertainty / std::abs(net.value());
  return weighed;
}

tl::expected<Calibration::Value, std::string> reference_at(const PlanningStation& station, Form form,
                                                           const PlannedPoint& asked) {
  auto value = value_at(station.reference_calibration, form, asked);
  if (!value || circuits_equal(form, asked.connection)) return value;
  const auto [first, second] = circuit_powers(form, asked.load);
  const double weight =
      (std::abs(first.value()) + std::abs(second.value())) / std::abs((first + second).value());
  const StationUncertainty& own = station.uncertainty;
  const bool beyond_sine = !asked.load.waveform.sine() && !value->of_waveform;
  const Ratio harmonics = beyond_sine ? own.reference_harmonics.value_or(Ratio{}) : Ratio{};
  const double of_each =
      std::hypot(own.reference_drift.value(), own.reference_linearity.value(), harmonics.value()) /
      std::numbers::sqrt3;
  const double beyond = of_each * std::sqrt(std::max(0.0, weight * weight - 1));
  value->standard_uncertainty = Ratio{std::hypot(value->standard_uncertainty.value(), beyond)};
  return value;
}

}  // namespace meterbench
