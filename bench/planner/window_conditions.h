#pragma once

#include "bench/measurement/window.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// What decides the uncertainty of `meter` of `type` at `point` on a station, as far as it hangs on the plan:
/// what the counter and the run bring is left to the caller.
[[nodiscard]] WindowConditions window_conditions(const PlannedPoint& point, const PlannedMeter& meter,
                                                 const MeterType& type, const StationUncertainty& station);

}  // namespace meterbench
