// Everything about one point of a run.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// All attempts and computations of a point, which is called `3` or `003`; at `position`, or at all where
/// that is empty. In the order of writing.
[[nodiscard]] std::vector<PointRecord> records_of(const Ledger& ledger, const std::string& run_id,
                                                  const std::string& point, const std::string& position);

/// `records`: of one run.
void print_point(const Ledger& ledger, const RunSummary& summary, const std::vector<PointRecord>& records);
[[nodiscard]] nlohmann::ordered_json point_view_json(const Ledger& ledger, const RunSummary& summary,
                                                     const std::vector<PointRecord>& records);

/// Decision and uncertainty budget of each alone.
void print_budgets(const RunSummary& summary, const std::vector<PointRecord>& records);
[[nodiscard]] nlohmann::ordered_json budgets_json(const RunSummary& summary,
                                                  const std::vector<PointRecord>& records);

}  // namespace meterbench
