// Points whose result the meter tells: by its optical port, its display, what its switches do.
#pragma once

#include <vector>

#include "bench/planner/planned_bench.h"
#include "bench/planner/residual_point.h"

namespace meterbench {

/// Whether what a step asks is told by the meter.
[[nodiscard]] bool is_told(LoadTest test);

/// Intervals of demand are as long, until a meter tells its own: 15 min, the shortest that Canada allows
/// (type-approval.md 2.5).
inline constexpr Seconds kUsualInterval{15 * 60};
/// A clock is read to a second at both ends, each time anywhere within the meter's answer of so long. made
inline constexpr Seconds kUsualClockReading{1.5};

/// Adds the meters of `asked_by` to `point`, with what they are to tell and the criterion where it is
/// Meterbench's own; what cannot be is answered with the reason. `factor`: F.
[[nodiscard]] Reasons plan_told(const PlannedBench& bench, const LoadStep& step,
                                const std::vector<const Seat*>& asked_by, double factor, PlannedPoint& point);

}  // namespace meterbench
