#include "bench/measurement/decision.h"

#include <cmath>

namespace meterbench {

Decision simple_acceptance(Ratio error, Ratio limit) {
  // What is not a number decides nothing.
  if (!std::isfinite(error.value()) || !std::isfinite(limit.value())) return Decision::inconclusive;
  return std::abs(error.value()) <= limit.value() ? Decision::pass : Decision::fail;
}

}  // namespace meterbench
