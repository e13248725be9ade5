#pragma once

#include <string_view>

#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench {

/// What a source can put on its terminals; per circuit, rms.
struct SourceCapabilities {
  int circuits = 0;  ///< independent voltage and current channels
  Voltage maximum_voltage{};
  Current maximum_current{};
  Frequency minimum_frequency{};
  Frequency maximum_frequency{};
  Seconds settling{};  ///< typical time from a command until the output stands
};

/// The hardware limits that a source is given before anything else.
struct SourceLimits {
  Voltage voltage{};
  Current current{};
};

/// How a counter can compare LED pulses with the reference; see design, "How an error is measured".
enum class CountingMethod { scanned };
[[nodiscard]] constexpr std::string_view to_text(CountingMethod) { return "scanned"; }

struct CounterCapabilities {
  CountingMethod method = CountingMethod::scanned;
  int inputs = 0;
  Duration scan_period{};    ///< τ; an edge lies between two scans
  Frequency maximum_rate{};  ///< of pulses at an input
};

/// Which power a reference standard forms of two circuits.
enum class ReferenceDefinition { two_element, series };
[[nodiscard]] constexpr std::string_view to_text(ReferenceDefinition d) {
  return d == ReferenceDefinition::two_element ? "two_element" : "series";
}

}  // namespace meterbench
