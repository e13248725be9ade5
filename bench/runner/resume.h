// Where a run that was interrupted goes on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/core/time.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// Whether an attempt came to its end: neither a fault of the bench nor a stop cut it short. What a person
/// has skipped, and what the meter itself did not give, has ended too.
[[nodiscard]] bool finished(const PointRecord& attempt);

/// Indexes of the points of `plan` that have no finished attempt at one of their positions at least, in
/// running order. `records`: all attempts so far.
[[nodiscard]] std::vector<std::size_t> points_left(const Plan& plan, const std::vector<PointRecord>& records);

/// Number of the next attempt at a point, the same at all its positions: 1 where there was none.
[[nodiscard]] int next_attempt(const std::vector<PointRecord>& records, const std::string& point_id);

/// The first whole second after all that the record of a run tells of, on its own time line.
[[nodiscard]] Instant end_of_record(const std::vector<PointRecord>& records,
                                    const std::vector<EventRow>& events);

}  // namespace meterbench
