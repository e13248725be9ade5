// One window of whole LED pulses against the reference, by each of the counting methods, and what its
// uncertainty is made of:
// - scanned: edges and reference pulses are latched by one scan of period τ;
// - timestamps: edges are timed, the reference's energy is the mean of its power readings over that time;
// - gated_total: edges are counted within a gate, energy as above;
// - error_calculator: the reference itself counts its pulses from edge to edge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/core/time.h"
#include "bench/measurement/components.h"
#include "bench/measurement/energy_error.h"
#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/edge.h"
#include "bench/model/station_uncertainty.h"
#include "bench/model/waveform.h"

namespace meterbench {

/// All that decides the uncertainty of one window. Power, Kt and circuit factor are above 0, and so is what
/// the method needs.
struct WindowConditions {
  CountingMethod method = CountingMethod::scanned;
  ActiveEnergy kt{};
  ActivePower power{};                  ///< absolute value of what the meter sees
  double circuit_factor = 1;            ///< F
  Calibration::Value reference;         ///< certificate at this load
  Calibration::Value isolation{};       ///< burden and isolation of the position at this load
  Calibration::Value standard{};        ///< certificate of the standard in the meter's place
  Waveform waveform{};                  ///< of the load
  Frequency frequency{};                ///< of the load; bursts
  double power_ramp_percent_per_s = 0;  ///< s, measured in the run (0 when planning)
  StationUncertainty station;
  InfluenceCoefficients influences{};  ///< of the meter
  Deviation deviation{};               ///< of the load that stood there, measured in the run
  double windows = 1;                  ///< that the pulses are taken in, one after the other

  ActiveEnergy reference_pulse{};  ///< c_ref; `scanned`, `error_calculator`
  Duration scan_period{};          ///< τ; `scanned`
  Seconds stamp_resolution{};      ///< half-width; `timestamps`
  Ratio time_base{};               ///< half-width, of the counter's clock; `timestamps`, `gated_total`
  Seconds reading_period{};        ///< time from one reading of the reference to the next; the same two
  ActiveEnergy register_step{};    ///< of the register whose error is asked; 0: the error is the LED's
};

/// Whether the reference's energy comes from readings of its power, not from its pulses.
[[nodiscard]] constexpr bool by_readings(CountingMethod method) {
  return method == CountingMethod::timestamps || method == CountingMethod::gated_total;
}

/// T = N·Kt/P. (The reference sees F·P, and counts F·N·Kt in that time.)
[[nodiscard]] Seconds window_time(const WindowConditions& conditions, std::uint64_t pulses);

/// The budget of a window of `pulses` pulses. Always: reference_components(), meter delay under the ramp,
/// repeatability; where they are stated the source's distortion, the position's burden and isolation, the
/// certificate of a standard in the meter's place, and what deviations from the load do by the meter's
/// coefficients. By method: scan
/// period τ/(T√6); reference pulse resolution 1/(M√6); pickup jitter √2·t_j/T; time stamp resolution
/// √2·r/(T√3); time base b/√3; reference readings s_r/√n over the n = T/(reading period) readings within T;
/// LED pulse resolution 1/(N√6) where a gate cuts pulses off. Under bursts: bursts(). Of a register, which is
/// compared with the LED from before the load until after it, N pulses at least: LED pulse resolution as
/// there, and the register's own, step/(N·Kt·√6), since it is cut off to its step at both readings.
[[nodiscard]] Budget window_budget(const WindowConditions& conditions, std::uint64_t pulses);

/// The expanded uncertainty that remains however long and often is counted: the floor of the station, all of
/// type B.
[[nodiscard]] Ratio smallest_uncertainty(const WindowConditions& conditions);

/// How much is counted: so many pulses, in so many windows one after the other without a gap.
struct Sampling {
  std::uint64_t pulses = 0;  ///< of all windows together
  int windows = 1;
};
/// No target is worth more windows than that. made
inline constexpr int kMostWindows = 10;

/// The least pulses whose budget meets `target` (expanded), in windows that last `shortest` each at least:
/// the pooled repeatability is that of one such window, and counts by the root of their number. Where a day
/// of kMostWindows windows does not: what it would reach, or the floor where that is more.
[[nodiscard]] tl::expected<Sampling, Ratio> sampling_for(WindowConditions conditions, Ratio target,
                                                         Seconds shortest);

/// Standard deviation of the errors of windows, at least two.
[[nodiscard]] Ratio scatter_of(std::span<const Ratio> errors);

/// `window_budget` with the scatter that was observed, s/√n with n − 1 degrees of freedom, in the place of
/// the pooled repeatability where it is larger (JCGM 100 4.2). `errors`: of the n windows.
[[nodiscard]] Budget observed_budget(const WindowConditions& conditions, std::uint64_t pulses,
                                     std::span<const Ratio> errors);

/// Errors of the consecutive parts of a window (at least 2 parts of whole pulses, at most `parts`), for the
/// check of repeatability: `edges` has N + 1 entries, `whole` has constants and corrections. Empty when N
/// < 2. A part without reference counts has no error: NaN.
[[nodiscard]] std::vector<Ratio> partial_errors(std::span<const Edge> edges, PulseComparison whole,
                                                std::size_t parts);

/// Whether the spread of `errors` (parts of one window of N pulses) agrees with what scan, jitter and pooled
/// repeatability predict for such parts: χ² at 99.9 %. Always true for fewer than 2. NaN never agrees.
[[nodiscard]] bool spread_as_expected(std::span<const Ratio> errors, const WindowConditions& conditions,
                                      std::uint64_t pulses);

}  // namespace meterbench
