#pragma once

#include "bench/guardian/load_watch.h"
#include "bench/measurement/components.h"
#include "bench/planner/plan.h"
#include "bench/station/station.h"

namespace meterbench {

/// How far what reference and chamber saw under a hold lay from what the point asks for, the means of all
/// samples; of the circuit where it is most. With the station's word on the meter's temperature, which is
/// that of its body where the chamber has a sensor on it, else of the air; without a chamber the station's
/// word alone. Of a load with harmonics, whose rms are not the set values, only temperature and frequency.
[[nodiscard]] Deviation deviation_of(const Station& station, const PlannedPoint& point,
                                     const LoadWatch& watch);

}  // namespace meterbench
