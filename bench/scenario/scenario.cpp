#include "bench/scenario/scenario.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/config/fields.h"
#include "bench/core/sha256.h"

namespace meterbench {
namespace {

constexpr std::int64_t kMostPulses = 1'000'000;  // made: 21 h at 0.075 s a pulse; more is a slip

/// A share (`25 %`) of what the meter file says, or a quantity of its own.
template <class Kind>
std::optional<std::variant<Ratio, Quantity<Kind>>> as_share_or(const YamlNode& node, std::string_view whole) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  double size = 0;
  std::optional<std::variant<Ratio, Quantity<Kind>>> value;
  if (const auto share = parse_quantity<kind::Ratio>(*text)) {
    value = *share;
    size = share->value();
  } else if (const auto own = parse_quantity<Kind>(*text)) {
    value = *own;
    size = own->value();
  } else {
    node.mistake(fmt::format("'{}' is neither a share of {} such as 25 % nor a {} such as 10 {}", *text,
                             whole, Kind::name, Kind::unit));
    return std::nullopt;
  }
  check_range(node, size, Range::positive);
  return value;
}

/// The values of a list that must be there, each once. `positions`, where wanted, gets the place of each.
template <class T, class Read>
std::vector<T> required_list(YamlMap& map, std::string_view key, Read read,
                             std::vector<FilePosition>* positions = nullptr) {
  std::vector<T> values;
  const auto node = map.require(key);
  if (!node) return values;
  const auto items = node->items();
  if (items.empty() && node->kind() == YamlNode::Kind::sequence)
    node->mistake("at least one value is expected");
  for (const YamlNode& item : items) {
    const std::optional<T> value = read(item);
    if (!value) continue;
    if (std::find(values.begin(), values.end(), *value) != values.end())
      item.mistake("this value is here a second time");
    values.push_back(*value);
    if (positions) positions->push_back(item.position());
  }
  return values;
}

std::optional<Direction> as_direction(const YamlNode& node) {
  const auto text = node.as_one_of({"delivered", "received"});
  return text ? parse_direction(*text) : std::nullopt;
}

/// Either a target uncertainty or a number of pulses.
void read_aim(YamlMap& map, AccuracyStep& step) {
  const auto target = map.find("target_uncertainty");
  const auto pulses = map.find("pulses");
  if (target) {
    step.target_position = target->position();
    step.target_uncertainty = target->as_quantity<kind::Ratio>();
    if (step.target_uncertainty) check_range(*target, step.target_uncertainty->value(), Range::positive);
  }
  if (pulses) {
    const auto number = pulses->as_integer();
    if (number && (*number < 1 || *number > kMostPulses))
      pulses->mistake(fmt::format("from 1 to {} pulses are allowed", kMostPulses));
    else if (number)
      step.pulses = static_cast<std::uint64_t>(*number);
  }
  if (target && pulses) pulses->mistake("target_uncertainty is here too: one of the two is expected");
  if (!target && !pulses) map.node().mistake("'target_uncertainty' or 'pulses' is missing");
}

AccuracyStep read_accuracy(YamlMap& map) {
  AccuracyStep step;
  step.position = map.node().position();
  step.name = required_text(map, "accuracy");
  if (const auto voltage = map.find("voltage"))
    step.voltage = as_share_or<kind::Voltage>(*voltage, "the nominal voltage").value_or(step.voltage);
  if (map.find("frequency")) step.frequency = required_quantity<kind::Frequency>(map, "frequency");
  step.currents = required_list<CurrentSpec>(
      map, "current", [](const YamlNode& item) { return as_share_or<kind::Current>(item, "Imax"); },
      &step.current_positions);
  step.power_factors = required_list<PowerFactor>(map, "power_factor", as_power_factor);
  step.directions = required_list<Direction>(map, "direction", as_direction);
  read_aim(map, step);
  if (const auto method = map.find("method"))
    if (const auto name = method->as_one_of({"scanned", "timestamps", "gated_total", "error_calculator"}))
      step.method = parse_counting_method(*name);
  step.limits = required_text(map, "limits");
  if (const auto limits = map.find("limits")) step.limits_position = limits->position();
  map.finish();
  return step;
}

void read_check_load(YamlMap& map, SoakStep& step) {
  const auto node = map.find("check_load");
  auto check = node ? node->as_map() : std::nullopt;
  if (!check) return;
  if (const auto current = check->require("current"))
    step.check_current = as_share_or<kind::Current>(*current, "Imax").value_or(step.check_current);
  if (const auto pf = check->find("power_factor"))
    step.check_power_factor = as_power_factor(*pf).value_or(PowerFactor{});
  check->finish();
}

SoakStep read_soak(YamlMap& map) {
  SoakStep step;
  step.position = map.node().position();
  step.temperature = required_quantity<kind::Temperature>(map, "soak", Range::any);
  if (map.find("band")) step.band = required_quantity<kind::TemperatureDifference>(map, "band");
  if (map.find("at_least")) step.at_least = required_quantity<kind::Time>(map, "at_least");
  if (const auto limit = map.find("limit")) {
    step.limit = required_quantity<kind::Time>(map, "limit");
    if (step.limit < step.at_least) limit->mistake("the limit is shorter than 'at_least'");
  }
  read_check_load(map, step);
  map.finish();
  return step;
}

void read_steps(const YamlNode& steps, Scenario& scenario) {
  for (const YamlNode& node : steps.items()) {
    auto map = node.as_map();
    if (!map) continue;
    if (map->find("soak"))
      scenario.steps.emplace_back(read_soak(*map));
    else
      scenario.steps.emplace_back(read_accuracy(*map));
  }
  if (scenario.steps.empty() && steps.kind() == YamlNode::Kind::sequence)
    steps.mistake("at least one step is expected");
}

/// The root with all replacements made, as far as they can be.
YamlNode with_replacements(YamlNode root, const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  for (const auto& [path, text] : set) {
    const auto value = read_yaml_text(text, fmt::format("--set {}", path), mistakes);
    if (!value) continue;
    if (auto changed = with_value(root, path, *value)) root = *std::move(changed);
  }
  return root;
}

}  // namespace

std::string_view to_text(DecisionRule rule) {
  switch (rule) {
    case DecisionRule::simple_acceptance: return "simple_acceptance";
  }
  return "unknown";
}

std::optional<Scenario> load_scenario(const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  const Reading reading{mistakes};
  auto text = read_text(path, mistakes);
  if (!text) return std::nullopt;
  const auto root = read_yaml_text(*text, path.string(), mistakes);
  auto map = root ? with_replacements(*root, set, mistakes).as_map() : std::nullopt;
  if (!map) return std::nullopt;
  Scenario scenario;
  scenario.name = path.stem().string();
  scenario.title = required_text(*map, "scenario");
  (void)optional_text(*map, "description");
  if (const auto rule = map->find("decision_rule"))
    (void)rule->as_one_of({std::string{to_text(DecisionRule::simple_acceptance)}});
  if (const auto steps = map->require("steps")) read_steps(*steps, scenario);
  map->finish();
  if (!reading.sound()) return std::nullopt;
  for (const auto& [key, value] : set) *text += fmt::format("\n--set {}={}", key, value);
  scenario.sha256 = sha256_hex(*text);
  return scenario;
}

}  // namespace meterbench
