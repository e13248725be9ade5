#include "bench/model/meter_type.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace meterbench {

std::string_view to_text(Form form) {
  switch (form) {
    case Form::s1: return "1S";
    case Form::s2: return "2S";
    case Form::s3: return "3S";
    case Form::s4: return "4S";
  }
  return "unknown";
}

std::optional<Form> parse_form(std::string_view text) {
  for (const Form form : {Form::s1, Form::s2, Form::s3, Form::s4})
    if (text == to_text(form)) return form;
  return std::nullopt;
}

std::string_view to_text(LineConnection connection) {
  return connection == LineConnection::direct ? "direct" : "transformer";
}

namespace {

constexpr double kPi = std::numbers::pi;
/// Of the apparent power: rounding.
constexpr double kNoPower = 1e-9;

/// Phase of leg 2's voltage; leg 1 stands at 0°.
Angle leg_2_phase(Service service) { return service == Service::network ? from_degrees(-120) : Angle{kPi}; }

/// Active power of a sum over all orders, in the mean over time.
template <class OfOrder>
ActivePower over_orders(const LoadPoint& point, OfOrder of_order) {
  std::complex<double> sum = 0;
  for (const int order : point.waveform.orders()) sum += of_order(order);
  return ActivePower{sum.real() * point.waveform.burst.duty()};
}

}  // namespace

LoadPoint make_load_point(Form form, Voltage voltage, Frequency frequency, Current current,
                          const PowerFactor& pf, Direction direction, const Connection& connection) {
  LoadPoint point;
  point.frequency = frequency;
  point.direction = direction;
  const Angle lag = current.value() == 0.0 ? Angle{} : pf.lag();
  if (!is_three_wire(form)) {
    point.circuits[0] = {voltage, Angle{}, current, lag};
    return point;
  }
  CircuitLoad& leg_1 = point.circuits[0];
  CircuitLoad& leg_2 = point.circuits[1];
  const double share = connection.leg_1_voltage.value();
  leg_1 = {voltage * share, Angle{}, current, lag};
  leg_2 = {voltage * (1 - share), leg_2_phase(connection.service), current, lag,
           connection.service == Service::single_phase};
  switch (connection.circuit) {
    case Circuit::series: break;
    case Circuit::coil_1: leg_2.current = Current{}; break;
    case Circuit::coil_2: leg_1.current = Current{}; break;
    case Circuit::opposed: leg_2.lag = leg_2.lag + Angle{kPi}; break;
    case Circuit::legs: {
      const LegLoad& own = connection.leg_2;
      // The point's direction turns both currents; a leg of the other direction is turned once more.
      const Angle turn{own.direction == direction ? 0.0 : kPi};
      leg_2.current = current * own.current.value();
      leg_2.lag = leg_2.current.value() == 0.0 ? Angle{} : own.power_factor.lag() + turn;
      break;
    }
  }
  return point;
}

ActivePower metered_power(Form form, const LoadPoint& point) {
  return reference_power(ReferenceDefinition::two_element, form, point);
}

ActivePower circuit_power(const LoadPoint& point) {
  return over_orders(point, [&](int order) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
      sum += point.voltage_phasor(i, order) * std::conj(point.current_phasor(i, order));
    return sum;
  });
}

std::optional<double> power_ratio(const LoadPoint& point) {
  LoadPoint sines = point;
  sines.waveform = {};
  double apparent = 0;
  for (const CircuitLoad& circuit : point.circuits) apparent += (circuit.voltage * circuit.current).value();
  const ActivePower power = circuit_power(sines);
  if (!(std::abs(power.value()) > kNoPower * apparent)) return std::nullopt;
  return circuit_power(point) / power;
}

ActivePower reference_power(ReferenceDefinition definition, Form form, const LoadPoint& point) {
  if (definition == ReferenceDefinition::element_sum) return circuit_power(point);
  return over_orders(point, [&](int order) {
    const auto v = [&](std::size_t i) { return point.voltage_phasor(i, order); };
    const auto i = [&](std::size_t k) { return point.current_phasor(k, order); };
    if (!is_three_wire(form)) return v(0) * std::conj(i(0));
    if (definition == ReferenceDefinition::two_element) return (v(0) - v(1)) * std::conj(i(0) - i(1)) / 2.0;
    // Circuit 1 carries the load unless it is without current; circuit 2 runs against V12.
    const bool first = point.circuits[0].current.value() != 0.0;
    return (v(0) - v(1)) * std::conj(first ? i(0) : -i(1));
  });
}

}  // namespace meterbench
