#pragma once

#include "bench/core/quantity.h"
#include "bench/model/verdict.h"

namespace meterbench {

/// |e| ≤ limit passes, whatever U (ILAC-G8 4.2.1, w = 0). On unrounded values; NaN is inconclusive.
[[nodiscard]] Decision simple_acceptance(Ratio error, Ratio limit);

}  // namespace meterbench
