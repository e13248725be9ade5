#pragma once

#include <algorithm>

#include "bench/station/station.h"

namespace meterbench {

/// Whether that counter counts by that method.
[[nodiscard]] inline bool can_count(const CounterBox& box, CountingMethod method) {
  const auto methods = box.counter->capabilities().methods;
  return std::ranges::find(methods, method) != methods.end();
}

}  // namespace meterbench
