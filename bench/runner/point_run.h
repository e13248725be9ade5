// One attempt at one point: load, hold, count, compute.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/load_watch.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/external_step.h"
#include "bench/runner/load_period.h"
#include "bench/runner/observer.h"
#include "bench/runner/run_control.h"
#include "bench/station/station.h"

namespace meterbench {

/// What an attempt is made under, besides the load itself.
struct PointConditions {
  int attempt = 1;
  /// Why decisions are unverified, by position.
  std::map<std::string, std::vector<std::string>> doubts{};
  HoldConditions hold{};
  /// Takes the load off and reads the registers, for points that ask for them.
  std::function<Result<RegisterComparisons>()> read_registers{};
  /// Since when this load has been on, for points that want it to stand for a while; nothing: it is new.
  std::optional<Instant> loaded_since{};
  RunControl* control = nullptr;            ///< people who may skip; none: nobody
  ExternalStep* external = nullptr;         ///< who runs the programs of others; none: nobody does
  std::optional<std::string> skipped_by{};  ///< who did before it began: no load is put on
};

/// From the moment that a load is in band until what is counted belongs to it alone, at every meter.
[[nodiscard]] Duration settling_of(const Station& station, const std::map<std::string, MeterType>& meters);

struct PointAttempt {
  std::vector<PointRecord> records;       ///< in the order of PlannedPoint::meters; whole even after a fault
  std::optional<Fault> fault;             ///< of the bench; the source must go off
  std::optional<std::string> skipped_by;  ///< who gave the point up
  std::optional<Instant> loaded_since{};  ///< since when its load has been on
};

/// Puts the load of `point` on the station, whose LEDs `period` counts, and compares those of its meters with
/// the reference. The source is left as it is, off where registers were read. `meters`: types by position of
/// all that stand on the bench. `index` is the point's, for the observer. Waits.
[[nodiscard]] PointAttempt run_point(Station& station, const std::map<std::string, MeterType>& meters,
                                     const PlannedPoint& point, std::size_t index, LoadPeriod& period,
                                     RunObserver& observer, const PointConditions& conditions = {});

}  // namespace meterbench
