#pragma once

#include <optional>

#include "bench/core/quantity.h"

namespace meterbench {

/// What a station brings into every budget; each figure has its origin in the station file.
struct StationUncertainty {
  Ratio reference_drift{};                         ///< ± half-width since the certificate
  Ratio reference_linearity{};                     ///< ± half-width between ranges and certified points
  double reference_temperature_percent_per_k = 0;  ///< ± half-width of its coefficient; 0: not stated
  TemperatureDifference reference_temperature{};   ///< ± of the room about that of the certificate
  /// ± half-width under a load with harmonics, beyond its certificate, which is for sine; none: not stated.
  std::optional<Ratio> reference_harmonics{};
  Seconds pickup_jitter{};       ///< standard deviation of one edge
  Ratio repeatability{};         ///< pooled standard deviation of one window, beyond scan and jitter
  double repeatability_dof = 0;  ///< of the pooled value; at least 1 where repeatability is not 0
  Ratio reading_noise{};         ///< standard deviation of one reading of the reference's power
  Seconds meter_delay_limit{};   ///< d: an unknown delay of 0 … d times the power ramp
  Ratio source_distortion{};  ///< ± half-width of what harmonics and offset of a sine leave; 0: not stated
  TemperatureDifference thermometer{};  ///< ± of a meter's temperature as the chamber tells it
  TemperatureDifference room{};         ///< ± of a meter's temperature where no chamber tells it
  /// Between two errors of the reference at loads of other range, voltage, frequency, power factor or
  /// waveform: −1 … 1. The same of a position's. 0: not stated, taken as independent.
  double reference_correlation = 0;
  double isolation_correlation = 0;
};

/// How far what a source is set to may lie from the truth, half-widths.
struct SourceAccuracy {
  Ratio power{};      ///< at power factor 1; 0: nothing is stated
  Angle angle{};      ///< of current against voltage; weighs by the reactive power
  Ratio stability{};  ///< of the power, from one time to another at the same settings; 0: not stated

  [[nodiscard]] bool stated() const { return power.value() > 0; }
};

}  // namespace meterbench
