#include "bench/guardian/bands.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

constexpr double kBand = 0.005;       // of voltage, current and frequency
constexpr double kAngleBand = 0.005;  // rad
/// Where no current is set at all, less than kBand of it is none. made
constexpr Current kNoCurrentScale{0.2};

/// No reference here averages a reading over less (RD-3x; made of its simulator).
constexpr Seconds kShortestAveraging{0.5};

/// Written so that NaN is not within.
template <class Kind>
bool within(Quantity<Kind> seen, Quantity<Kind> wanted, Quantity<Kind> scale, double band = kBand) {
  return std::abs((seen - wanted).value()) <= band * scale.value();
}

/// What a reference that takes in all orders sees of one circuit at the set point.
struct Wanted {
  Voltage voltage{};  ///< rms of all orders
  Current current{};
  ActivePower active{};
};

Wanted wanted_of(const LoadPoint& set_point, std::size_t circuit) {
  const Waveform& waveform = set_point.waveform;
  ActivePower power;
  for (const int order : waveform.orders())
    power = power + ActivePower{(set_point.voltage_phasor(circuit, order) *
                                 std::conj(set_point.current_phasor(circuit, order)))
                                    .real()};
  const CircuitLoad& set = set_point.circuits.at(circuit);
  const double duty = waveform.burst.duty();
  return {set.voltage * waveform.voltage_rms(), set.current * (waveform.current_rms() * std::sqrt(duty)),
          power * duty};
}

/// Relatively, how far the mean power of bursts over one reading may lie from the mean over whole sets of
/// them: as much as one burst brings beyond the mean. The mean square of the current swings as the power.
double swing_of_bursts(const LoadPoint& set_point) {
  const Burst& burst = set_point.waveform.burst;
  if (!burst.any()) return 0;
  const double one_burst_s = burst.on / set_point.frequency.value();
  return one_burst_s * (1 - burst.duty()) / (burst.duty() * kShortestAveraging.value());
}

/// A sentence where angle or, of a waveform, active power is not as set. What a reference calls reactive
/// power is its own affair beyond the sine.
std::optional<std::string> turned(const LoadPoint& set_point, std::size_t i, const Wanted& wanted,
                                  const CircuitReading& seen) {
  if (!set_point.waveform.sine()) {
    const double apparent = (wanted.voltage * wanted.current).value();
    const double band = kBand + swing_of_bursts(set_point);
    if (std::abs((seen.active - wanted.active).value()) <= band * apparent) return std::nullopt;
    return fmt::format("circuit {}: the reference reads {:.5g} W, the set point is {:.5g} W", i + 1,
                       seen.active.value(), wanted.active.value());
  }
  const Angle angle = wrapped(set_point.circuits.at(i).voltage_phase - set_point.current_phase(i));
  const Angle lag{std::atan2(seen.reactive.value(), seen.active.value())};
  if (std::abs(wrapped(lag - angle).value()) <= kAngleBand) return std::nullopt;
  return fmt::format("circuit {}: by the reference the current lags {:.3f}°, the set point is {:.3f}°", i + 1,
                     degrees(lag), degrees(angle));
}

}  // namespace

std::optional<std::string> out_of_band(const LoadPoint& set_point, const ReferenceReading& reading) {
  if (!within(reading.frequency, set_point.frequency, set_point.frequency))
    return fmt::format("the reference reads {:.4f} Hz, the set point is {}", reading.frequency.value(),
                       to_text(set_point.frequency));
  std::array<Wanted, LoadPoint::kCircuits> all;
  // A channel at zero has no percentage of its own: it is held against the largest set value.
  Voltage most_voltage;
  Current most_current;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all.at(i) = wanted_of(set_point, i);
    most_voltage = std::max(most_voltage, all.at(i).voltage);
    most_current = std::max(most_current, all.at(i).current);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Wanted& wanted = all.at(i);
    const CircuitReading& seen = reading.circuits.at(i);
    const Current idle_scale = most_current.value() == 0 ? kNoCurrentScale : most_current;
    const bool dark = wanted.voltage.value() == 0, idle = wanted.current.value() == 0;
    if (!within(seen.voltage, wanted.voltage, dark ? most_voltage : wanted.voltage))
      return fmt::format("circuit {}: the reference reads {:.4f} V, the set point is {}", i + 1,
                         seen.voltage.value(), to_text(wanted.voltage));
    if (!within(seen.current, wanted.current, idle ? idle_scale : wanted.current,
                kBand + swing_of_bursts(set_point)))
      return fmt::format("circuit {}: the reference reads {:.5f} A, the set point is {}", i + 1,
                         seen.current.value(), to_text(wanted.current));
    if (dark || idle) continue;
    if (auto wrong = turned(set_point, i, wanted, seen)) return wrong;
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
