// Shifts between two points, once both are measured.
#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/core/time.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// The last attempt at each point and position, by point_id and position. Points into `records`.
using LastAttempts = std::map<std::pair<std::string_view, std::string_view>, const PointRecord*>;
[[nodiscard]] LastAttempts last_attempts_of(const std::vector<PointRecord>& records);

/// Shifts of `plan` that are due: both points have a finished attempt at a position, and the shift was not
/// computed since then. One record a shift and position, later minus earlier error, decided by its limit:
/// beyond it the bench may have drifted as well as the meter, so it is inconclusive, event `shifted`; so is
/// one between results that are not decided themselves (`no_shift` where there is no error). Its basis has
/// the doubts of both. `records`: all attempts so far; `station` states what is correlated.
[[nodiscard]] std::vector<PointRecord> due_shifts(const Plan& plan, const std::vector<PointRecord>& records,
                                                  const StationUncertainty& station, Instant now);

}  // namespace meterbench
