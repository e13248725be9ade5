// What a meter registers of two circuits whose powers cancel. There is nothing that it could be a percentage
// of, so the measure is the energy of the same currents in series over the same time.
#pragma once

#include <cstdint>

#include "bench/core/quantity.h"
#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/station_uncertainty.h"

namespace meterbench {

/// All that decides a residual and its uncertainty. Kt, power and gate are above 0.
struct ResidualConditions {
  ActiveEnergy kt{};
  ActivePower series_power{};  ///< that the meter would see with the circuits in series
  Seconds gate{};              ///< T, at any instant: no LED edge opens or ends it
  double readings = 1;         ///< of the reference within the gate
  Calibration::Value reference;
  Calibration::Value isolation{};
  StationUncertainty station;
};

/// The shortest gate in which one LED pulse is at most a third of `limit` (of the energy in series), and at
/// least a minute.
[[nodiscard]] Seconds residual_gate(ActiveEnergy kt, ActivePower series_power, Ratio limit);

/// r = (N·Kt − |E_ref|)/(P_series·T), E_ref what the reference formed of the same circuits within the gate.
[[nodiscard]] Ratio residual(std::uint64_t pulses, ActiveEnergy reference_energy,
                             const ResidualConditions& c);

/// In percent of the energy in series:
/// - LED pulse resolution Kt/(P_series·T·√6), the gate cuts a pulse at both ends;
/// - reference readings s_r/√n, the noise of a reading taken as a share of the power in series;
/// - repeatability of the station; its reference under a load with harmonics, where that is stated;
/// - what reference and position do to the difference of two equal powers. Their errors are known of the sum,
///   e = (e1 + e2)/2, while the difference takes (e1 − e2)/2. With e1 and e2 independent both have the same
///   variance, u² = (u1² + u2²)/4; what the circuits share, a common standard say, only makes it smaller. A
///   certified e that is not 0 may come from either circuit alone, so the difference lies within ±e:
///   rectangular e/√3 beside the certified u.
[[nodiscard]] Budget residual_budget(const ResidualConditions& c);

}  // namespace meterbench
