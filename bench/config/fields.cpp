#include "bench/config/fields.h"

#include <limits>

#include <fmt/format.h>

namespace meterbench {

std::string required_text(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return {};
  if (text->empty()) node->mistake(fmt::format("'{}' must not be empty", key));
  return *text;
}

std::string optional_text(YamlMap& map, std::string_view key) {
  const auto node = map.find(key);
  return node ? node->as_text().value_or("") : "";
}

void check_range(const YamlNode& node, double value, Range range) {
  if (range == Range::positive && !(value > 0)) node.mistake("it must be above 0");
  if (range == Range::not_negative && !(value >= 0)) node.mistake("it must not be negative");
}

double required_number(YamlMap& map, std::string_view key, Range range) {
  const auto node = map.require(key);
  const auto value = node ? node->as_number() : std::nullopt;
  if (!value) return 0;
  check_range(*node, *value, range);
  return *value;
}

int required_index(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  const auto value = node ? node->as_integer() : std::nullopt;
  if (!value) return 0;
  if (*value < 0 || *value > std::numeric_limits<int>::max()) {
    node->mistake("a whole number from 0 is expected");
    return 0;
  }
  return static_cast<int>(*value);
}

std::optional<PowerFactor> as_power_factor(const YamlNode& node) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  const auto pf = parse_power_factor(*text);
  if (pf) return *pf;
  node.mistake(pf.error());
  return std::nullopt;
}

Mark required_mark(YamlMap& map) {
  std::vector<std::string> allowed;
  for (const Mark mark : {Mark::read, Mark::read_2, Mark::derived, Mark::knowledge, Mark::criterion})
    allowed.emplace_back(to_text(mark));
  const auto node = map.require("mark");
  if (node && node->as_text() == "knowledge-low") {
    node->mistake(
        "a figure whose digits are not sure decides nothing: leave it out until it is read somewhere");
    return Mark::knowledge;
  }
  const auto text = node ? node->as_one_of(allowed) : std::nullopt;
  return text ? parse_mark(*text).value_or(Mark::knowledge) : Mark::knowledge;
}

}  // namespace meterbench
