// Percent error of a meter's maximum demand under a steady load against the reference's mean power.
#pragma once

#include "bench/core/quantity.h"
#include "bench/measurement/window.h"
#include "bench/model/budget.h"

namespace meterbench {

/// What was seen of one meter.
struct DemandComparison {
  ActivePower demand{};     ///< the meter's maximum
  ActivePower reference{};  ///< mean of the reference's readings, by its own definition
  double circuit_factor = 1;
  Ratio reference_error{};  ///< e_ref of the certificate at this load
  Ratio isolation_error{};  ///< e_iso of the position
};

/// e = D·F·(1 + e_ref)/(|P|·(1 + e_iso)) − 1, that of energy_error() over the length of the interval.
/// `reference` must not be 0.
[[nodiscard]] Ratio demand_error(const DemandComparison& c);

/// The budget of a demand over `interval`, above 0, of a meter under `conditions` (whose counting method and
/// pulses do not count here): what any comparison with readings of the reference has over that time; the
/// boundary, since a part of a pulse is cut off at either end of the interval, 1/(N√6) with N = P·T/Kt; the
/// demand's own resolution Kt·60/T (type-approval.md 8), cut off or rounded: rectangular; and `unsteadiness`,
/// half the spread of the load from one interval to another, since nobody knows which one is the greatest.
[[nodiscard]] Budget demand_budget(WindowConditions conditions, Seconds interval, Ratio unsteadiness);

}  // namespace meterbench
