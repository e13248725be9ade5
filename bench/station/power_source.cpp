#include "bench/station/power_source.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/model/source_reach.h"

namespace meterbench {

namespace {

/// Why the orders of `waveform` are none that a load can have; empty: they are.
std::string nonsense(const Waveform& waveform) {
  int before = -1;
  for (const Harmonic& harmonic : waveform.harmonics) {
    if (harmonic.order <= before) return "its orders do not rise from 0";
    before = harmonic.order;
    if (!(harmonic.voltage >= Ratio{} && harmonic.current >= Ratio{}) ||
        !std::isfinite(harmonic.voltage_phase.value()) || !std::isfinite(harmonic.current_phase.value()))
      return fmt::format("its harmonic {} is not a number", harmonic.order);
  }
  if (waveform.burst.on < 0 || waveform.burst.off < 0 || (waveform.burst.any() && waveform.burst.on == 0))
    return "its bursts have no length";
  return {};
}

}  // namespace

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
  if (const std::string reason = nonsense(point.waveform); !reason.empty())
    return refuse(Errc::out_of_range, fmt::format("waveform {}: {}", point.waveform.name, reason));
  if (const auto reason = beyond_shape(can, point)) return refuse(Errc::out_of_range, *reason);
  const double voltage_factor = point.waveform.voltage_rms();
  const double current_factor = point.waveform.current_rms();
  for (std::size_t i = 0; i < point.circuits.size(); ++i) {
    const CircuitLoad& load = point.circuits[i];
    const Voltage voltage = load.voltage * voltage_factor;
    const Current current = load.current * current_factor;
    if (!(voltage >= Voltage{} && voltage <= limits_.voltage) ||
        !(current >= Current{} && current <= limits_.current))
      return refuse(Errc::out_of_range, fmt::format("circuit {}: {} and {} are beyond the limits {} and {}",
                                                    i + 1, to_text(voltage), to_text(current),
                                                    to_text(limits_.voltage), to_text(limits_.current)));
    if (!std::isfinite(load.voltage_phase.value()) || !std::isfinite(load.lag.value()))
      return refuse(Errc::out_of_range, fmt::format("circuit {}: an angle is not a number", i + 1));
    if (static_cast<int>(i) >= can.circuits && (load.voltage.value() != 0 || load.current.value() != 0))
      return refuse(Errc::out_of_range, fmt::format("the source has no circuit {}", i + 1));
  }
  highest_ = Voltage{};
  for (const CircuitLoad& circuit : point.circuits)
    highest_ = std::max(highest_, circuit.voltage * voltage_factor);
  do_apply(point, std::move(done));
}

void PowerSource::start_dip(const VoltageDip& dip, Done<void> done) {
  const auto refuse = [&](Errc code, std::string why) { done(fault(code, "source", "dip", std::move(why))); };
  if (!capabilities().dips) return refuse(Errc::out_of_range, "the source gives no dips");
  if (highest_ == Voltage{}) return refuse(Errc::refused, "no voltage has been applied");
  if (!(dip.voltage >= Ratio{} && dip.duration > Seconds{} && dip.times >= 1 && dip.pause >= Seconds{}) ||
      (dip.times > 1 && dip.pause == Seconds{}))
    return refuse(Errc::out_of_range, "a dip has a voltage, a length, and a pause before the next");
  if (!(highest_ * dip.highest().value() <= limits_.voltage))
    return refuse(Errc::out_of_range,
                  fmt::format("{} is beyond the limit {}", to_text(highest_ * dip.highest().value()),
                              to_text(limits_.voltage)));
  do_dip(dip, std::move(done));
}

void PowerSource::do_dip(const VoltageDip&, Done<void> done) {
  done(fault(Errc::out_of_range, "source", "dip", "this driver gives none"));
}

}  // namespace meterbench
