#include "bench/model/load_point.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {

std::string_view to_text(Direction direction) {
  return direction == Direction::delivered ? "delivered" : "received";
}

std::optional<Direction> parse_direction(std::string_view text) {
  if (text == "delivered") return Direction::delivered;
  if (text == "received") return Direction::received;
  return std::nullopt;
}

Angle PowerFactor::lag() const {
  const double angle = std::acos(magnitude);
  return Angle{leading ? -angle : angle};
}

std::string to_text(const PowerFactor& pf) {
  std::string number = number_text(pf.magnitude);
  if (pf.magnitude == 1.0) return number;
  return number + (pf.leading ? " lead" : " lag");
}

tl::expected<PowerFactor, std::string> parse_power_factor(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const auto number = parse_number(text.substr(0, blank));
  if (!number || !(*number > 0.0 && *number <= 1.0))
    return tl::unexpected{
        fmt::format("'{}' is not a power factor: 1, 0.5 lag or 0.8 lead are examples", text)};
  if (blank == std::string_view::npos) {
    if (*number == 1.0) return PowerFactor{};
    return tl::unexpected{fmt::format("power factor '{}' needs lag or lead", text)};
  }
  const std::string_view sense = text.substr(blank + 1);
  if (sense != "lag" && sense != "lead")
    return tl::unexpected{fmt::format("'{}' is neither lag nor lead", sense)};
  return PowerFactor{*number, sense == "lead" && *number != 1.0};
}

std::string_view to_text(Circuit circuit) {
  switch (circuit) {
    case Circuit::series: return "series";
    case Circuit::coil_1: return "coil_1";
    case Circuit::coil_2: return "coil_2";
    case Circuit::opposed: return "opposed";
    case Circuit::legs: return "legs";
  }
  return "unknown";
}

std::optional<Circuit> parse_circuit(std::string_view text) {
  for (const Circuit circuit :
       {Circuit::series, Circuit::coil_1, Circuit::coil_2, Circuit::opposed, Circuit::legs})
    if (text == to_text(circuit)) return circuit;
  return std::nullopt;
}

std::string_view to_text(Service service) {
  return service == Service::single_phase ? "single_phase" : "network";
}

std::optional<Service> parse_service(std::string_view text) {
  for (const Service service : {Service::single_phase, Service::network})
    if (text == to_text(service)) return service;
  return std::nullopt;
}

Angle wrapped(Angle angle) {
  const double turn = std::remainder(angle.value(), 2 * std::numbers::pi);  // [−π, π]
  return Angle{turn <= -std::numbers::pi ? std::numbers::pi : turn};
}

namespace {

Angle reversal(Direction direction) {
  return Angle{direction == Direction::received ? std::numbers::pi : 0.0};
}

const Harmonic* find_harmonic(const Waveform& waveform, int order) {
  const auto found = std::find_if(waveform.harmonics.begin(), waveform.harmonics.end(),
                                  [&](const Harmonic& harmonic) { return harmonic.order == order; });
  return found == waveform.harmonics.end() ? nullptr : &*found;
}

/// The harmonic `order` of a channel whose fundamental stands at `phase`. Its own phase counts from the
/// positive zero crossing of that fundamental, which is `order` times as far at the harmonic's frequency.
std::complex<double> phasor(double fundamental_rms, Angle phase, int order, Ratio share, Angle own_phase) {
  return std::polar(fundamental_rms * share.value(), order * phase.value() + own_phase.value());
}

}  // namespace

Angle LoadPoint::current_phase(std::size_t circuit) const {
  const CircuitLoad& load = circuits.at(circuit);
  return wrapped(load.voltage_phase - load.lag + reversal(direction));
}

std::complex<double> LoadPoint::voltage_phasor(std::size_t circuit, int order) const {
  const CircuitLoad& load = circuits.at(circuit);
  if (order == 1) return std::polar(load.voltage.value(), load.voltage_phase.value());
  const Harmonic* harmonic = find_harmonic(waveform, order);
  if (!harmonic) return 0;
  return phasor(load.voltage.value(), load.voltage_phase, order, harmonic->voltage, harmonic->voltage_phase);
}

std::complex<double> LoadPoint::current_phasor(std::size_t circuit, int order) const {
  const CircuitLoad& load = circuits.at(circuit);
  if (order == 1) return std::polar(load.current.value(), current_phase(circuit).value());
  const Harmonic* harmonic = find_harmonic(waveform, order);
  if (!harmonic) return 0;
  return phasor(load.current.value(), load.voltage_phase - load.lag, order, harmonic->current,
                harmonic->current_phase + reversal(direction));
}

}  // namespace meterbench
