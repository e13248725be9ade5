#include "drivers/virtual_lab/world/thermal_body.h"

#include "drivers/virtual_lab/world/thermal_lag.h"

namespace meterbench::virtual_lab {

ThermalBody::ThermalBody(double time_constant_s) : share_{share_in_a_second(time_constant_s)} {}

void ThermalBody::follow(Instant t, Temperature air) {
  const std::int64_t now = whole_seconds(t);
  if (!second_) {
    second_ = now;
    temperature_ = air;
  }
  for (; *second_ < now; ++*second_) temperature_ = temperature_ + share_ * (air - temperature_);
}

}  // namespace meterbench::virtual_lab
