// A point with the meters that stand on its load.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "bench/planner/planned_bench.h"

namespace meterbench {

/// What the meter of a seat is at `point`, not yet counted; or why its tables do not reach it. F as is.
[[nodiscard]] tl::expected<PlannedMeter, std::string> meter_at(const Seat& seat, Form form,
                                                               const PlannedPoint& point, double factor);

/// Adds a meter that is counted, and its time where it is the slowest.
void take(PlannedPoint& point, PlannedMeter meter, const MeterType& type);

}  // namespace meterbench
