#pragma once

#include <vector>

#include "bench/planner/counting.h"

namespace meterbench {

struct ExpandedStep {
  std::vector<PlannedPoint> points;  ///< without ids
  std::vector<UnreachablePoint> unreachable;
};

/// Expands one accuracy step; mistakes at their place in the scenario. `limits`: rows of its file, with one
/// for each power factor; null: a load of no test, what they would say does not matter.
[[nodiscard]] ExpandedStep expand(const LoadStep& step, const PlannedBench& bench,
                                  const Surroundings& surroundings, const std::vector<Limit>* limits,
                                  const WindowTask& task, Mistakes& mistakes);

}  // namespace meterbench
