#include "bench/scenario/steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/config/fields.h"
#include "bench/scenario/load_step.h"
#include "bench/scenario/soak_step.h"
#include "bench/scenario/step_fields.h"

namespace meterbench {
namespace {

/// `23 °C`, or with a name for comparisons `opening: 23 °C`; its text is the name of any other.
struct NamedTemperature {
  Temperature temperature{};
  std::string name;
  FilePosition position;
};

class StepReader {
 public:
  explicit StepReader(const YamlNode& list) : list_{list} {}

  std::vector<Step> read() {
    for (const YamlNode& node : list_.items()) {
      auto map = node.as_map();
      if (!map) continue;
      if (map->find("soak"))
        steps_.emplace_back(read_soak(*map));
      else if (map->find("at_temperatures"))
        read_at_temperatures(*map);
      else if (map->find("compare"))
        read_compare(*map);
      else if (map->find("repeatability"))
        read_repeatability(*map);
      else
        add(read_load_step(*map), node, labels_.size());
    }
    if (list_.kind() == YamlNode::Kind::sequence && list_.items().empty())
      list_.mistake("at least one step is expected");
    return std::move(steps_);
  }

 private:
  /// `earlier`: so many of the labels are of steps that this one must be told from.
  void add(LoadStep step, const YamlNode& node, std::size_t earlier) {
    if (!step.label.empty()) {
      const auto end = labels_.begin() + static_cast<std::ptrdiff_t>(earlier);
      if (std::find(labels_.begin(), end, step.label) != end)
        node.mistake(fmt::format("the label '{}' is taken by an earlier step", step.label));
      labels_.push_back(step.label);
    }
    steps_.emplace_back(std::move(step));
  }

  void read_at_temperatures(YamlMap& map) {
    const std::vector<NamedTemperature> temperatures = read_temperatures(*map.find("at_temperatures"));
    const SoakStep soak = read_soak_conditions(map);
    const std::vector<std::pair<LoadStep, YamlNode>> below = read_below(map);
    map.finish();
    const std::size_t earlier = labels_.size();  // among themselves they differ, or that is told already
    for (const NamedTemperature& at : temperatures) {
      SoakStep there = soak;
      there.temperature = at.temperature;
      there.position = at.position;
      steps_.emplace_back(std::move(there));
      for (const auto& [step, node] : below) {
        LoadStep here = step;
        here.label = step.label.empty() ? at.name : fmt::format("{} {}", step.label, at.name);
        add(std::move(here), node, earlier);
      }
    }
  }

  static std::optional<NamedTemperature> as_named_temperature(const YamlNode& node) {
    if (node.kind() == YamlNode::Kind::map) {
      auto map = node.as_map();
      const auto entries = map->entries();
      if (entries.size() != 1) {
        node.mistake("one name and its temperature are expected: 'opening: 23 °C' is an example");
        return std::nullopt;
      }
      const auto temperature = entries[0].second.as_quantity<kind::Temperature>();
      if (!temperature) return std::nullopt;
      return NamedTemperature{*temperature, entries[0].first, node.position()};
    }
    const auto temperature = node.as_quantity<kind::Temperature>();
    if (!temperature) return std::nullopt;
    return NamedTemperature{*temperature, to_text(*temperature), node.position()};
  }

  static std::vector<NamedTemperature> read_temperatures(const YamlNode& list) {
    std::vector<NamedTemperature> temperatures;
    const std::vector<YamlNode> items = list.items();
    if (items.empty() && list.kind() == YamlNode::Kind::sequence)
      list.mistake("at least one temperature is expected");
    for (const YamlNode& item : items) {
      const auto one = as_named_temperature(item);
      if (!one) continue;
      const bool again = std::any_of(temperatures.begin(), temperatures.end(),
                                     [&](const NamedTemperature& other) { return other.name == one->name; });
      if (again)
        item.mistake(
            fmt::format("'{0}' is here a second time: give it a name of its own, such as "
                        "'closing: {1}'",
                        one->name, to_text(one->temperature)));
      temperatures.push_back(*one);
    }
    return temperatures;
  }

