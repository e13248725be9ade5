#include "bench/cli/lab_schema.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drivers/virtual_lab/lab/parameters.h"

namespace meterbench {
namespace {

using Json = nlohmann::ordered_json;
using virtual_lab::Parameter;
using virtual_lab::SimulatorModel;

Json reference(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

Json object(Json properties, Json required) {
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

/// A number within the bounds of the table, or a distribution.
Json number(const Parameter& parameter) {
  return {{"description", parameter.meaning},
          {"default", parameter.fallback},
          {"if", {{"type", "number"}}},
          {"then", {{"minimum", parameter.least}, {"maximum", parameter.most}}},
          {"else", reference("distribution")}};
}

Json numbers(const std::vector<Parameter>& table) {
  Json properties = Json::object();
  for (const Parameter& parameter : table) properties[parameter.key] = number(parameter);
  return properties;
}

Json described(const std::string& description, Json schema) {
  Json result{{"description", description}};
  result.update(schema);
  return result;
}

/// What a wire of a lab may be called.
constexpr const char* kWires = "^([a-z0-9_]+\\.pulses|led\\..+|body\\..+|switch\\..+)$";

/// More terminals than that are told by a pattern: the reader knows how many there are.
constexpr int kFew = 16;

/// `{input_0: led.A, …}`
Json terminals(const std::string& kind, int count) {
  const Json wire{{"type", "string"}, {"pattern", kWires}};
  if (count > kFew)
    return {{"type", "object"},
            {"patternProperties", {{"^" + kind + "_(0|[1-9][0-9]*)$", wire}}},
            {"additionalProperties", false}};
  Json properties = Json::object();
  for (int n = 0; n < count; ++n) properties[fmt::format("{}_{}", kind, n)] = wire;
  return object(std::move(properties), Json::array());
}

Json instrument(const SimulatorModel& model) {
  Json properties{{"model", {{"const", model.name}}}};
  properties.update(numbers(model.parameters));
  if (model.inputs > 0) properties["inputs"] = terminals("input", model.inputs);
  if (model.outputs > 0) properties["outputs"] = terminals("output", model.outputs);
  return object(std::move(properties), {"model"});
}

Json distribution() {
  const Json any_number{{"type", "number"}};
  const Json not_negative{{"type", "number"}, {"minimum", 0}};
  const Json normal = object({{"mean", any_number}, {"sd", not_negative}}, {"mean", "sd"});
  const Json uniform = object({{"low", any_number}, {"high", any_number}}, {"low", "high"});
  const Json sum{{"description", "Of independent terms"},
                 {"type", "array"},
                 {"minItems", 1},
                 {"items", {{"oneOf", {any_number, reference("distribution")}}}}};
  return {{"description", "Drawn once from (seed, key, position)"},
          {"oneOf",
           {object({{"normal", normal}}, {"normal"}), object({{"uniform", uniform}}, {"uniform"}),
            object({{"sum", sum}}, {"sum"})}}};
}

/// One that names the fault's own list for each model would need to follow a name; the reader does that.
Json fault() {
  Json schema = object(
      {{"at_s", {{"description", "Time in the lab"}, {"type", "number"}, {"minimum", 0}, {"maximum", 1e9}}},
       {"command",
        {{"description", "Number of the command that the simulator answers"},
         {"type", "integer"},
         {"minimum", 1}}},
       {"of",
        {{"description", "Name of an instrument of this lab, or optical.POSITION"}, {"type", "string"}}},
       {"do", {{"description", "What its model can do wrong"}, {"type", "string"}}}},
      {"of", "do"});
  schema["oneOf"] = {{{"required", {"at_s"}}}, {{"required", {"command"}}}};
  return schema;
}

}  // namespace

std::string lab_schema(const std::vector<SimulatorModel>& models) {
  Json names = Json::array();
  Json chosen = Json::array();
  Json definitions{{"distribution", distribution()}};
  for (const SimulatorModel& model : models) {
    names.push_back(model.name);
    chosen.push_back(
        {{"if", {{"properties", {{"model", {{"const", model.name}}}}}}}, {"then", reference(model.name)}});
    definitions[model.name] = instrument(model);
  }
  const Json instruments{{"description", "What stands at virtual:NAME; one of them is the source"},
                         {"type", "object"},
                         {"minProperties", 1},
                         {"additionalProperties",
                          {{"type", "object"},
                           {"required", {"model"}},
                           {"properties", {{"model", {{"enum", std::move(names)}}}}},
                           {"allOf", std::move(chosen)}}}};
  const Json starts{{"description", "UTC of the lab's first instant: today, for certificates and clocks"},
                    {"type", "string"},
                    {"pattern", "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z)?$"}};
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "Virtual lab: every imperfection of it (config/labs)"},
              {"description", "Printed by `meterbench lab schema`"}};
  Json parts{{"starts_utc", starts}, {"instruments", instruments}};
  for (const virtual_lab::Section& section : virtual_lab::sections())
    parts[section.name] = described(section.meaning, object(numbers(section.parameters), Json::array()));
  parts["faults"] = {{"description", "What goes wrong, each once"}, {"type", "array"}, {"items", fault()}};
  schema.update(object(std::move(parts), {"starts_utc", "instruments"}));
  schema["$defs"] = std::move(definitions);
  return schema.dump(2) + "\n";
}

}  // namespace meterbench
