#pragma once

#include <cstdint>
#include <optional>

#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// Something in the air that follows its temperature with a first-order lag: once a second of lab time,
/// however the time is cut. It begins at the temperature of the air.
class ThermalBody {
 public:
  explicit ThermalBody(double time_constant_s);

  /// The air has `air` at `t`, which never goes back.
  void follow(Instant t, Temperature air);
  /// 23 °C before it has been in any air.
  [[nodiscard]] Temperature temperature() const { return temperature_; }

 private:
  double share_;  // of the distance that is covered in a second
  std::optional<std::int64_t> second_;
  Temperature temperature_{23};
};

}  // namespace meterbench::virtual_lab
