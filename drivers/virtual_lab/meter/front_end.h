// The analog front end as its designer drew it: what the factory calibration reckons with. All figures are
// ours (made). What a single meter has beyond that is in VirtualMeter::Imperfections.
#pragma once

#include <complex>

#include "bench/model/meter_type.h"

namespace meterbench::virtual_lab::front_end {

/// Full scale is 415 V rms.
inline constexpr double kVoltsPerCount = 70e-6;
/// Full scale is about 1.48 times the class current (296 A rms at CL200).
[[nodiscard]] double amperes_per_count(const MeterType& type);
/// 24 bits.
inline constexpr double kGreatestCount = 8388607;

/// What the current channel does to a current of `frequency`: it has one RC pole more than the voltage
/// channel, where it lags 12 arcmin at 60 Hz.
[[nodiscard]] std::complex<double> current_response(Frequency frequency);

}  // namespace meterbench::virtual_lab::front_end
