// Bringing the meters to a temperature: until their bodies are stable, not the air.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/guardian/interlock_keeper.h"
#include "bench/model/budget.h"
#include "bench/planner/plan.h"
#include "bench/runner/observer.h"
#include "bench/station/station.h"

namespace meterbench {

/// Standard uncertainty of what differs from one window to the next on the same bench: all components but
/// those of the reference and the counter's time base, which two errors have in common. Percent.
[[nodiscard]] double repeatability_percent(const Budget& budget);

/// Conditions the chamber to the soak's temperature and waits, the load off but for check loads, until all of
/// this holds at once:
///   - air, and body where there is a sensor on it, lie in the band, the air for at least `at_least` s;
///   - with a sensor: it has moved by less than 0.5 K in the last 30 minutes; without: the air has been in
///     band for 2 h;
///   - the errors of the last two check loads, 15 minutes apart or more, agree at each of `positions`
///     within twice the standard uncertainty of their difference by repeatability.
/// Not so within the soak's limit: implausible, with what was not stable. `note` gets temperatures every five
/// minutes, and check loads, as sentences; it is called with the load off and may throw. Waits. The chamber
/// goes on conditioning. After a fault a check load may still be on.
[[nodiscard]] Result<void> run_soak(Station& station, InterlockKeeper& interlock, const Plan& plan,
                                    const PlannedSoak& soak, const std::vector<std::size_t>& positions,
                                    RunObserver& observer,
                                    const std::function<void(const std::string&)>& note);

}  // namespace meterbench
