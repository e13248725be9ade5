#include "bench/runner/running_order.h"

#include <algorithm>

#include "bench/runner/resume.h"

namespace meterbench {

std::vector<Turn> running_order(const Plan& plan, const std::vector<PointRecord>& records) {
  const std::vector<std::size_t> left = points_left(plan, records);
  const auto is_wanted = [&](std::size_t soak) {
    const std::size_t begin = plan.soaks[soak].before;
    const std::size_t end = soak + 1 < plan.soaks.size() ? plan.soaks[soak + 1].before : plan.points.size();
    return records.empty() || begin == plan.points.size() ||
           std::ranges::any_of(left, [&](std::size_t point) { return point >= begin && point < end; });
  };
  std::vector<Turn> turns;
  std::size_t soak = 0;
  const auto add_soaks_up_to = [&](std::size_t point) {
    for (; soak < plan.soaks.size() && plan.soaks[soak].before <= point; ++soak)
      if (is_wanted(soak)) turns.emplace_back(SoakTurn{soak});
  };
  for (const std::size_t point : left) {
    add_soaks_up_to(point);
    turns.emplace_back(PointTurn{point, next_attempt(records, plan.points[point].id)});
  }
  add_soaks_up_to(plan.points.size());
  return turns;
}

}  // namespace meterbench
