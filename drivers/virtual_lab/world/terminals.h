// What stands on the terminals of the bench: phasors of a fundamental and of its harmonics.
#pragma once

#include <algorithm>
#include <array>
#include <complex>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/core/time.h"
#include "bench/model/load_point.h"

namespace meterbench::virtual_lab {

/// rms, angle lead-positive from the common origin, at its own frequency; V or A. The wave of the phasor X of
/// order n is √2·|X|·sin(n·ωt + arg X); of order 0 it is X, which is real.
using Phasor = std::complex<double>;
using Phasors = std::array<Phasor, LoadPoint::kCircuits>;

[[nodiscard]] inline bool none(const Phasors& phasors) {
  return std::ranges::all_of(phasors, [](const Phasor& phasor) { return phasor == Phasor{}; });
}

/// All channels at a multiple of the frequency.
struct HarmonicPhasors {
  int order = 0;  ///< 0 or 2…
  Phasors voltage{};
  Phasors current{};

  [[nodiscard]] bool dark() const { return none(voltage) && none(current); }
};

/// What is on the terminals of a source with two voltage and two current channels.
struct Terminals {
  Frequency frequency{60};
  Phasors voltage{};
  Phasors current{};
  std::vector<HarmonicPhasors> harmonics{};  ///< in rising order, each once; empty: a sine
  /// When the common origin, ωt = 0, was passed: once, and so in every period from then on and before.
  Instant origin{};
  double voltage_left =
      1;          ///< share of its voltages that a dip leaves; what is on the terminals has it in it
  Burst burst{};  ///< in which the currents flow; what is on the terminals while they do not has none

  /// No voltage and no current at all.
  [[nodiscard]] bool dark() const;
  void take_currents_away();
  /// Of every voltage, once.
  void leave_of_voltages(double share);
  /// Periods that have passed from the origin to `time_s` of the world.
  [[nodiscard]] double periods_until(double time_s) const;
};

/// Calls `visit(order, voltage, current)` for the fundamental and for each harmonic.
template <class AnyTerminals, class Visit>
void for_each_order(AnyTerminals& terminals, Visit visit) {
  visit(1, terminals.voltage, terminals.current);
  for (auto& harmonic : terminals.harmonics) visit(harmonic.order, harmonic.voltage, harmonic.current);
}

/// Scales all currents by `gain` and lets them lead by `lead`, which is a time: at a harmonic the angle is as
/// many times larger as its order.
void turn_currents(Terminals& terminals, double gain, Angle lead);

/// Scales the current of the first circuit by 1 + `difference`, that of the second by 1 − `difference`.
void part_currents(Terminals& terminals, double difference);

/// What a source without any error puts on.
[[nodiscard]] Terminals terminals_of(const LoadPoint& point);

}  // namespace meterbench::virtual_lab
