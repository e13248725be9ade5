#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/model/verdict.h"

namespace meterbench {

/// |e| ≤ limit passes, whatever U (ILAC-G8 4.2.1, w = 0). On unrounded values; NaN is inconclusive.
[[nodiscard]] Decision simple_acceptance(Ratio error, Ratio limit);

/// Why neither pass nor fail can be taken of a result so uncertain: `U of 5.2 % is larger than …`. A rule
/// that takes no heed of U still asks for a measurement that resolves the limit: U ≤ limit. NaN resolves
/// nothing.
[[nodiscard]] std::optional<std::string> too_uncertain(Ratio expanded, Ratio limit);

}  // namespace meterbench
