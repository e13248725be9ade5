#include "bench/cli/run_list.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "bench/cli/csv.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/text_table.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

std::string number_or_empty(const std::optional<double>& value) { return value ? number_text(*value) : ""; }

}  // namespace

std::string exit_text(const RunSummary& s) {
  return s.exit_code ? std::to_string(*s.exit_code) : "unfinished";
}

nlohmann::ordered_json runs_json(const std::vector<RunSummary>& runs) {
  auto list = nlohmann::ordered_json::array();
  for (const RunSummary& s : runs) list.push_back(run_head_json(s));
  return list;
}

void print_runs(const std::vector<RunSummary>& runs) {
  const TextTable table{{{"run", 36, false},
                         {"started (UTC)", 24, false},
                         {"scenario", 20, false},
                         {"check", 6, false},
                         {"meter", 20, false},
                         {"station", 9, false},
                         {"lab", 9, false},
                         {"exit", 4, true}}};
  fmt::print("{}\n", table.header());
  for (const RunSummary& s : runs)
    fmt::print("{}\n", table.row({s.run.run_id, utc_text(s.run.started), s.run.scenario, s.run.check,
                                  s.run.meter, s.run.station, s.run.lab, exit_text(s)}));
  if (std::ranges::any_of(runs, [](const RunSummary& s) { return s.run.simulated; }))
    fmt::print("Runs with a lab: {}\n", kSimulatedNotice);
}

std::vector<ChartPoint> control_chart(const std::vector<CheckRow>& checks, const std::string& kind) {
  const auto series = [](const CheckRow& c) {
    return std::tuple{c.station,  c.reference,       c.standard,        c.position,
                      c.result,   c.voltage.value(), c.current.value(), to_text(c.power_factor),
                      c.direction};
  };
  std::map<decltype(series(checks.front())), double> before;
  std::vector<ChartPoint> chart;
  for (const CheckRow& check : checks) {
    if (check.check != kind) continue;
    ChartPoint point{check, std::nullopt};
    if (check.error_percent) {
      const auto [last, first] = before.try_emplace(series(check), *check.error_percent);
      if (!first) point.moving_range_percent = std::abs(*check.error_percent - last->second);
      last->second = *check.error_percent;
    }
    chart.push_back(std::move(point));
  }
  return chart;
}

std::string chart_csv(const std::vector<ChartPoint>& chart, const std::vector<RunSummary>& runs) {
  std::string csv =
      csv_row({"started_utc", "run_id", "station", "reference", "standard", "position", "point_id",
               "voltage_v", "current_a", "power_factor", "direction", "result", "error_percent", "u_percent",
               "limit_percent", "moving_range_percent", "decision", "notice"});
  for (const auto& [c, moving_range] : chart) {
    const bool simulated = std::ranges::any_of(
        runs, [&id = c.run_id](const RunSummary& s) { return s.run.run_id == id && s.run.simulated; });
    csv += csv_row({utc_text(c.started), c.run_id, c.station, c.reference, c.standard, c.position, c.point_id,
                    number_text(c.voltage.value()), number_text(c.current.value()), to_text(c.power_factor),
                    std::string{to_text(c.direction)}, c.result, number_or_empty(c.error_percent),
                    number_or_empty(c.u_percent), number_text(c.limit_percent), number_or_empty(moving_range),
                    c.decision, simulated ? std::string{kSimulatedNotice} : ""});
  }
  return csv;
}

}  // namespace meterbench
