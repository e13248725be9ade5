#include "bench/guardian/bands.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

constexpr double kBand = 0.005;       // of voltage, current and frequency
constexpr double kAngleBand = 0.005;  // rad

/// Written so that NaN is not within.
template <class Kind>
bool within(Quantity<Kind> seen, Quantity<Kind> wanted, Quantity<Kind> scale) {
  return std::abs((seen - wanted).value()) <= kBand * scale.value();
}

}  // namespace

std::optional<std::string> out_of_band(const LoadPoint& set_point, const ReferenceReading& reading) {
  if (!within(reading.frequency, set_point.frequency, set_point.frequency))
    return fmt::format("the reference reads {:.4f} Hz, the set point is {}", reading.frequency.value(),
                       to_text(set_point.frequency));
  // A channel at zero has no percentage of its own: it is held against the largest set value.
  Voltage most_voltage;
  Current most_current;
  for (const CircuitLoad& set : set_point.circuits) {
    most_voltage = std::max(most_voltage, set.voltage);
    most_current = std::max(most_current, set.current);
  }
  for (std::size_t i = 0; i < set_point.circuits.size(); ++i) {
    const CircuitLoad& set = set_point.circuits[i];
    const CircuitReading& seen = reading.circuits[i];
    if (!within(seen.voltage, set.voltage, set.voltage.value() == 0 ? most_voltage : set.voltage))
      return fmt::format("circuit {}: the reference reads {:.4f} V, the set point is {}", i + 1,
                         seen.voltage.value(), to_text(set.voltage));
    if (!within(seen.current, set.current, set.current.value() == 0 ? most_current : set.current))
      return fmt::format("circuit {}: the reference reads {:.5f} A, the set point is {}", i + 1,
                         seen.current.value(), to_text(set.current));
    if (set.voltage.value() == 0 || set.current.value() == 0) continue;
    const Angle wanted = wrapped(set.voltage_phase - set_point.current_phase(i));
    const Angle lag{std::atan2(seen.reactive.value(), seen.active.value())};
    if (!(std::abs(wrapped(lag - wanted).value()) <= kAngleBand))
      return fmt::format("circuit {}: by the reference the current lags {:.3f}°, the set point is {:.3f}°",
                         i + 1, degrees(lag), degrees(wanted));
  }
  return std::nullopt;
}

std::optional<std::string> out_of_band(const TemperatureBand& band, std::string_view what, Temperature seen) {
  // Written so that NaN is not within.
  if (std::abs((seen - band.middle).value()) <= band.half_width.value()) return std::nullopt;
  return fmt::format("the {} is at {:.2f} °C, the band is {} ± {}", what, seen.value(), to_text(band.middle),
                     to_text(band.half_width));
}

std::optional<std::string> out_of_band(const TemperatureBand& band, const ChamberReading& reading) {
  if (auto wrong = out_of_band(band, "air", reading.air)) return wrong;
  return reading.body ? out_of_band(band, "meter's body", *reading.body) : std::nullopt;
}

}  // namespace meterbench
