#include "bench/measurement/shift.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "bench/measurement/components.h"

namespace meterbench {
namespace {

const Component* find(const Budget& budget, const Component& twin) {
  const auto found = std::ranges::find(budget.components, twin.name, &Component::name);
  return found == budget.components.end() || found->input.empty() || twin.input.empty() ? nullptr : &*found;
}

/// Between the contributions of two components of one name, each of a value of its input.
double correlation(const Component& a, const Component& b, const StationUncertainty& station) {
  if (a.input == b.input) return 1;
  if (a.name == kIsolation) return station.isolation_correlation;
  return a.name.starts_with("reference ") ? station.reference_correlation : 0;
}

class ShiftBudget {
 public:
  ShiftBudget(const Budget& first, const Budget& second, const StationUncertainty& station) {
    for (const Component& c : first.components) {
      const Component* const twin = find(second, c);
      const double r = twin ? correlation(c, *twin, station) : 0;
      if (twin) add_common(c, *twin, r);
      add_own(c, 1 - std::abs(r), ", earlier");
    }
    for (const Component& c : second.components) {
      const Component* const twin = find(first, c);
      add_own(c, twin ? 1 - std::abs(correlation(c, *twin, station)) : 1, ", later");
    }
  }

  [[nodiscard]] Budget take() { return std::move(shift_); }

 private:
  /// `square`: share of its variance.
  void add(Component component, double square) {
    component.standard_uncertainty *= std::sqrt(square);
    if (component.contribution_percent() != 0) shift_.components.push_back(std::move(component));
  }

  /// Where the two rise together their difference remains, where one falls as the other rises their sum.
  void add_common(Component own, const Component& twin, double r) {
    const double other = twin.contribution_percent();
    own.standard_uncertainty = std::abs(own.contribution_percent() - (r < 0 ? -other : other));
    own.sensitivity = 1;
    own.unit = "%";
    own.input.clear();
    add(std::move(own), std::abs(r));
  }

  void add_own(Component own, double square, std::string_view measurement) {
    own.name.append(measurement);
    own.input.clear();
    add(std::move(own), square);
  }

  Budget shift_;
};

}  // namespace

double repeatability_percent(const Budget& window) {
  double sum = 0;
  for (const Component& c : window.components)
    if (c.input.empty()) sum += c.contribution_percent() * c.contribution_percent();
  return std::sqrt(sum);
}

Budget shift_budget(const Budget& first, const Budget& second, const StationUncertainty& station) {
  return ShiftBudget{first, second, station}.take();
}

}  // namespace meterbench
