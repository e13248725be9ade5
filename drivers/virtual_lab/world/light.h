#pragma once

#include <string>

#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// What stands in front of a meter sees of it besides edges, and how its view can be spoilt.
class Light {
 public:
  enum class Disturbance {
    missed_pulse,  ///< the next pulse is not seen
    double_pulse,  ///< the next pulse is seen twice
    bounce,        ///< from now on each pulse begins with shorter ones
    flicker,       ///< a lamp is on from now on
    wrong_led,     ///< from now on it looks at the LED for communication
    level_drift,   ///< from now on the LED grows dimmer with its temperature
  };

  virtual ~Light() = default;
  /// Of the test LED when lit, in percent of the photodiode's range.
  [[nodiscard]] virtual double level_percent() const = 0;
  /// Of the ambient light at twice the line frequency, peak, in percent of the range.
  [[nodiscard]] virtual double flicker_percent() const = 0;
  /// The LED goes dark for a pulse.
  [[nodiscard]] virtual bool inverted() const = 0;
  /// Shorter pulses are swallowed.
  [[nodiscard]] virtual Seconds debounce() const = 0;
  virtual void set_debounce(Instant now, Seconds debounce) = 0;
  /// UTF-8; empty when the display is dark.
  [[nodiscard]] virtual std::string display() = 0;
  virtual void disturb(Instant now, Disturbance what) = 0;
};

}  // namespace meterbench::virtual_lab
