#pragma once

#include "bench/core/time.h"

namespace meterbench {

/// Where time is read. Nothing outside bench/core and drivers/link reads a clock of the machine.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// The label that belongs to now(): the machine's UTC, or the lab's in simulated time.
  [[nodiscard]] virtual UtcTime utc() const = 0;
};

}  // namespace meterbench
