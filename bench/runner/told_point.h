// One attempt at a point whose result the meters tell: by their optical ports, their displays, and what their
// switches do.
#pragma once

#include <cstddef>

#include "bench/planner/plan.h"
#include "bench/runner/bench_load.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/observer.h"
#include "bench/runner/point_run.h"
#include "bench/station/station.h"

namespace meterbench {

struct TellingMeans {
  Station& station;
  const Plan& plan;
  BenchLoad& load;
  EnergyBooks& books;
  RunObserver& observer;
};

/// Carries out what `point`, the one at `index`, asks, with no load on at first and none in the end. A meter
/// that does not answer, or refuses what it must be asked for, costs only itself: its result is inconclusive,
/// and an event says why. Waits.
[[nodiscard]] PointAttempt run_told_point(const TellingMeans& means, const PlannedPoint& point,
                                          std::size_t index, const PointConditions& conditions);

}  // namespace meterbench
