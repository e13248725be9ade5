#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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
  Seconds settling{};             ///< typical time from a command until the output stands
  ApparentPower voltage_power{};  ///< most of one voltage channel; 0: not stated
  Voltage compliance{};           ///< most across the terminals of one current channel; 0: not stated
  int highest_harmonic = 1;       ///< that it can put on; 1: the sine alone
  Frequency harmonic_band{};      ///< no harmonic lies beyond; 0: not stated
  bool direct_current = false;    ///< a current may have a constant part
  bool bursts = false;            ///< currents can flow for whole periods and pause for others
  bool dips = false;              ///< it can let its voltages dip for a time that is told
  Voltage peak_voltage{};         ///< most at any instant; 0: that of a sine of maximum_voltage
  Current peak_current{};         ///< the same of a current

  /// The highest harmonic of `frequency` that it can put on.
  [[nodiscard]] int highest_harmonic_of(Frequency frequency) const;
};

/// The hardware limits that a source is given before anything else.
struct SourceLimits {
  Voltage voltage{};
  Current current{};
};

/// How LED pulses can be compared with the reference; see design, "How an error is measured".
enum class CountingMethod { scanned, timestamps, gated_total, error_calculator };
[[nodiscard]] std::string_view to_text(CountingMethod method);
[[nodiscard]] std::optional<CountingMethod> parse_counting_method(std::string_view text);

struct CounterCapabilities {
  std::vector<CountingMethod> methods;  ///< of this counter
  int inputs = 0;                       ///< numbered from 0
  Duration scan_period{};               ///< τ of `scanned`; an edge lies between two scans
  Frequency maximum_rate{};             ///< of pulses at an input
  Seconds resolution{};                 ///< of one time stamp, half-width
  Ratio time_base{};                    ///< of time stamps and gates, half-width
  std::uint64_t most_timestamps = 0;    ///< in one record
  Duration longest_gate{};              ///< of `gated_total`
};

/// While a load is held the reference is read that often.
inline constexpr Seconds kReferenceReadingPeriod{1};

/// Of an error calculator that is part of a reference standard.
struct ErrorCalculatorCapabilities {
  std::uint64_t most_pulses = 0;  ///< of the meter in one comparison
};

/// What a temperature chamber reaches, as its station file tells.
struct ChamberCapabilities {
  Temperature coldest{};
  Temperature warmest{};
  double typical_rate_k_per_min = 0;  ///< for expected times
  bool body_sensor = false;
};

/// What a reference standard can measure of a waveform, as its station file tells: models of one driver
/// differ.
struct ReferenceCapabilities {
  bool direct_current = false;  ///< it takes in the constant part of a current
  Voltage peak_voltage{};       ///< most at any instant; 0: not stated
  Current peak_current{};       ///< the same of a current
};

/// Which power a reference standard forms of two circuits.
enum class ReferenceDefinition { two_element, element_sum, series };
[[nodiscard]] constexpr std::string_view to_text(ReferenceDefinition d) {
  if (d == ReferenceDefinition::two_element) return "two_element";
  return d == ReferenceDefinition::element_sum ? "element_sum" : "series";
}

}  // namespace meterbench
