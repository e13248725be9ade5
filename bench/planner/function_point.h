// Points of which no error comes out: whether a meter starts to register, whether it stands still.
#pragma once

#include <vector>

#include "bench/planner/planned_bench.h"
#include "bench/planner/residual_point.h"

namespace meterbench {

/// A meter that stands on its voltage alone may give so many LED pulses (type-approval.md 4.2).
inline constexpr std::uint64_t kNoLoadPulses = 1;
/// The pulses by which a meter has started to register.
inline constexpr std::uint64_t kStartingPulses = 2;
/// Each of them comes within that many times the interval that the load asks for. made
inline constexpr double kStartingPatience = 1.5;

/// How long a meter stands on voltage alone: 600·10⁶/(k·U·Imax) min, k in pulses a kWh, the time of class 1
/// (type-approval.md 4.2); at least a minute.
[[nodiscard]] Seconds no_load_time(const MeterType& type, Voltage voltage);

/// Adds the meters of `asked_by` to `point`, whose limit is that of `row`; null: with a criterion, which is
/// Meterbench's own. What cannot be is answered with the reason.
[[nodiscard]] Reasons plan_function(const PlannedBench& bench, const LoadStep& step,
                                    const std::vector<const Seat*>& asked_by, const LimitRow* row,
                                    PlannedPoint& point);

}  // namespace meterbench
