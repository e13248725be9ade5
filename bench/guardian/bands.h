// Whether what is measured lies where it was set.
#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/station/chamber.h"
#include "bench/station/reference_standard.h"

namespace meterbench {

/// Nothing when frequency, voltage, current and angle of each circuit lie within 0.5 % (angle: 5 mrad) of the
/// set point and channels set to zero carry no more than 0.5 % of the largest set value, else a sentence that
/// names the first which does not, its figure and the set point. Of a waveform the rms of all orders counts,
/// and instead of the angle the active power, within 0.5 % of the apparent. Of bursts both are means over
/// time, and may be further off by what one burst too many or too few in half a second makes. No sum of
/// circuits is looked at.
[[nodiscard]] std::optional<std::string> out_of_band(const LoadPoint& set_point,
                                                     const ReferenceReading& reading);

struct TemperatureBand {
  Temperature middle{};
  TemperatureDifference half_width{};
};

/// `the air is at 25.31 °C, the band is 23 °C ± 2 K`; nothing when `seen` lies within.
[[nodiscard]] std::optional<std::string> out_of_band(const TemperatureBand& band, std::string_view what,
                                                     Temperature seen);
/// Of the air, then of the body where there is a sensor on it.
[[nodiscard]] std::optional<std::string> out_of_band(const TemperatureBand& band,
                                                     const ChamberReading& reading);

}  // namespace meterbench
