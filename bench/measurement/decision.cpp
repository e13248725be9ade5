#include "bench/measurement/decision.h"

#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {

Decision simple_acceptance(Ratio error, Ratio limit) {
  // What is not a number decides nothing.
  if (!std::isfinite(error.value()) || !std::isfinite(limit.value())) return Decision::inconclusive;
  return std::abs(error.value()) <= limit.value() ? Decision::pass : Decision::fail;
}

std::optional<std::string> too_uncertain(Ratio expanded, Ratio limit) {
  if (expanded <= limit) return std::nullopt;
  return fmt::format("U of {:.3g} % is larger than the limit of {}: neither pass nor fail can be taken",
                     percent(expanded), to_text(limit));
}

}  // namespace meterbench
