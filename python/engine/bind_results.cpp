#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <fmt/format.h>

#include "bench/cli/ledger_json.h"
#include "bench/cli/number_format.h"
#include "bench/core/quantity_text.h"
#include "bench/ledger/ledger.h"
#include "python/engine/bindings.h"
#include "python/engine/json_objects.h"

namespace py = pybind11;

namespace meterbench::python {
namespace {

std::optional<Ratio> error_of(const PointRecord& p) {
  if (!p.error_percent) return std::nullopt;
  return from_percent(*p.error_percent);
}

std::optional<Ratio> uncertainty_of(const PointRecord& p) {
  if (!p.budget) return std::nullopt;
  return from_percent(p.budget->expanded_percent());
}

std::optional<double> k_of(const PointRecord& p) {
  if (!p.budget) return std::nullopt;
  return p.budget->coverage_factor();
}

std::string what_of(const PointRecord& p) {
  return fmt::format("{} {}, {}, {}, PF {}, {}", p.point_id, p.step, to_text(p.voltage), to_text(p.current),
                     to_text(p.power_factor), to_text(p.direction));
}

/// `001 load-performance, 240 V, 30 A, PF 0.5 lag, delivered at A: +0.061 % ± 0.027 % (k = 2.00), pass`
std::string point_text(const PointRecord& p) {
  std::string text = fmt::format("{} at {}: ", what_of(p), p.position);
  if (p.error_percent && p.budget) {
    const double u = p.budget->expanded_percent();
    text += fmt::format("{} % ± {} % (k = {:.2f}), ", error_text(*p.error_percent, u), uncertainty_text(u),
                        p.budget->coverage_factor());
  } else if (p.error_percent) {
    text += fmt::format("{} %, ", number_text(*p.error_percent));
  }
  text += to_text(p.verdict.decision);
  if (!p.verdict.basis.verified()) text += " (" + p.verdict.basis.text() + ")";
  return text;
}

template <class T, class Value>
py::array_t<T> array_of(const std::vector<Edge>& edges, Value value) {
  py::array_t<T> result{static_cast<py::ssize_t>(edges.size())};
  auto at = result.template mutable_unchecked<1>();
  for (std::size_t i = 0; i < edges.size(); ++i) at(static_cast<py::ssize_t>(i)) = value(edges[i]);
  return result;
}

void bind_budget(py::module_& module) {
  py::class_<Component>(module, "Component", "A row of an uncertainty budget (JCGM 100).")
      .def_readonly("name", &Component::name)
      .def_property_readonly(
          "distribution", [](const Component& c) { return std::string{to_text(c.distribution)}; },
          "normal, rectangular or triangular.")
      .def_readonly("standard_uncertainty", &Component::standard_uncertainty, "Of the input, in its unit.")
      .def_readonly("unit", &Component::unit)
      .def_readonly("sensitivity", &Component::sensitivity, "Percent of energy for one unit of the input.")
      .def_property_readonly("contribution_percent", &Component::contribution_percent)
      .def_readonly("degrees_of_freedom", &Component::degrees_of_freedom, "inf where it is known for good.")
      .def_readonly("origin", &Component::origin, "certificate, station file, measured in the run, …")
      .def_readonly("input", &Component::input,
                    "Which value of the input; two results share it where name and value are the same.")
      .def("__repr__", [](const Component& c) {
        return fmt::format("<{}: {} {}, {}>", c.name, number_text(c.standard_uncertainty), c.unit,
                           to_text(c.distribution));
      });
  py::class_<Budget>(module, "Budget", "An uncertainty budget by the GUM; all components independent.")
      .def_readonly("components", &Budget::components)
      .def_property_readonly("combined_percent", &Budget::combined_percent, "u_c, root sum of squares.")
      .def_property_readonly("effective_degrees_of_freedom", &Budget::effective_degrees_of_freedom,
                             "By Welch–Satterthwaite (JCGM 100 G.2b).")
      .def_property_readonly("k", &Budget::coverage_factor,
                             "For 95.45 %: by Welch–Satterthwaite, or by propagation of distributions (JCGM "
                             "101) where one component that is not normal dominates.")
      .def_property_readonly("u_percent", &Budget::expanded_percent, "U = k·u_c.");
}

void bind_limit(py::module_& module) {
  py::class_<Limit>(module, "Limit", "What a result is held against.")
      .def_readonly("test", &Limit::test)
      .def_property_readonly(
          "lower", [](const Limit& l) { return lower(l); }, "Smallest error that is within.")
      .def_property_readonly(
          "upper", [](const Limit& l) { return upper(l); }, "Largest error that is within.")
      .def_property_readonly(
          "citation", [](const Limit& l) { return citation(l); },
          "What stands behind it, in the words of every view: no figure is called a document's limit that "
          "nobody has read there.")
      .def_property_readonly(
          "mark", [](const Limit& l) { return std::string{to_text(l.mark)}; },
          "How the figure is known: read, read-2, derived, knowledge, criterion.")
      .def_readonly("source", &Limit::source)
      .def_readonly("clause", &Limit::clause)
      .def_readonly("edition", &Limit::edition)
      .def("__str__", [](const Limit& l) { return to_text(l); })
      .def("__repr__", [](const Limit& l) { return fmt::format("<{}, {}>", to_text(l), citation(l)); });
}

}  // namespace

void bind_results(py::module_& module) {
  module.def("decimals_for", &decimals_for, py::arg("uncertainty"),
             "Decimals that show an uncertainty with two significant figures.");
  bind_budget(module);
  bind_limit(module);
  py::class_<EventRow>(module, "Event", "Something that happened, as the ledger has it.")
      .def_readonly("point_id", &EventRow::point_id)
      .def_readonly("position", &EventRow::position)
      .def_readonly("time_s", &EventRow::time_s, "Bench time.")
      .def_readonly("kind", &EventRow::kind)
      .def_readonly("text", &EventRow::text)
      .def("__repr__", [](const EventRow& e) { return fmt::format("<{}: {}>", e.kind, e.text); });
  using P = PointRecord;
  py::class_<P>(module, "Point", "One attempt at one point at one position, as the ledger has it.")
      .def_readonly("point_id", &P::point_id, "Place in the plan.")
      .def_readonly("position", &P::position)
      .def_readonly("attempt", &P::attempt, "From 1.")
      .def_readonly("computation", &P::computation, "0 as measured.")
      .def_readonly("step", &P::step, "The test's name.")
      .def_readonly("label", &P::label)
      .def_readonly("result", &P::result, "What error is: percent_error, register_error, shift, …")
      .def_readonly("temperature", &P::temperature)
      .def_readonly("voltage", &P::voltage)
      .def_readonly("current", &P::current)
      .def_property_readonly("power_factor", [](const P& p) { return to_text(p.power_factor); })
      .def_property_readonly("direction", [](const P& p) { return std::string{to_text(p.direction)}; })
      .def_property_readonly("circuit", [](const P& p) { return std::string{to_text(p.connection.circuit)}; })
      .def_readonly("frequency", &P::frequency)
      .def_property_readonly("waveform", [](const P& p) { return p.waveform.empty() ? "sine" : p.waveform; })
      .def_readonly("method", &P::method)
      .def_readonly("pulses", &P::pulses, "LED pulses of the window.")
      .def_property_readonly("error", &error_of,
                             "Unrounded, as decisions take it; None where none could be formed.")
      .def_property_readonly("expanded_uncertainty", &uncertainty_of, "U = k·u for 95.45 %.")
      .def_property_readonly("k", &k_of)
      .def_readonly("budget", &P::budget)
      .def_readonly("limit", &P::limit)
      .def_property_readonly(
          "decision", [](const P& p) { return std::string{to_text(p.verdict.decision)}; },
          "pass, fail or inconclusive.")
      .def_property_readonly(
          "verified", [](const P& p) { return p.verdict.basis.verified(); },
          "Whether nothing speaks against the decision.")
      .def_property_readonly(
          "basis", [](const P& p) { return p.verdict.basis.text(); }, "verified, or unverified with why.")
      .def_readonly("specific_risk", &P::specific_risk,
                    "That a pass is beyond its limit, that a fail is within.")
      .def_readonly("events", &P::events)
      .def_readonly("started_s", &P::started_s, "Bench time.")
      .def_readonly("ended_s", &P::ended_s, "Bench time.")
      .def(
          "edge_times_s",
          [](const P& p) {
            return array_of<double>(p.edges, [](const Edge& e) { return in_seconds(e.time); });
          },
          "Instants of the LED's edges, bench time.")
      .def(
          "edge_reference_counts",
          [](const P& p) {
            return array_of<double>(p.edges, [](const Edge& e) { return e.reference_count; });
          },
          "Pulses of the reference at each edge of the LED.")
      .def(
          "as_dict", [](const P& p) { return python_object(point_json(p)); },
          "All of it, as export --format json has it; keys end in their unit.")
      .def("__str__", &point_text)
      .def("__repr__", [](const P& p) { return "<" + point_text(p) + ">"; });
}

}  // namespace meterbench::python
