// The repeatability of a meter: the standard deviation of results that were measured one after the other
// under the same conditions (JCGM 200, 2.21).
#pragma once

#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/budget.h"

namespace meterbench {

/// s with n − 1. At least two errors.
[[nodiscard]] Ratio standard_deviation(const std::vector<Ratio>& errors);

/// Of s: what so few runs leave open of it, s/√(2(n − 1)) (JCGM 100 E.4.3), and what of it may be the
/// bench's, which scatters by `of_bench` (standard deviation) from run to run: s² − of_bench² is the meter's.
[[nodiscard]] Budget repeatability_budget(Ratio s, std::size_t runs, Ratio of_bench);

/// Standard deviation of what the bench itself adds to one run, from its budget: all that is drawn anew with
/// each window but the meter's own repeatability.
[[nodiscard]] Ratio scatter_of_bench(const Budget& run);

}  // namespace meterbench
