#include "bench/measurement/mean_of_two.h"

#include <algorithm>
#include <cmath>

#include "bench/measurement/components.h"

namespace meterbench {

Budget budget_of_mean(const Budget& first, const Budget& second) {
  Budget mean;
  const auto add = [&](Component c) {
    if (c.contribution_percent() != 0) mean.components.push_back(std::move(c));
  };
  for (const Component& c : first.components) {
    const auto twin = std::ranges::find(second.components, c.name, &Component::name);
    const double other = twin == second.components.end() ? 0 : twin->contribution_percent();
    Component both = c;
    both.sensitivity = 1;
    both.unit = "%";
    const double own = c.contribution_percent();
    both.standard_uncertainty =
        scatters(c) ? std::hypot(own, other) / 2 : (std::abs(own) + std::abs(other)) / 2;
    add(std::move(both));
  }
  for (const Component& c : second.components) {
    if (std::ranges::find(first.components, c.name, &Component::name) != first.components.end()) continue;
    Component half = c;
    half.sensitivity /= 2;
    add(std::move(half));
  }
  return mean;
}

}  // namespace meterbench
