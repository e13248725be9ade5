#include <pybind11/stl.h>

#include <fmt/format.h>

#include "bench/cli/plan_text.h"
#include "python/engine/bindings.h"
#include "python/engine/json_objects.h"
#include "python/engine/open_bench.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace meterbench::python {
namespace {

using Settings = std::map<std::string, std::string>;

std::vector<std::string> texts_of(const Settings& set) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : set) texts.push_back(fmt::format("{}={}", key, value));
  return texts;
}

GivenScenario load(const std::string& path, const Settings& set) {
  const auto texts = texts_of(set);
  return {path, "", texts, load_checked_scenario(catalogue(), path, texts)};
}

GivenScenario read(const std::string& yaml, const std::string& name, const Settings& set) {
  const auto texts = texts_of(set);
  return {name, yaml, texts, read_checked_scenario(yaml, name, texts)};
}

std::string described(const PlannedPoint& p) {
  return fmt::format("{} {}, {}, {}, PF {}, {}", p.id, p.step, to_text(p.voltage), to_text(p.current),
                     to_text(p.power_factor), to_text(p.direction));
}

std::vector<std::string> positions_of(const PlannedPoint& p) {
  std::vector<std::string> positions;
  for (const PlannedMeter& meter : p.meters) positions.push_back(meter.position);
  return positions;
}

}  // namespace

void bind_scenarios(py::module_& module) {
  py::class_<GivenScenario>(module, "ScenarioFile", "A scenario that was read and checked.")
      .def_static("load", &load, "path"_a, "set"_a = Settings{})
      .def_static("read", &read, "yaml"_a, "name"_a, "set"_a = Settings{})
      .def_property_readonly("name", [](const GivenScenario& s) { return s.read.name; })
      .def_property_readonly("title", [](const GivenScenario& s) { return s.read.title; })
      .def_property_readonly("sha256", [](const GivenScenario& s) { return s.read.sha256; });

  py::class_<PlannedPoint>(module, "PlannedPoint", "A point of a plan, before it is measured.")
      .def_readonly("point_id", &PlannedPoint::id)
      .def_readonly("step", &PlannedPoint::step)
      .def_readonly("label", &PlannedPoint::label)
      .def_property_readonly("result", [](const PlannedPoint& p) { return std::string{to_text(p.result)}; })
      .def_readonly("temperature", &PlannedPoint::temperature)
      .def_readonly("voltage", &PlannedPoint::voltage)
      .def_readonly("current", &PlannedPoint::current)
      .def_property_readonly("power_factor", [](const PlannedPoint& p) { return to_text(p.power_factor); })
      .def_property_readonly("direction",
                             [](const PlannedPoint& p) { return std::string{to_text(p.direction)}; })
      .def_readonly("limit", &PlannedPoint::limit)
      .def_property_readonly("positions", &positions_of, "Where it is measured.")
      .def_property_readonly(
          "expected_time", [](const PlannedPoint& p) { return p.time.total(); }, "Of the slowest position.")
      .def("__str__", &described)
      .def("__repr__", [](const PlannedPoint& p) { return "<" + described(p) + ">"; });

  py::class_<PreparedRun>(module, "Plan", "What a scenario comes to for the meters on a station.")
      .def_property_readonly("points", [](const PreparedRun& r) { return r.plan.points; })
      .def_property_readonly(
          "comparison_ids",
          [](const PreparedRun& r) {
            std::vector<std::string> ids;
            for (const PlannedComparison& c : r.plan.comparisons) ids.push_back(c.id);
            return ids;
          },
          "Of results that are computed from several points.")
      .def_property_readonly("expected_time", [](const PreparedRun& r) { return r.plan.expected_time(); })
      .def_property_readonly(
          "unreachable",
          [](const PreparedRun& r) {
            std::vector<std::pair<std::string, std::string>> all;
            for (const UnreachablePoint& p : r.plan.unreachable) all.emplace_back(p.description, p.reason);
            return all;
          },
          "What the station cannot do: load and reason.")
      .def_property_readonly("title", [](const PreparedRun& r) { return r.plan.scenario.title; })
      .def_property_readonly("scenario_sha256", [](const PreparedRun& r) { return r.plan.scenario.sha256; })
      .def_property_readonly("sha256", [](const PreparedRun& r) { return r.plan.sha256(); })
      .def(
          "as_dict",
          [](const PreparedRun& r) {
            return python_object(plan_json(r.plan, planning_of(r.station, catalogue()), r.station.name));
          },
          "All of it, as plan --format json has it; keys end in their unit.")
      .def("__len__", [](const PreparedRun& r) { return r.plan.points.size(); })
      .def("__str__", [](const PreparedRun& r) {
        return plan_text(r.plan, planning_of(r.station, catalogue()), r.station.name);
      });
}

}  // namespace meterbench::python
