#pragma once

#include "bench/model/budget.h"

namespace meterbench {

/// The budget of the mean of two measurements of one thing. What scatters from window to window is
/// independent and averages; all else is taken for the same in both, which it may be: half of the sum of its
/// contributions. Components are matched by name.
[[nodiscard]] Budget budget_of_mean(const Budget& first, const Budget& second);

}  // namespace meterbench
