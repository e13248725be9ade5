// Bringing the meters to a temperature: until their bodies are stable, not the air.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "bench/guardian/interlock_keeper.h"
#include "bench/planner/plan.h"
#include "bench/runner/bench_load.h"
#include "bench/runner/observer.h"
#include "bench/runner/run_control.h"
#include "bench/station/station.h"

namespace meterbench {

/// What a soak works with.
struct SoakMeans {
  Station& station;
  InterlockKeeper& interlock;
  BenchLoad& load;
  const Plan& plan;
  RunObserver& observer;
  RunControl* control = nullptr;  ///< none: nobody is heard
};

struct SoakEnd {
  std::optional<std::string> skipped_by{};  ///< nothing: the meters are at the temperature
  /// Why a meter was not stable though its surroundings were, by position.
  std::map<std::string, std::string> unstable{};
};

/// Conditions the chamber to the soak's temperature and waits, the load off but for check loads, until all of
/// this holds at once:
///   - air, and body where there is a sensor on it, lie in the band, the air for at least `at_least` s;
///   - with a sensor: it has moved by less than 0.5 K in the last 30 minutes; without: the air has been in
///     band for 2 h;
///   - the errors of the last two check loads, 15 minutes apart or more, agree at each position
///     within twice the standard uncertainty of their difference by repeatability. A meter
///     that gave no error is not waited for where another did.
/// At the soak's limit (pauses apart) it ends with the meters that do not agree with themselves, where all
/// else is stable and either a body is measured or another meter agrees: their errors are their own doing
/// then. With anything else not stable: implausible, with what that is. A person may pause
/// the wait, or end it. `note` gets events by kind and sentence: temperatures every five minutes and check
/// loads
/// (`soak`), what people did (`control`); it is called with the load off and may throw. Waits. The chamber
/// goes on conditioning. After a fault a check load may still be on.
[[nodiscard]] Result<SoakEnd> run_soak(
    const SoakMeans& means, const PlannedSoak& soak,
    const std::function<void(const std::string&, const std::string&)>& note);

}  // namespace meterbench
