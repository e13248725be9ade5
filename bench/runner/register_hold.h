// A load that is held for nothing but the account of LEDs and registers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/load_watch.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/finding.h"
#include "bench/runner/load_period.h"
#include "bench/runner/run_control.h"

namespace meterbench {

/// The registers are to resolve that much of the energy: a difference of twice as much cannot hide in it.
inline constexpr Ratio kRegisterResolution{0.001};
/// No load is held longer for that, nor longer than the points of the plan take. made
inline constexpr Seconds kLongestRegisterHold{1800};

struct RegisterHold {
  const PlannedPoint* point = nullptr;  ///< its load is held: the strongest that an error was measured at
  Seconds time{};                       ///< until all registers resolve enough; 0: they do
};
/// `records`: all attempts so far. `open`: the period under way, null where there is none.
[[nodiscard]] RegisterHold plan_register_hold(const Plan& plan, const std::vector<PointRecord>& records,
                                              const EnergyBooks& books, const LoadPeriod* open);

struct RegisterHoldEnd {
  std::vector<Finding> findings;
  std::optional<std::string> skipped_by;
};
/// Holds it. Any odd interval between the pulses of a meter is a `void`: a pass must not stand on an LED that
/// loses or doubles pulses. The source is left as it is. Waits.
[[nodiscard]] Result<RegisterHoldEnd> hold_for_registers(Station& station, const Plan& plan,
                                                         const RegisterHold& hold, LoadPeriod& period,
                                                         const HoldConditions& conditions,
                                                         RunControl* control);

}  // namespace meterbench
