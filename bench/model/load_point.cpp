#include "bench/model/load_point.h"

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

/// What turning a wave upside down adds to standing half a period later.
Angle inversion(const CircuitLoad& load, int order) {
  return Angle{load.inverted && order % 2 == 0 ? std::numbers::pi : 0.0};
}

}  // namespace

Angle LoadPoint::current_phase(std::size_t circuit) const {
  const CircuitLoad& load = circuits.at(circuit);
  return wrapped(load.voltage_phase - load.lag + reversal(direction));
}

// A harmonic's own phase counts from the positive zero crossing of the sine, which is `order` times as far at
// the harmonic's frequency.

std::complex<double> LoadPoint::voltage_phasor(std::size_t circuit, int order) const {
  const CircuitLoad& load = circuits.at(circuit);
  const Harmonic harmonic = waveform.at(order);
  const Angle phase = load.voltage_phase * order + inversion(load, order) + harmonic.voltage_phase;
  return std::polar(load.voltage.value() * harmonic.voltage.value(), phase.value());
}

std::complex<double> LoadPoint::current_phasor(std::size_t circuit, int order) const {
  const CircuitLoad& load = circuits.at(circuit);
  const Harmonic harmonic = waveform.at(order);
  const Angle sine =
      order == 1 ? current_phase(circuit) : (load.voltage_phase - load.lag) * order + reversal(direction);
  const Angle phase = sine + inversion(load, order) + harmonic.current_phase;
  return std::polar(load.current.value() * harmonic.current.value(), phase.value());
}

}  // namespace meterbench
