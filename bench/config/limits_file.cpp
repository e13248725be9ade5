#include "bench/config/limits_file.h"

#include <algorithm>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

Limit read_row(YamlMap& row) {
  Limit limit;
  limit.test = required_text(row, "test");
  if (const auto node = row.find("power_factor")) limit.power_factor = as_power_factor(*node);
  limit.limit = required_quantity<kind::Ratio>(row, "limit");
  limit.source = required_text(row, "source");
  limit.mark = required_mark(row);
  // An acceptance criterion is its owner's own; any other limit stands somewhere.
  const bool quoted = limit.mark != Mark::criterion;
  limit.clause = quoted ? required_text(row, "clause") : optional_text(row, "clause");
  limit.edition = quoted ? required_text(row, "edition") : optional_text(row, "edition");
  row.finish();
  return limit;
}

}  // namespace

std::optional<std::vector<Limit>> load_limits_file(const std::filesystem::path& path, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  (void)optional_text(*map, "description");
  std::vector<Limit> limits;
  if (const auto rows = map->require("limits")) {
    const std::vector<YamlNode> items = rows->items();
    if (items.empty() && rows->kind() == YamlNode::Kind::sequence)
      rows->mistake("at least one limit is expected");
    for (const YamlNode& node : items) {
      auto row = node.as_map();
      if (!row) continue;
      const Reading row_reading{mistakes};
      Limit limit = read_row(*row);
      if (!row_reading.sound()) continue;
      const bool again = std::any_of(limits.begin(), limits.end(), [&](const Limit& other) {
        return other.test == limit.test && other.power_factor == limit.power_factor;
      });
      if (again) node.mistake("a limit for this test and condition is here a second time");
      limits.push_back(std::move(limit));
    }
  }
  map->finish();
  if (!reading.sound()) return std::nullopt;
  return limits;
}

const Limit* find_limit(const std::vector<Limit>& limits, std::string_view test, const PowerFactor& pf) {
  const Limit* general = nullptr;
  for (const Limit& limit : limits) {
    if (limit.test != test) continue;
    if (limit.power_factor == pf) return &limit;
    if (!limit.power_factor) general = &limit;
  }
  return general;
}

}  // namespace meterbench
