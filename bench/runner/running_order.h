// What of a plan is still to be done, one thing after the other.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench {

struct SoakTurn {
  std::size_t soak = 0;  ///< index
};
struct PointTurn {
  std::size_t point = 0;  ///< index
  int attempt = 1;
};
using Turn = std::variant<SoakTurn, PointTurn>;

/// All of the plan where there are no records. Else the points that have no finished attempt at all their
/// positions, with the soak that they stand on; soaks of which no point is left are not made again, unless
/// they follow the last point.
[[nodiscard]] std::vector<Turn> running_order(const Plan& plan, const std::vector<PointRecord>& records);

}  // namespace meterbench
