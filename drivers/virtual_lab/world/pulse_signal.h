#pragma once

#include <cstdint>

#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// A logic signal that can be wired to a counter input.
class PulseSignal {
 public:
  virtual ~PulseSignal() = default;
  /// Rising edges from the start of the world up to and including `t`, `t` not beyond the world's now.
  /// Calls come with `t` never going back.
  [[nodiscard]] virtual std::uint64_t edges_until(Instant t) = 0;
};

}  // namespace meterbench::virtual_lab
