// A dip, a swell or an interruption of the voltage of a load.
#pragma once

#include <algorithm>
#include <vector>

#include "bench/core/quantity.h"

namespace meterbench {

/// All voltages are `voltage` of what stands there otherwise for `duration`, so many times, with `pause`
/// between the end of one and the beginning of the next.
struct VoltageDip {
  Ratio voltage{};  ///< 0: an interruption; above 1: a swell
  Seconds duration{};
  int times = 1;
  Seconds pause{};

  /// From the beginning of the first to the end of the last.
  [[nodiscard]] Seconds length() const { return duration * times + pause * (times - 1); }
  /// The highest voltage meanwhile, of what stands there otherwise.
  [[nodiscard]] Ratio highest() const { return std::max(voltage, Ratio{1}); }
  friend bool operator==(const VoltageDip&, const VoltageDip&) = default;
};

[[nodiscard]] inline Seconds length_of(const std::vector<VoltageDip>& sequence) {
  Seconds length;
  for (const VoltageDip& dip : sequence) length = length + dip.length();
  return length;
}

}  // namespace meterbench
