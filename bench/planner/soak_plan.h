#pragma once

#include "bench/planner/planned_bench.h"

namespace meterbench {

/// Adds a soak to the plan, where there is a chamber for it, and moves the surroundings there.
void add_soak(const SoakStep& soak, const PlannedBench& bench, Plan& plan, Surroundings& surroundings,
              Mistakes& mistakes);

}  // namespace meterbench
