#pragma once

#include <optional>

#include "bench/core/quantity.h"

namespace meterbench {

/// What a station brings into every budget; each figure has its origin in the station file.
struct StationUncertainty {
  Ratio reference_drift{};      ///< ± half-width since the certificate
  Ratio reference_linearity{};  ///< ± half-width between ranges and certified points
  /// ± half-width under a load with harmonics, beyond its certificate, which is for sine; none: not stated.
  std::optional<Ratio> reference_harmonics{};
  Seconds pickup_jitter{};       ///< standard deviation of one edge
  Ratio repeatability{};         ///< pooled standard deviation of one window, beyond scan and jitter
  double repeatability_dof = 0;  ///< of the pooled value; at least 1 where repeatability is not 0
  Ratio reading_noise{};         ///< standard deviation of one reading of the reference's power
  Seconds meter_delay_limit{};   ///< d: an unknown delay of 0 … d times the power ramp
};

}  // namespace meterbench
