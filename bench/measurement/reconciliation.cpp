#include "bench/measurement/reconciliation.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace meterbench {

bool Reconciliation::agrees() const {
  return std::abs((by_led - account.registered).value()) <= tolerance.value();
}

Ratio Reconciliation::resolution() const {
  if (by_led.value() == 0) return Ratio{std::numeric_limits<double>::infinity()};
  return Ratio{tolerance / by_led};
}

std::string Reconciliation::text() const {
  const std::string explained =
      by_led.value() == 0 ? "" : fmt::format(", {:.2g} % of it", percent(resolution()));
  return fmt::format(
      "{} LED pulses of {:.6g} Wh are {:.8g} Wh, the register advanced by {:.8g} Wh; their resolution "
      "explains {:.6g} Wh{}",
      account.led_pulses, watt_hours(account.kt), watt_hours(by_led), watt_hours(account.registered),
      watt_hours(tolerance), explained);
}

Reconciliation reconcile(const EnergyAccount& account) {
  return {account, static_cast<double>(account.led_pulses) * account.kt,
          static_cast<double>(account.stretches + account.either_way) * account.kt + account.step};
}

}  // namespace meterbench
