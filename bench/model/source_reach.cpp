#include "bench/model/source_reach.h"

#include <numbers>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

/// A peak at the very limit is within.
constexpr double kRounding = 1 + 1e-9;

Voltage peak_voltage(const SourceCapabilities& can) {
  return can.peak_voltage > Voltage{} ? can.peak_voltage : can.maximum_voltage * std::numbers::sqrt2;
}
Current peak_current(const SourceCapabilities& can) {
  return can.peak_current > Current{} ? can.peak_current : can.maximum_current * std::numbers::sqrt2;
}

}  // namespace

std::optional<std::string> beyond_shape(const SourceCapabilities& can, const LoadPoint& point) {
  const Waveform& waveform = point.waveform;
  if (waveform.sine()) return std::nullopt;
  if (const int highest = waveform.highest_order(), most = can.highest_harmonic_of(point.frequency);
      highest > most)
    return can.highest_harmonic == 1
               ? fmt::format("waveform {} has harmonics; the source gives sines alone", waveform.name)
               : fmt::format("waveform {} has harmonics up to order {}; the source gives up to {}",
                             waveform.name, highest, most);
  if (waveform.has_direct_current() && !can.direct_current)
    return fmt::format("waveform {} has direct current; the source gives none", waveform.name);
  if (waveform.at(0).voltage != Ratio{})
    return fmt::format("waveform {} has direct voltage; no source gives any", waveform.name);
  if (waveform.burst.any() && !can.bursts)
    return fmt::format("waveform {} has bursts; the source gives none", waveform.name);
  const double voltage_peak = waveform.voltage_peak() * std::numbers::sqrt2;
  const double current_peak = waveform.current_peak() * std::numbers::sqrt2;
  for (std::size_t i = 0; i < point.circuits.size(); ++i) {
    const Voltage volts = point.circuits[i].voltage * voltage_peak;
    const Current amperes = point.circuits[i].current * current_peak;
    if (volts > peak_voltage(can) * kRounding || amperes > peak_current(can) * kRounding)
      return fmt::format("circuit {}: waveform {} has peaks of {} and {}; the source gives {} and {}", i + 1,
                         waveform.name, to_text(volts), to_text(amperes), to_text(peak_voltage(can)),
                         to_text(peak_current(can)));
  }
  return std::nullopt;
}

}  // namespace meterbench
