#include "bench/cli/point_table.h"

#include <fmt/format.h>

#include "bench/cli/number_format.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

std::string load_text(Current current, Voltage voltage, const PowerFactor& pf, Direction direction) {
  return fmt::format("{}, {}, PF {}, {}", to_text(current), to_text(voltage), to_text(pf),
                     to_text(direction));
}

std::vector<TextTable::Column> columns(bool with_position) {
  std::vector<TextTable::Column> all{{"point", 5, false}};
  if (with_position) all.push_back({"position", 0, false});
  const std::vector<TextTable::Column> rest{
      {"current", 8, true}, {"voltage", 0, true},    {"PF", 8, false},   {"direction", 9, false},
      {"pulses", 0, true},  {"error %", 8, true},    {"U %", 6, true},   {"k", 4, true},
      {"limit", 7, true},   {"decision", 12, false}, {"basis", 0, false}};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

std::string point_text(const PlannedPoint& p) {
  return load_text(p.current, p.voltage, p.power_factor, p.direction);
}
std::string point_text(const PointRecord& p) {
  return load_text(p.current, p.voltage, p.power_factor, p.direction);
}

PointTable::PointTable(bool with_position) : with_position_{with_position}, table_{columns(with_position)} {}

std::string PointTable::row(const PointRecord& p) const {
  const double u = p.budget ? p.budget->expanded_percent() : 0;
  std::vector<std::string> cells{p.point_id};
  if (with_position_) cells.push_back(p.position);
  const std::vector<std::string> rest{to_text(p.current),
                                      to_text(p.voltage),
                                      to_text(p.power_factor),
                                      std::string{to_text(p.direction)},
                                      std::to_string(p.pulses),
                                      p.error_percent ? error_text(*p.error_percent, u) : "-",
                                      p.budget ? uncertainty_text(u) : "-",
                                      p.budget ? fmt::format("{:.2f}", p.budget->coverage_factor()) : "-",
                                      "±" + to_text(p.limit.limit),
                                      std::string{to_text(p.verdict.decision)},
                                      p.verdict.basis.text()};
  cells.insert(cells.end(), rest.begin(), rest.end());
  return table_.row(cells);
}

}  // namespace meterbench
