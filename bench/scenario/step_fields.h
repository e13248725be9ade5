// Fields that the steps of a scenario have in common.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// `25 %` of Imax, `10 A`, or `10 % of Ib`.
[[nodiscard]] std::optional<CurrentSpec> as_current(const YamlNode& node);
/// `90 %` of the nominal voltage, `240 V`, or `rated`.
[[nodiscard]] std::optional<VoltageSpec> as_voltage(const YamlNode& node);
[[nodiscard]] std::optional<Direction> as_direction(const YamlNode& node);

/// One value or a list of them, each once. `positions`, where wanted, gets the place of each.
template <class T, class Read>
std::vector<T> as_list(const YamlNode& node, Read read, std::vector<FilePosition>* positions = nullptr) {
  std::vector<T> values;
  const std::vector<YamlNode> items = node.items();
  if (items.empty() && node.kind() == YamlNode::Kind::sequence)
    node.mistake("at least one value is expected");
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

}  // namespace meterbench
