// First-order lags of temperatures, taken once a second of lab time.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

#include "bench/core/time.h"

namespace meterbench::virtual_lab {

[[nodiscard]] inline std::int64_t whole_seconds(Instant t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

/// What is covered of a distance within one second; without a time constant all of it.
[[nodiscard]] inline double share_in_a_second(double time_constant_s) {
  return time_constant_s > 0 ? -std::expm1(-1 / time_constant_s) : 1;
}

}  // namespace meterbench::virtual_lab