  static std::vector<std::pair<LoadStep, YamlNode>> read_below(YamlMap& map) {
    std::vector<std::pair<LoadStep, YamlNode>> below;
    const auto list = map.require("steps");
    if (!list) return below;
    const std::vector<YamlNode> items = list->items();
    if (items.empty() && list->kind() == YamlNode::Kind::sequence)
      list->mistake("at least one step is expected");
    for (const YamlNode& node : items) {
      auto step = node.as_map();
      if (!step) continue;
      below.emplace_back(read_load_step(*step), node);
      const std::string& label = below.back().first.label;
      const bool alike = std::any_of(below.begin(), below.end() - 1,
                                     [&](const auto& other) { return other.first.label == label; });
      if (alike) node.mistake("each of several steps below 'at_temperatures' needs a label of its own");
    }
    return below;
  }

  static Influence read_influence(YamlMap& map) {
    const auto node = map.find("varies");
    if (!node) return Influence::nothing;
    std::vector<std::string> names;
    for (const Influence influence : influences())
      if (influence != Influence::nothing) names.emplace_back(to_text(influence));
    const auto name = node->as_one_of(names);
    for (const Influence influence : influences())
      if (name && *name == to_text(influence)) return influence;
    return Influence::nothing;
  }

  void read_compare(YamlMap& map) {
    CompareStep step;
    step.position = map.node().position();
    step.name = required_text(map, "compare");
    step.varies = read_influence(map);
    if (step.varies == Influence::time) {
      step.first = step.second = read_repeated_label(map);
    } else {
      step.first = read_label(map, "first");
      step.second = read_label(map, "second");
      const auto place = [&](const std::string& label) {
        return std::find(labels_.begin(), labels_.end(), label) - labels_.begin();
      };
      if (!step.first.empty() && !step.second.empty() && place(step.first) >= place(step.second))
        map.find("second")->mistake("the second step must come after the first");
    }
    read_limits(map, step);
    map.finish();
    steps_.emplace_back(std::move(step));
  }

  void read_repeatability(YamlMap& map) {
    RepeatabilityStep step;
    step.position = map.node().position();
    step.name = required_text(map, "repeatability");
    step.of = read_repeated_label(map);
    read_limits(map, step);
    map.finish();
    steps_.emplace_back(std::move(step));
  }

  template <class AnyStep>
  static void read_limits(YamlMap& map, AnyStep& step) {
    step.limits = required_text(map, "limits");
    if (const auto limits = map.find("limits")) step.limits_position = limits->position();
  }

  /// Of a step that measures each of its loads several times.
  std::string read_repeated_label(YamlMap& map) {
    std::string label = read_label(map, "of");
    const auto has_it = [&](const Step& any) {
      const auto* step = std::get_if<LoadStep>(&any);
      return step != nullptr && step->label == label && step->repetition.times > 1;
    };
    if (!label.empty() && std::ranges::none_of(steps_, has_it))
      map.find("of")->mistake("this step measures each load once: 'repeat: 10' is missing there");
    return label;
  }

  /// The label of a step that stands before; empty when it is none.
  std::string read_label(YamlMap& map, std::string_view key) {
    std::string label = required_text(map, key);
    if (label.empty() || std::find(labels_.begin(), labels_.end(), label) != labels_.end()) return label;
    map.find(key)->mistake(
        labels_.empty() ? fmt::format("no earlier step has a label: give one 'label: {}'", label)
                        : fmt::format("no earlier step has this label: {}", not_allowed(label, labels_)));
    return "";
  }

  const YamlNode& list_;
  std::vector<Step> steps_;
  std::vector<std::string> labels_;  ///< in running order
};

}  // namespace

std::vector<Step> read_steps(const YamlNode& list) { return StepReader{list}.read(); }

}  // namespace meterbench
