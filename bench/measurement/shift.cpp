#include "bench/measurement/shift.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "bench/measurement/components.h"

namespace meterbench {
namespace {

const Component* find(const Budget& budget, const std::string& name) {
  const auto found = std::find_if(budget.components.begin(), budget.components.end(),
                                  [&](const Component& c) { return c.name == name; });
  return found == budget.components.end() ? nullptr : &*found;
}

/// What a common component of `budget` leaves in the difference to `other`.
void add_common(Budget& shift, const Component& own, const Budget& other) {
  const Component* const twin = find(other, own.name);
  Component left = own;
  left.sensitivity = 1;
  left.standard_uncertainty_percent =
      std::abs(own.contribution_percent() - (twin ? twin->contribution_percent() : 0));
  if (left.standard_uncertainty_percent != 0) shift.components.push_back(std::move(left));
}

void add_own(Budget& shift, const Budget& budget, std::string_view measurement) {
  for (Component c : budget.components) {
    if (is_common(c)) continue;
    c.name.append(", ").append(measurement);
    shift.components.push_back(std::move(c));
  }
}

}  // namespace

double repeatability_percent(const Budget& window) {
  double sum = 0;
  for (const Component& c : window.components)
    if (!is_common(c)) sum += c.contribution_percent() * c.contribution_percent();
  return std::sqrt(sum);
}

Budget shift_budget(const Budget& first, const Budget& second) {
  Budget shift;
  for (const Component& c : first.components)
    if (is_common(c)) add_common(shift, c, second);
  for (const Component& c : second.components)
    if (is_common(c) && !find(first, c.name)) add_common(shift, c, first);
  add_own(shift, first, "earlier");
  add_own(shift, second, "later");
  return shift;
}

}  // namespace meterbench
