// The shift of a meter's error between two measurements of one load: e2 − e1.
#pragma once

#include "bench/model/budget.h"

namespace meterbench {

/// What two measurements of one load at one position do not have in common, standard deviation in percent:
/// all of a window's budget but the reference (calibration, drift since then, linearity), the counter's time
/// base, the position's isolation and the certificate of a standard, which are the same both times.
[[nodiscard]] double repeatability_percent(const Budget& window);

/// Of e2 − e1. What is common to both enters by the difference of its two contributions (correlation 1, JCGM
/// 100 5.2.2: nothing at equal loads), all else twice.
[[nodiscard]] Budget shift_budget(const Budget& first, const Budget& second);

}  // namespace meterbench
