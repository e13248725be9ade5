#include "bench/config/limits_file.h"

#include <fmt/format.h>

#include "bench/config/fields.h"
#include "bench/config/limit_fields.h"

namespace meterbench {
namespace {

/// What a row says beside its figure, in words.
std::string terms_of(const LimitRow& row) {
  std::string asked;
  if (row.kind == LimitKind::starts) asked = "the meter registers";
  if (row.kind == LimitKind::pulses)
    asked = fmt::format("at most {} LED pulse{}", row.pulses, row.pulses == 1 ? "" : "s");
  const std::string conditions = conditions_text(row);
  return asked + (asked.empty() || conditions.empty() ? "" : ", ") + conditions;
}

LimitRow read_row(YamlMap& map) {
  LimitRow row;
  row.limit.test = required_text(map, "test");
  read_limit(map, row);
  read_conditions(map, row);
  row.limit.terms = terms_of(row);
  row.limit.source = required_text(map, "source");
  row.limit.mark = required_mark(map);
  // An acceptance criterion is its owner's own; any other limit stands somewhere.
  const bool quoted = row.limit.mark != Mark::criterion;
  row.limit.clause = quoted ? required_text(map, "clause") : optional_text(map, "clause");
  row.limit.edition = quoted ? required_text(map, "edition") : optional_text(map, "edition");
  map.finish();
  return row;
}

/// The rows of a file as they come, each checked against those before it.
class Rows {
 public:
  void add(LimitRow row, const YamlNode& node) {
    for (std::size_t i = 0; i < rows_.size(); ++i) check(row, node, i);
    rows_.push_back(std::move(row));
    lines_.push_back(node.position().line);
  }

  std::vector<LimitRow> take() { return std::move(rows_); }

 private:
  void check(const LimitRow& row, const YamlNode& node, std::size_t earlier) const {
    const Relation relation = meterbench::relation(row, rows_[earlier]);
    if (relation == Relation::same)
      node.mistake(
          fmt::format("a limit for this test and condition stands in line {} already", lines_[earlier]));
    if (relation == Relation::crossing)
      node.mistake(
          fmt::format("this row and that of line {} may hold at the same load, and neither is the more "
                      "particular one: narrow one of them down",
                      lines_[earlier]));
  }

  std::vector<LimitRow> rows_;
  std::vector<int> lines_;
};

}  // namespace

std::optional<std::vector<LimitRow>> load_limits_file(const std::filesystem::path& path, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  (void)optional_text(*map, "description");
  Rows limits;
  if (const auto rows = map->require("limits")) {
    const std::vector<YamlNode> items = rows->items();
    if (items.empty() && rows->kind() == YamlNode::Kind::sequence)
      rows->mistake("at least one limit is expected");
    for (const YamlNode& node : items) {
      auto fields = node.as_map();
      if (!fields) continue;
      const Reading row_reading{mistakes};
      LimitRow row = read_row(*fields);
      if (row_reading.sound()) limits.add(std::move(row), node);
    }
  }
  map->finish();
  if (!reading.sound()) return std::nullopt;
  return limits.take();
}

}  // namespace meterbench
