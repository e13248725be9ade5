#pragma once

#include <string>

namespace meterbench::virtual_lab {

/// What stands in front of a meter sees of it besides edges.
class Light {
 public:
  virtual ~Light() = default;
  /// Of the test LED when lit, in percent of the photodiode's range.
  [[nodiscard]] virtual double level_percent() const = 0;
  /// Of the ambient light at twice the line frequency, peak, in percent of the range.
  [[nodiscard]] virtual double flicker_percent() const = 0;
  /// The LED goes dark for a pulse.
  [[nodiscard]] virtual bool inverted() const = 0;
  /// UTF-8; empty when the display is dark.
  [[nodiscard]] virtual std::string display() const = 0;
};

}  // namespace meterbench::virtual_lab
