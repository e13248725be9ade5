// One attempt at one point: load, hold, count, compute.
#pragma once

#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/load_watch.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/observer.h"
#include "bench/station/station.h"

namespace meterbench {

struct PointAttempt {
  std::vector<PointRecord>
      records;                 ///< one a position, in the order of `positions`; whole even after a fault
  std::optional<Fault> fault;  ///< of the bench; the source must go off
};

/// Puts the load of `point` on the station and compares each position's LED with the reference. The source is
/// left as it is. `positions` as in Runner::run; `doubts` make the basis of every decision unverified; the
/// load is held under `hold`.
[[nodiscard]] PointAttempt run_point(Station& station, const Plan& plan, std::size_t index,
                                     const std::vector<std::size_t>& positions,
                                     const std::vector<std::string>& doubts, RunObserver& observer,
                                     const HoldConditions& hold = {});

}  // namespace meterbench
