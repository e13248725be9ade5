#include "bench/cli/point_table.h"

#include <fmt/format.h>

#include "bench/cli/number_format.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

std::string load_text(Current current, Voltage voltage, const PowerFactor& pf, Direction direction,
                      const std::string& rest) {
  return fmt::format("{}, {}, PF {}, {}{}{}", to_text(current), to_text(voltage), to_text(pf),
                     to_text(direction), rest.empty() ? "" : ", ", rest);
}

void join(std::string& list, std::string_view item) {
  list += list.empty() ? "" : ", ";
  list += item;
}

std::vector<TextTable::Column> columns(bool with_position) {
  std::vector<TextTable::Column> all{{"point", 5, false}};
  if (with_position) all.push_back({"position", 0, false});
  const std::vector<TextTable::Column> rest{
      {"°C", 4, true},         {"current", 8, true}, {"voltage", 0, true},    {"PF", 8, false},
      {"direction", 9, false}, {"pulses", 0, true},  {"error %", 8, true},    {"U %", 6, true},
      {"k", 4, true},          {"limit", 7, true},   {"limit is", 20, false}, {"decision", 12, false},
      {"basis", 10, false},    {"kind", 0, false}};  // last: it may be long
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

std::string connection_text(const Connection& connection, Voltage voltage, Frequency frequency,
                            const std::string& waveform) {
  std::string text;
  if (connection.circuit != Circuit::series) join(text, to_text(connection.circuit));
  if (connection.service != Service::single_phase) join(text, to_text(connection.service));
  if (connection.leg_1_voltage != Connection{}.leg_1_voltage) {
    const double share = connection.leg_1_voltage.value();
    join(text, fmt::format("{} V / {} V", figures_text(voltage.value() * share, 6),
                           figures_text(voltage.value() * (1 - share), 6)));
  }
  if (connection.circuit == Circuit::legs)
    join(text, fmt::format("leg 2 {} at PF {} {}", to_text(connection.leg_2.current),
                           to_text(connection.leg_2.power_factor), to_text(connection.leg_2.direction)));
  const bool of_a_network = frequency == Frequency{50} || frequency == Frequency{60};
  if (!of_a_network && frequency > Frequency{}) join(text, to_text(frequency));
  if (!waveform.empty()) join(text, waveform);
  return text;
}

bool is_comparison(const PointRecord& p) {
  return p.result == to_text(ResultKind::shift) || p.result == to_text(ResultKind::repeatability);
}

std::string point_text(const PlannedPoint& p) {
  return load_text(p.current, p.voltage, p.power_factor, p.direction,
                   connection_text(p.connection, p.voltage, p.load.frequency, p.load.waveform.name));
}
std::string point_text(const PointRecord& p) {
  return load_text(p.current, p.voltage, p.power_factor, p.direction,
                   connection_text(p.connection, p.voltage, p.frequency, p.waveform));
}

std::string limit_line(const Limit& limit) {
  std::string conditions = limit.power_factor ? " at PF " + to_text(*limit.power_factor) : "";
  if (!limit.terms.empty()) conditions += ", " + limit.terms;
  return fmt::format("{} of {}{}: {}", to_text(limit), limit.test, conditions, citation(limit));
}

std::string value_text(const PointRecord& p) {
  if (p.error_percent)
    return error_text(*p.error_percent, p.budget ? p.budget->expanded_percent() : 0) + " %";
  const bool counted = p.result == to_text(ResultKind::no_load) || p.result == to_text(ResultKind::starting);
  return counted ? fmt::format("{} LED pulse{}", p.pulses, p.pulses == 1 ? "" : "s") : "could not be formed";
}

PointTable::PointTable(bool with_position) : with_position_{with_position}, table_{columns(with_position)} {}

std::string PointTable::row(const PointRecord& p) const {
  const double u = p.budget ? p.budget->expanded_percent() : 0;
  std::vector<std::string> cells{p.point_id};
  if (with_position_) cells.push_back(p.position);
  std::string kind = connection_text(p.connection, p.voltage, p.frequency, p.waveform);
  if (p.result != PointRecord{}.result) join(kind, p.result);
  if (p.computation > 0) join(kind, fmt::format("computation {}", p.computation));
  if (p.verdict.conditional) join(kind, "conditional");
  const std::vector<std::string> rest{number_text(p.temperature.value()),
                                      to_text(p.current),
                                      to_text(p.voltage),
                                      to_text(p.power_factor),
                                      std::string{to_text(p.direction)},
                                      std::to_string(p.pulses),
                                      p.error_percent ? error_text(*p.error_percent, u) : "-",
                                      p.budget ? uncertainty_text(u) : "-",
                                      p.budget ? fmt::format("{:.2f}", p.budget->coverage_factor()) : "-",
                                      to_text(p.limit),
                                      std::string{words(p.limit.mark)},
                                      std::string{to_text(p.verdict.decision)},
                                      p.verdict.basis.text(),
                                      kind};
  cells.insert(cells.end(), rest.begin(), rest.end());
  return table_.row(cells);
}

}  // namespace meterbench
