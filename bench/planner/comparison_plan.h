#pragma once

#include "bench/planner/plan.h"

namespace meterbench {

/// Adds the shifts between the points of two labelled steps that are at the same load, but for what the step
/// says that varies. `plan`: with the points of all steps. `limits`: with a row for each power factor that
/// both have.
void add_shifts(const CompareStep& step, const LimitFiles& limits, Plan& plan, Mistakes& mistakes);

/// Adds the standard deviation of the repetitions of each load of a labelled step.
void add_repeatability(const RepeatabilityStep& step, const LimitFiles& limits, Plan& plan,
                       Mistakes& mistakes);

}  // namespace meterbench
