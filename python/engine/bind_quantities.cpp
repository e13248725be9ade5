#include <pybind11/operators.h>
#include <pybind11/pybind11.h>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "python/engine/bindings.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace meterbench::python {
namespace {

template <class Kind>
Quantity<Kind> parsed(const std::string& text) {
  const auto read = parse_quantity<Kind>(text);
  if (!read) throw py::value_error{read.error()};
  return *read;
}

/// `class_name` of Python; its number is in Kind::unit.
template <class Kind>
py::class_<Quantity<Kind>> bind(py::module_& module, const char* class_name) {
  using Q = Quantity<Kind>;
  const std::string unit{Kind::unit}, name{Kind::name};
  const std::string doc = fmt::format(
      "{}{}, a quantity of its own kind: it adds and compares with its like alone.\n\n"
      "Made of a number in {}, or of text with a unit. ValueError where the text is none.",
      static_cast<char>(std::toupper(name.front())), name.substr(1), unit);
  py::class_<Q> type{module, class_name, doc.c_str()};
  type.def(py::init<double>(), "value"_a)
      .def(py::init(&parsed<Kind>), "text"_a)
      .def_property_readonly("value", &Q::value, fmt::format("The number, in {}.", unit).c_str())
      .def_property_readonly_static("unit", [unit](const py::object&) { return unit; })
      .def("__repr__", [class_name](Q q) { return fmt::format("{}('{}')", class_name, to_text(q)); })
      .def("__str__", [](Q q) { return to_text(q); })
      .def("__hash__", [](Q q) { return py::hash(py::float_{q.value()}); })
      .def("__abs__", [](Q q) { return Q{std::abs(q.value())}; })
      .def("__bool__", [](Q q) { return q.value() != 0; })
      .def(py::self + py::self)
      .def(py::self - py::self)
      .def(-py::self)
      .def(py::self * double())
      .def(double() * py::self)
      .def(py::self / double())
      .def(py::self / py::self)
      .def(py::self == py::self)
      .def(py::self != py::self)
      .def(py::self < py::self)
      .def(py::self <= py::self)
      .def(py::self > py::self)
      .def(py::self >= py::self)
      .def(py::pickle([](Q q) { return py::make_tuple(q.value()); },
                      [](const py::tuple& state) { return Q{state[0].cast<double>()}; }));
  return type;
}

}  // namespace

void bind_quantities(py::module_& module) {
  auto voltage = bind<kind::Voltage>(module, "Voltage");
  auto current = bind<kind::Current>(module, "Current");
  auto angle = bind<kind::Angle>(module, "Angle");
  auto active = bind<kind::ActivePower>(module, "ActivePower");
  bind<kind::ReactivePower>(module, "ReactivePower");
  auto apparent = bind<kind::ApparentPower>(module, "ApparentPower");
  auto energy = bind<kind::ActiveEnergy>(module, "ActiveEnergy");
  bind<kind::Resistance>(module, "Resistance");
  bind<kind::Frequency>(module, "Frequency");
  bind<kind::Temperature>(module, "Temperature");
  bind<kind::TemperatureDifference>(module, "TemperatureDifference");
  auto time = bind<kind::Time>(module, "Time");
  auto ratio = bind<kind::Ratio>(module, "Ratio");

  angle.def_property_readonly(
      "degrees", [](Angle a) { return degrees(a); }, "The number, in degrees.");
  energy.def_property_readonly(
      "watt_hours", [](ActiveEnergy e) { return watt_hours(e); }, "The number, in Wh.");
  ratio.def_property_readonly(
      "percent", [](Ratio r) { return percent(r); }, "The number, in percent.");

  // Only the products that the field has.
  voltage.def(
      "__mul__", [](Voltage u, Current i) { return u * i; }, py::is_operator());
  current.def(
      "__mul__", [](Current i, Voltage u) { return u * i; }, py::is_operator());
  apparent.def("active_part", &active_part, "lag"_a, "S·cos φ for a current that lags by φ.");
  apparent.def("reactive_part", &reactive_part, "lag"_a, "S·sin φ for a current that lags by φ.");
  active.def(
      "__mul__", [](ActivePower p, Seconds t) { return p * t; }, py::is_operator());
  time.def(
      "__mul__", [](Seconds t, ActivePower p) { return p * t; }, py::is_operator());
  energy.def(
      "__truediv__", [](ActiveEnergy e, ActivePower p) { return e / p; }, py::is_operator());
  energy.def(
      "__truediv__", [](ActiveEnergy e, Seconds t) { return e / t; }, py::is_operator());
}

}  // namespace meterbench::python
