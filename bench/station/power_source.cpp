#include "bench/station/power_source.h"

#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {

namespace {

/// How many times a channel's rms is that of its fundamental.
double distortion(const Waveform& waveform, Ratio Harmonic::*share) {
  double square = 1;
  for (const Harmonic& harmonic : waveform.harmonics)
    square += (harmonic.*share).value() * (harmonic.*share).value();
  return std::sqrt(square);
}

/// Why a source of these capabilities cannot put `waveform` on; empty: it can.
std::string why_not(const Waveform& waveform, const SourceCapabilities& can) {
  int before = 1;
  for (const Harmonic& harmonic : waveform.harmonics) {
    if (harmonic.order <= before) return "its harmonics do not rise from 2";
    before = harmonic.order;
    if (!(harmonic.voltage >= Ratio{} && harmonic.current >= Ratio{}) ||
        !std::isfinite(harmonic.voltage_phase.value()) || !std::isfinite(harmonic.current_phase.value()))
      return fmt::format("its harmonic {} is not a number", harmonic.order);
  }
  if (waveform.highest_order() <= can.highest_harmonic) return {};
  if (can.highest_harmonic == 1) return "this source has the sine alone";
  return fmt::format("it reaches to harmonic {}, the source to {}", waveform.highest_order(),
                     can.highest_harmonic);
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
  if (const std::string reason = why_not(point.waveform, can); !reason.empty())
    return refuse(Errc::out_of_range, fmt::format("waveform {}: {}", point.waveform.name, reason));
  const double voltage_factor = distortion(point.waveform, &Harmonic::voltage);
  const double current_factor = distortion(point.waveform, &Harmonic::current);
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
  do_apply(point, std::move(done));
}

}  // namespace meterbench
