#pragma once

#include <cstdint>
#include <vector>

#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// A logic signal that can be wired to any number of inputs: asking changes nothing. All instants lie not
/// beyond the world's now and not more than kHistory before it.
class PulseSignal {
 public:
  static constexpr Duration kHistory = std::chrono::seconds{10};

  virtual ~PulseSignal() = default;
  /// Rising edges from the start of the world up to and including `t`.
  [[nodiscard]] virtual std::uint64_t edges_until(Instant t) = 0;
  /// When the rising edges after `after`, up to and including `until`, came, in the order of time.
  [[nodiscard]] virtual std::vector<Instant> edges_between(Instant after, Instant until) = 0;
};

}  // namespace meterbench::virtual_lab
