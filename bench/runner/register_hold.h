// Passes stand on the LED; the meter is read by its registers. What it takes to tell that both are the same.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/load_watch.h"
#include "bench/ledger/ledger.h"
#include "bench/model/energy_flow.h"
#include "bench/planner/plan.h"
#include "bench/runner/bench_load.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/finding.h"
#include "bench/runner/run_control.h"

namespace meterbench {

/// The registers are to resolve that much of the energy: twice as much cannot hide, and one LED pulse that is
/// doubled in 800 is more than that.
inline constexpr Ratio kRegisterResolution{0.0006};
/// So many pulses of a meter are seen one by one, at its points and under its holds: a defect that comes as
/// often as what the registers resolve shows there, though another makes up for it in the register.
inline constexpr std::uint64_t kPulsesSeen = 1667;
/// No load is held longer for that. made
inline constexpr Seconds kLongestRegisterHold{3600};

/// The registers that passes stand on, by position.
using FlowsToProve = std::map<std::string, std::set<EnergyFlow>>;
/// By the last attempts of `records`. A residual stands on the register of its circuits in series.
[[nodiscard]] FlowsToProve flows_to_prove(const Plan& plan, const std::vector<PointRecord>& records);

/// A load that is held for nothing but one register.
struct RegisterHold {
  EnergyFlow flow{};
  LoadPoint load;   ///< the strongest of that flow that a pass was measured at
  Current current;  ///< of it, for people
  /// Until all registers of that flow resolve enough, and enough pulses are seen one by one, of meters that
  /// can within kLongestRegisterHold.
  Seconds time{};
  int parts = 1;  ///< with the load off between, where a counter has no gate for the whole
  /// Positions whose counter does not see each pulse while it counts them: watch_leds() is for those.
  std::vector<std::string> unseen{};
};
/// What is missing by the books; the load is off. Empty when nothing is.
[[nodiscard]] std::vector<RegisterHold> plan_register_holds(const Station& station, const Plan& plan,
                                                            const std::vector<PointRecord>& records,
                                                            const EnergyBooks& books);

struct RegisterHoldEnd {
  std::vector<Finding> findings;
  std::map<std::string, std::uint64_t> seen{};  ///< pulses that were seen one by one, by position
  std::optional<std::string> skipped_by{};
};
/// Holds one part of it. Any odd interval between the pulses of a meter is a `void`: a pass must not stand on
/// an LED that loses or doubles pulses. The source is left as it is. Waits.
[[nodiscard]] Result<RegisterHoldEnd> hold_for_registers(Station& station, const Plan& plan,
                                                         const RegisterHold& hold, BenchLoad& load,
                                                         const HoldConditions& conditions,
                                                         RunControl* control);

/// Under the same load, before it is held: stamps the pulses of each of `hold.unseen`, one position after
/// another. Waits.
[[nodiscard]] Result<RegisterHoldEnd> watch_leds(Station& station, const Plan& plan, const RegisterHold& hold,
                                                 BenchLoad& load, const HoldConditions& conditions,
                                                 RunControl* control);

/// What is known of the LEDs of `to_prove` in the end: where fewer than kPulsesSeen were seen one by one, or
/// intervals at points were odd, more than one in kPulsesSeen, there is no pass. `seen`: under holds.
[[nodiscard]] std::vector<Finding> judge_leds(const Plan& plan, const FlowsToProve& to_prove,
                                              const std::vector<PointRecord>& records,
                                              const std::map<std::string, std::uint64_t>& seen);

/// What the books come to in the end, the load off: `reconciled` or `unreconciled` for each of `to_prove`.
/// Where a register is not compared well enough `no_pass`. Where the scenario waives it: `doubt`, whatever
/// came out.
[[nodiscard]] std::vector<Finding> judge_registers(const Plan& plan, const FlowsToProve& to_prove,
                                                   const EnergyBooks& books);

}  // namespace meterbench
