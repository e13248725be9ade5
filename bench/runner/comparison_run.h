// What is computed from several points, once they are measured: shifts between two, and the repeatability of
// several.
#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/core/time.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/station/station.h"

namespace meterbench {

/// The last attempt at each point and position, by point_id and position. Points into `records`.
using LastAttempts = std::map<std::pair<std::string_view, std::string_view>, const PointRecord*>;
[[nodiscard]] LastAttempts last_attempts_of(const std::vector<PointRecord>& records);

/// Comparisons of `plan` that are due: all their points have a finished attempt at a position, and nothing
/// was computed since then. One record a comparison and position, decided by its limit. A shift is later
/// minus earlier error. Of two points that differ in nothing the bench may have drifted as well as the meter:
/// beyond its limit such a shift is inconclusive, event `shifted`. What an influence does fails the meter,
/// unless the source as a witness leaves open that it was the reference (`unproven_fail`), pulses were not
/// seen one by one
/// (`pulses_unseen`), or nobody knows the temperature of the meter's own body (`body_unseen`). Of results
/// that are not decided themselves, or have no error, nothing is decided (`no_result`). Its basis has the
/// doubts of all. `records`: all attempts so far.
[[nodiscard]] std::vector<PointRecord> due_comparisons(const Plan& plan,
                                                       const std::vector<PointRecord>& records,
                                                       const Station& station, Instant now);

}  // namespace meterbench
