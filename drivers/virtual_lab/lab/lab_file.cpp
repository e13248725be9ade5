#include "drivers/virtual_lab/lab/lab_file.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "drivers/virtual_lab/lab/parameters.h"
#include "drivers/virtual_lab/lab/unpluggable.h"
#include "drivers/virtual_lab/meter/faulty_port.h"

namespace meterbench::virtual_lab {

namespace {

/// A number that must be there; 0 after a mistake.
double required_number(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  return node ? node->as_number().value_or(0) : 0;
}

/// `{normal: …}`, `{uniform: …}`, `{sum: […]}` or a number: appends its terms.
void read_terms(const YamlNode& node, Distribution& distribution) {
  if (node.kind() != YamlNode::Kind::map) {
    if (const auto value = node.as_number()) distribution.terms.push_back(Fixed{*value});
    return;
  }
  const auto entries = node.as_map()->entries();
  if (entries.size() != 1) return node.mistake("a distribution has one key: normal, uniform or sum");
  const auto& [kind, content] = entries.front();
  if (kind == "sum") {
    for (const YamlNode& term : content.items()) read_terms(term, distribution);
    return;
  }
  if (kind != "normal" && kind != "uniform")
    return node.mistake(not_allowed(kind, {"normal", "uniform", "sum"}));
  auto figures = content.as_map();
  if (!figures) return;
  if (kind == "normal") {
    const Normal term{required_number(*figures, "mean"), required_number(*figures, "sd")};
    if (term.sd < 0) content.mistake("sd is a standard deviation: not below 0");
    distribution.terms.push_back(term);
  } else {
    const Uniform term{required_number(*figures, "low"), required_number(*figures, "high")};
    if (term.low > term.high) content.mistake("low lies above high");
    distribution.terms.push_back(term);
  }
  figures->finish();
}

Distributions read_numbers(YamlMap& map, const std::vector<Parameter>& table) {
  Distributions numbers;
  for (const Parameter& parameter : table) {
    const auto node = map.find(parameter.key);
    if (!node) continue;
    Distribution distribution;
    read_terms(*node, distribution);
    const double mean = distribution.mean();
    if (mean < parameter.least || mean > parameter.most)
      node->mistake(fmt::format("{} is beyond {} … {} ({})", number_text(mean), number_text(parameter.least),
                                number_text(parameter.most), parameter.meaning));
    numbers.emplace(parameter.key, std::move(distribution));
  }
  return numbers;
}

Distributions read_table(YamlMap& root, std::string_view key, const std::vector<Parameter>& table) {
  const auto node = root.find(key);
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return {};
  Distributions numbers = read_numbers(*map, table);
  map->finish();
  return numbers;
}

/// `inputs: {input_1: led.A}` of an instrument with `count` of them.
void read_wiring(YamlMap& instrument, std::string_view kind, int count,
                 std::map<std::string, std::string>& wiring) {
  if (count == 0) return;
  const auto node = instrument.find(fmt::format("{}s", kind));
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return;
  for (int n = 0; n < count; ++n) {
    const std::string terminal = fmt::format("{}_{}", kind, n);
    const auto wire = map->find(terminal);
    if (!wire) continue;
    if (auto name = wire->as_text()) wiring.emplace(terminal, std::move(*name));
  }
  map->finish();
}

const SimulatorModel* read_model(YamlMap& map, const std::vector<SimulatorModel>& models) {
  const auto node = map.require("model");
  if (!node) return nullptr;
  std::vector<std::string> names;
  for (const SimulatorModel& model : models) names.push_back(model.name);
  const auto name = node->as_one_of(names);
  if (!name) return nullptr;
  return &*std::ranges::find(models, *name, &SimulatorModel::name);
}

std::optional<LabInstrument> read_instrument(const YamlNode& node,
                                             const std::vector<SimulatorModel>& models) {
  auto map = node.as_map();
  if (!map) return std::nullopt;
  const SimulatorModel* model = read_model(*map, models);
  if (model == nullptr) return std::nullopt;
  LabInstrument instrument{.model = model->name,
                           .numbers = read_numbers(*map, model->parameters),
                           .wiring = {},
                           .faults = {},
                           .unplugs = {}};
  read_wiring(*map, "input", model->inputs, instrument.wiring);
  read_wiring(*map, "output", model->outputs, instrument.wiring);
  map->finish();
  return instrument;
}

bool unread(const std::pair<const std::string, LabInstrument>& entry) { return entry.second.model.empty(); }

/// Which of the lab's instruments there are; those that could not be read are kept with an empty model, so
/// that a fault that names them is no second mistake.
std::map<std::string, LabInstrument> read_instruments(YamlMap& root,
                                                      const std::vector<SimulatorModel>& models) {
  std::map<std::string, LabInstrument> instruments;
  const auto node = root.require("instruments");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return instruments;
  for (const auto& [name, entry] : map->entries())
    instruments.emplace(name, read_instrument(entry, models).value_or(LabInstrument{}));
  if (connected_source(instruments, models).empty() && std::ranges::none_of(instruments, unread))
    node->mistake("a lab has one source, or several of which one is named 'source'");
  return instruments;
}

std::optional<ScriptedFault> read_moment(YamlMap& map) {
  ScriptedFault fault;
  const auto at = map.find("at_s");
  const auto command = map.find("command");
  if (at.has_value() == command.has_value()) {
    map.node().mistake("a fault happens either at_s or at a command");
    return std::nullopt;
  }
  if (at) {
    const auto seconds = at->as_number();
    if (!seconds) return std::nullopt;
    if (*seconds < 0 || *seconds > 1e9)
      at->mistake("a time in the lab is 0 … 1e9 s");
    else
      fault.at = instant_at(*seconds);
  } else {
    const auto number = command->as_integer();
    if (!number) return std::nullopt;
    if (*number < 1)
      command->mistake("commands count from 1");
    else
      fault.command = static_cast<std::uint64_t>(*number);
  }
  return fault;
}

/// Where a fault goes, and what `do:` may say there.
struct FaultyPart {
  std::vector<ScriptedFault>* script = nullptr;
  const std::vector<std::string>* faults = nullptr;
  std::vector<ScriptedFault>* unplugs = nullptr;  ///< null where there is no plug
};

/// The positions that a lab has: whose LED an instrument sees.
std::set<std::string> positions_of(const LabFile& file) {
  constexpr std::string_view kLed = "led.";
  std::set<std::string> positions;
  for (const auto& [name, instrument] : file.instruments)
    for (const auto& [terminal, wire] : instrument.wiring)
      if (wire.starts_with(kLed)) positions.insert(wire.substr(kLed.size()));
  return positions;
}

/// An instrument, or the optical port of the meter at a position. Nothing after a mistake.
FaultyPart read_faulty_part(const YamlNode& of, LabFile& file, const std::vector<SimulatorModel>& models) {
  constexpr std::string_view kPort = "optical.";
  const auto text = of.as_text();
  if (!text || (text->starts_with(kPort) && std::ranges::any_of(file.instruments, unread))) return {};
  std::vector<std::string> names;
  for (const auto& [name, instrument] : file.instruments) names.push_back(name);
  for (const std::string& position : positions_of(file)) {
    names.push_back(fmt::format("{}{}", kPort, position));
    if (*text == names.back()) return {&file.port_faults[position], &FaultyPort::faults(), nullptr};
  }
  const auto name = of.as_one_of(names);
  if (!name) return {};
  LabInstrument& instrument = file.instruments.at(*name);
  const auto model = std::ranges::find(models, instrument.model, &SimulatorModel::name);
  if (model == models.end()) return {};
  return {&instrument.faults, &model->faults, &instrument.unplugs};
}

void read_fault(const YamlNode& node, LabFile& file, const std::vector<SimulatorModel>& models) {
  auto map = node.as_map();
  if (!map) return;
  auto fault = read_moment(*map);
  const auto of = map->require("of");
  const auto what = map->require("do");
  map->finish();
  if (!of || !what) return;
  const FaultyPart part = read_faulty_part(*of, file, models);
  if (part.script == nullptr) return;
  std::vector<std::string> allowed = *part.faults;
  if (part.unplugs != nullptr) allowed.emplace_back(kUnplug);
  const auto action = what->as_one_of(allowed);
  if (!action || !fault) return;
  fault->what = *action;
  (*action == kUnplug ? part.unplugs : part.script)->push_back(std::move(*fault));
}

UtcTime read_start(YamlMap& root) {
  UtcTime starts{};
  const auto node = root.require("starts_utc");
  const auto text = node ? node->as_text() : std::nullopt;
  if (text && !parse_utc(*text, starts))
    node->mistake(fmt::format("'{}' is no UTC time; an example: 2025-06-02T08:00:00Z", *text));
  return starts;
}

}  // namespace

std::string connected_source(const std::map<std::string, LabInstrument>& instruments,
                             const std::vector<SimulatorModel>& models) {
  std::vector<std::string> sources;
  for (const auto& [name, instrument] : instruments) {
    const auto model = std::ranges::find(models, instrument.model, &SimulatorModel::name);
    if (model != models.end() && model->source) sources.push_back(name);
  }
  if (sources.size() == 1) return sources.front();
  return std::ranges::find(sources, "source") == sources.end() ? "" : "source";
}

std::optional<LabFile> load_lab_file(const std::filesystem::path& path,
                                     const std::vector<SimulatorModel>& models, Mistakes& mistakes) {
  const std::size_t before = mistakes.list().size();
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  LabFile file;
  file.name = path.stem().string();
  file.starts = read_start(*map);
  file.instruments = read_instruments(*map, models);
  for (const Section& section : sections())
    file.sections[section.name] = read_table(*map, section.name, section.parameters);
  // An empty list is the same as none.
  if (const auto faults = map->find("faults"))
    for (const YamlNode& fault : faults->items()) read_fault(fault, file, models);
  map->finish();
  if (mistakes.list().size() != before) return std::nullopt;
  return file;
}

}  // namespace meterbench::virtual_lab
