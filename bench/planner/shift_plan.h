#pragma once

#include "bench/planner/plan.h"

namespace meterbench {

/// Adds the shifts between the points of two labelled steps that are at the same load. `plan`: with the
/// points of all steps. `limits`: with a row for each power factor that both have.
void add_shifts(const CompareStep& step, const LimitFiles& limits, Plan& plan, Mistakes& mistakes);

}  // namespace meterbench
