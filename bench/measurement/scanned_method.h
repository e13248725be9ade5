// The `scanned` method: an edge lies between two scans, its reference count is interpolated between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/core/time.h"
#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/edge.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// All that decides the uncertainty of one window. Power, energies, scan period and circuit factor are above
/// 0.
struct ScannedConditions {
  Duration scan_period{};  ///< τ
  ActiveEnergy kt{};
  ActivePower power{};                  ///< absolute value of what the meter sees
  ActiveEnergy reference_pulse{};       ///< c_ref
  double circuit_factor = 1;            ///< F
  Calibration::Value reference;         ///< certificate at this load
  double power_ramp_percent_per_s = 0;  ///< s, measured in the run (0 when planning)
  StationUncertainty station;
};

/// T = N·Kt/P. (The reference sees F·P, and counts F·N·Kt in that time.)
[[nodiscard]] Seconds window_time(const ScannedConditions& conditions, std::uint64_t pulses);

/// The budget of a window of `pulses` pulses: reference (certificate, drift, linearity), scan period τ/(T√6),
/// resolution 1/(M√6), pickup jitter √2·t_j/T, meter delay under the ramp, repeatability.
[[nodiscard]] Budget scanned_budget(const ScannedConditions& conditions, std::uint64_t pulses);

/// The expanded uncertainty that remains however long the window is: the floor of the station.
[[nodiscard]] Ratio smallest_uncertainty(const ScannedConditions& conditions);

/// The least N whose budget meets `target` (expanded) and whose window lasts at least `shortest`. Where no
/// window of up to a day does: the floor, or what a day would reach where that is more.
[[nodiscard]] tl::expected<std::uint64_t, Ratio> pulses_for(const ScannedConditions& conditions, Ratio target,
                                                            Seconds shortest);

/// Errors of the consecutive parts of a window (at least 2 parts of whole pulses, at most `parts`), for the
/// check of repeatability: `edges` has N + 1 entries. Empty when N < 2. A part without reference counts has
/// no error: NaN.
[[nodiscard]] std::vector<Ratio> partial_errors(std::span<const Edge> edges,
                                                const ScannedConditions& conditions, std::size_t parts);

/// Whether the spread of `errors` (parts of one window of N pulses) agrees with what scan, jitter and pooled
/// repeatability predict for such parts: χ² at 99.9 %. Always true for fewer than 2. NaN never agrees.
[[nodiscard]] bool spread_as_expected(std::span<const Ratio> errors, const ScannedConditions& conditions,
                                      std::uint64_t pulses);

}  // namespace meterbench
