#pragma once

#include <cstdint>
#include <functional>

#include "bench/core/quantity.h"
#include "bench/core/reactor.h"

namespace meterbench {

/// The comparison that a reference standard makes by itself between a meter's LED and its own pulses.
class ErrorCalculator {
 public:
  struct Comparison {
    Ratio error{};                ///< as the instrument tells it, of the meter against the standard's reading
    double reference_pulses = 0;  ///< M that it has counted, recovered from its figures
    ActiveEnergy reference_pulse{};  ///< c_ref that it reckoned with, read back
  };
  /// LED pulses so far.
  using OnProgress = std::function<void(std::uint64_t pulses)>;

  virtual ~ErrorCalculator() = default;
  /// Compares the next `pulses` whole LED pulses of `kt` each. A range change or an abort in between is
  /// implausible; no result within `limit`: refused with how far it came (the link stays open).
  virtual void start_compare(ActiveEnergy kt, std::uint64_t pulses, Duration limit, OnProgress progress,
                             Done<Comparison> done) = 0;
  /// Harmless when none runs; the comparison under way ends as `stopped`.
  virtual void start_abort(Done<void> done) = 0;
};

}  // namespace meterbench
