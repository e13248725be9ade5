#include "bench/model/meter_type.h"

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

LoadPoint make_load_point(Form form, Voltage voltage, Frequency frequency, Current current,
                          const PowerFactor& pf, Direction direction, Circuit circuit) {
  LoadPoint point;
  point.frequency = frequency;
  point.direction = direction;
  const Angle lag = current.value() == 0.0 ? Angle{} : pf.lag();
  const bool first = circuit != Circuit::coil_2;
  const bool second = circuit != Circuit::coil_1;
  if (is_three_wire(form)) {
    point.circuits[0] = {voltage / 2, Angle{0}, first ? current : Current{}, lag};
    point.circuits[1] = {voltage / 2, Angle{std::numbers::pi}, second ? current : Current{}, lag};
  } else {
    point.circuits[0] = {voltage, Angle{0}, current, lag};
  }
  return point;
}

ActivePower metered_power(Form form, const LoadPoint& point) {
  const auto voltage = [&](std::size_t i) {
    return std::polar(point.circuits[i].voltage.value(), point.circuits[i].voltage_phase.value());
  };
  const auto current = [&](std::size_t i) {
    return std::polar(point.circuits[i].current.value(), point.current_phase(i).value());
  };
  if (!is_three_wire(form)) return ActivePower{(voltage(0) * std::conj(current(0))).real()};
  return ActivePower{((voltage(0) - voltage(1)) * std::conj(current(0) - current(1))).real() / 2};
}

}  // namespace meterbench
