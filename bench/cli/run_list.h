// The runs of a ledger, and the control chart of its interim checks.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// The exit code, or `unfinished`.
[[nodiscard]] std::string exit_text(const RunSummary& summary);

[[nodiscard]] nlohmann::ordered_json runs_json(const std::vector<RunSummary>& runs);
/// As a table, on standard output.
void print_runs(const std::vector<RunSummary>& runs);

/// A result of an interim check and its place on the chart of individual values and moving ranges.
struct ChartPoint {
  CheckRow check;
  std::optional<double> moving_range_percent;  ///< |result − the one before it in its series|
};
/// `checks`, oldest first, of `kind`. A series has one station, reference, standard, position, load and kind
/// of result.
[[nodiscard]] std::vector<ChartPoint> control_chart(const std::vector<CheckRow>& checks,
                                                    const std::string& kind);
/// With header; `runs`: all that the chart may be of.
[[nodiscard]] std::string chart_csv(const std::vector<ChartPoint>& chart,
                                    const std::vector<RunSummary>& runs);

}  // namespace meterbench
