#include "bench/station/power_source.h"

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {

std::string_view to_text(OutputState state) {
  switch (state) {
    case OutputState::off: return "off";
    case OutputState::ramp: return "ramp";
    case OutputState::on: return "on";
    case OutputState::trip: return "trip";
  }
  return "unknown";
}

void PowerSource::start_set_limits(const SourceLimits& limits, Done<void> done) {
  const SourceCapabilities can = capabilities();
  // Written so that NaN fails too.
  if (!(limits.voltage > Voltage{} && limits.voltage <= can.maximum_voltage) ||
      !(limits.current > Current{} && limits.current <= can.maximum_current)) {
    done(fault(
        Errc::out_of_range, "source", "set limits",
        fmt::format("limits {} and {} are outside the source's {} and {}", to_text(limits.voltage),
                    to_text(limits.current), to_text(can.maximum_voltage), to_text(can.maximum_current))));
    return;
  }
  limits_ = SourceLimits{};
  do_set_limits(limits, [this, limits, done = std::move(done)](Result<void> set) {
    if (set) limits_ = limits;
    done(std::move(set));
  });
}

void PowerSource::start_apply(const LoadPoint& point, Done<void> done) {
  const auto refuse = [&](Errc code, std::string why) {
    done(fault(code, "source", "apply load point", std::move(why)));
  };
  if (limits_.voltage == Voltage{}) return refuse(Errc::refused, "hardware limits must be set first");
  const SourceCapabilities can = capabilities();
  if (!(point.frequency >= can.minimum_frequency && point.frequency <= can.maximum_frequency))
    return refuse(Errc::out_of_range,
                  fmt::format("{} is outside {} to {}", to_text(point.frequency),
                              to_text(can.minimum_frequency), to_text(can.maximum_frequency)));
  if (point.waveform) return refuse(Errc::out_of_range, "this source has the sine wave only");
  for (std::size_t i = 0; i < point.circuits.size(); ++i) {
    const CircuitLoad& load = point.circuits[i];
    if (!(load.voltage >= Voltage{} && load.voltage <= limits_.voltage) ||
        !(load.current >= Current{} && load.current <= limits_.current))
      return refuse(Errc::out_of_range, fmt::format("circuit {}: {} and {} are beyond the limits {} and {}",
                                                    i + 1, to_text(load.voltage), to_text(load.current),
                                                    to_text(limits_.voltage), to_text(limits_.current)));
    if (!std::isfinite(load.voltage_phase.value()) || !std::isfinite(load.lag.value()))
      return refuse(Errc::out_of_range, fmt::format("circuit {}: an angle is not a number", i + 1));
    if (static_cast<int>(i) >= can.circuits && (load.voltage.value() != 0 || load.current.value() != 0))
      return refuse(Errc::out_of_range, fmt::format("the source has no circuit {}", i + 1));
  }
  do_apply(point, std::move(done));
}

}  // namespace meterbench
