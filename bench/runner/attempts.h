// Points that are measured more than once: when, and what all attempts come to together.
#pragma once

#include <optional>
#include <vector>

#include "bench/ledger/ledger.h"
#include "bench/model/decision_rule.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// What `now` comes to after the earlier attempts at its point and position. By n of m its decision is that
/// of all attempts (event `n_of_m`); without it no pass follows a measured fail (`measured_fail`). By ISO
/// 10576-1 a second attempt at a result near a limit decides on the mean of both, which is a computation of
/// its own: it is the second of the records then.
[[nodiscard]] std::vector<PointRecord> settle(const Scenario& scenario,
                                              const std::vector<PointRecord>& earlier, PointRecord now);

/// What is to be measured once more of a point, for those meters alone that ask for it, as the scenario has
/// it (n of m, second stage, inconclusive points). And by the two-stage rule of sampling: a meter that
/// scatters more than the pooled repeatability explains is counted a second time, in so many windows as its
/// scatter in the first stage asks for; what they scatter then counts. Nothing: no more. Points that a fault,
/// a stop or a person ended ask for nothing. `records`: all attempts so far.
[[nodiscard]] std::optional<PlannedPoint> once_more(const Scenario& scenario, const PlannedPoint& point,
                                                    const std::vector<PointRecord>& records);

}  // namespace meterbench
