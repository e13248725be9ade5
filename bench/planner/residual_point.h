#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/planner/planned_bench.h"

namespace meterbench {

/// Positions by the reason why their meters cannot be measured.
using Reasons = std::map<std::string, std::vector<std::string>>;

/// Completes a point of opposed circuits: no window opens on an edge that may never come, so the LED is
/// counted in a gate and what it counts measured against the energy of the same currents in series.
/// `in_series`: the point so connected. A meter that cannot be measured goes to the answer.
[[nodiscard]] Reasons plan_residual(const PlannedBench& bench, const PlannedPoint& in_series,
                                    const std::vector<const Seat*>& asked_by, PlannedPoint& point);

}  // namespace meterbench
