#include <pybind11/stl.h>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/station/chamber.h"
#include "bench/station/meter.h"
#include "bench/station/reference_standard.h"
#include "python/engine/bindings.h"

namespace py = pybind11;

namespace meterbench::python {

void bind_readings(py::module_& module) {
  using I = MeterIdentity;
  py::class_<I>(module, "MeterIdentity", "Who a meter says that it is.")
      .def_readonly("manufacturer", &I::manufacturer)
      .def_readonly("model", &I::model)
      .def_readonly("hardware", &I::hardware)
      .def_readonly("firmware", &I::firmware)
      .def_readonly("serial_number", &I::serial_number)
      .def_readonly("device_id", &I::device_id)
      .def_readonly("kt", &I::kt, "Energy of one LED pulse by its nameplate; None where it does not tell.")
      .def("__repr__", [](const I& i) {
        return fmt::format("<{} {}, firmware {}, serial number {}>", i.manufacturer, i.model, i.firmware,
                           i.serial_number);
      });
  using R = MeterRegisters;
  py::class_<R>(module, "MeterRegisters",
                "A reading of the registers: held at some instant between asking and answering.")
      .def_readonly("delivered", &R::delivered, "None where the meter has no such register.")
      .def_readonly("received", &R::received)
      .def_readonly("step", &R::step, "The registers' own resolution.")
      .def_property_readonly("asked_s", [](const R& r) { return in_seconds(r.asked); })
      .def_property_readonly("answered_s", [](const R& r) { return in_seconds(r.answered); })
      .def("__repr__", [](const R& r) {
        const auto text = [](const std::optional<ActiveEnergy>& e) { return e ? to_text(*e) : "none"; };
        return fmt::format("<delivered {}, received {}>", text(r.delivered), text(r.received));
      });
  using C = CircuitReading;
  py::class_<C>(module, "CircuitReading", "What the reference sees on one circuit.")
      .def_readonly("voltage", &C::voltage)
      .def_readonly("current", &C::current)
      .def_readonly("active", &C::active)
      .def_readonly("reactive", &C::reactive, "Positive: inductive, for the delivered direction.")
      .def("__repr__", [](const C& c) {
        return fmt::format("<{}, {}, {}>", to_text(c.voltage), to_text(c.current), to_text(c.active));
      });
  using S = ReferenceReading;
  py::class_<S>(module, "ReferenceReading", "What the reference sees.")
      .def_property_readonly("circuits",
                             [](const S& s) {
                               return std::vector<C>{s.circuits.begin(), s.circuits.end()};
                             })
      .def_readonly("active", &S::active, "By the reference's own definition.")
      .def_readonly("frequency", &S::frequency)
      .def_readonly("overloaded", &S::overloaded, "The figures are worth nothing then.")
      .def_readonly("ranges", &S::ranges, "Empty where it does not tell.")
      .def("__repr__",
           [](const S& s) { return fmt::format("<{}, {}>", to_text(s.active), to_text(s.frequency)); });
  using K = ChamberReading;
  py::class_<K>(module, "ChamberReading", "What the chamber tells of itself.")
      .def_readonly("air", &K::air)
      .def_readonly("body", &K::body, "Of the meter's body; None where no sensor is on it.")
      .def_readonly("set_point", &K::set_point)
      .def_readonly("running", &K::running)
      .def("__repr__", [](const K& k) { return fmt::format("<air {}>", to_text(k.air)); });
}

}  // namespace meterbench::python
