// Fields of the records in config/: each call reads one key of a map, reports what is wrong with it, and then
// answers a default. Whether a record may be used is asked once at its end (Reading::sound).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/config/yaml.h"
#include "bench/model/load_point.h"
#include "bench/model/mark.h"

namespace meterbench {

/// Whether anything went wrong since this was made.
class Reading {
 public:
  explicit Reading(const Mistakes& mistakes) : mistakes_{mistakes}, before_{mistakes.list().size()} {}
  [[nodiscard]] bool sound() const { return mistakes_.list().size() == before_; }

 private:
  const Mistakes& mistakes_;
  std::size_t before_;
};

/// A text that must be there and not be empty.
[[nodiscard]] std::string required_text(YamlMap& map, std::string_view key);
/// A text that may be missing: empty then.
[[nodiscard]] std::string optional_text(YamlMap& map, std::string_view key);

enum class Range { any, not_negative, positive };
/// Reports a mistake at `node` when `value` is out of range.
void check_range(const YamlNode& node, double value, Range range);

/// A number that must be there.
[[nodiscard]] double required_number(YamlMap& map, std::string_view key, Range range);
/// A whole number from 0 that must be there.
[[nodiscard]] int required_index(YamlMap& map, std::string_view key);

/// A quantity that must be there.
template <class Kind>
[[nodiscard]] Quantity<Kind> required_quantity(YamlMap& map, std::string_view key,
                                               Range range = Range::positive) {
  const auto node = map.require(key);
  const auto value = node ? node->as_quantity<Kind>() : std::nullopt;
  if (!value) return {};
  check_range(*node, value->value(), range);
  return *value;
}

/// `1`, `0.5 lag`, `0.8 lead`.
[[nodiscard]] std::optional<PowerFactor> as_power_factor(const YamlNode& node);

/// `mark`: how a figure is known.
[[nodiscard]] Mark required_mark(YamlMap& map);

}  // namespace meterbench
