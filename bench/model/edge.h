#pragma once

#include <cstdint>

#include "bench/core/time.h"

namespace meterbench {

/// One rising edge of a meter's test LED, as a counter saw it.
struct Edge {
  std::uint64_t number = 0;  ///< from 0 within the window's record, no gaps
  Instant time{};
  double reference_count =
      0;  ///< pulses of the reference at that instant, interpolated, since the scan began
};

}  // namespace meterbench
