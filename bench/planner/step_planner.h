#pragma once

#include <vector>

#include "bench/planner/counting.h"

namespace meterbench {

struct ExpandedStep {
  std::vector<PlannedPoint> points;  ///< without ids
  std::vector<UnreachablePoint> unreachable;
};

/// Expands one accuracy step; mistakes at their place in the scenario. Meters that are held against different
/// rows at the same load are measured one after the other, in a point for each row; a load without a row is a
/// mistake. `limits`: rows of its file; null: a load of no test, or of one that has its criterion in itself.
[[nodiscard]] ExpandedStep expand(const LoadStep& step, const PlannedBench& bench,
                                  const Surroundings& surroundings, const std::vector<LimitRow>* limits,
                                  const WindowTask& task, Mistakes& mistakes);

}  // namespace meterbench
