// The shift of a meter's error between two measurements: e2 − e1.
#pragma once

#include "bench/model/budget.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// What two measurements of one load at one position do not have in common, standard deviation in percent:
/// all of a window's budget but what is the uncertainty of an input's value, which is the same both times.
[[nodiscard]] double repeatability_percent(const Budget& window);

/// Of e2 − e1. Components of the same name that are of the same value of their input (the certificate's at
/// one load, the counter's clock) have the correlation 1, those of other values that of the station
/// (JCGM 100 5.2.2): r·(u2 − u1)² + (1 − r)·(u1² + u2²). All else is independent.
[[nodiscard]] Budget shift_budget(const Budget& first, const Budget& second,
                                  const StationUncertainty& station);

}  // namespace meterbench
