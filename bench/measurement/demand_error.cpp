#include "bench/measurement/demand_error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "bench/measurement/components.h"

namespace meterbench {

Ratio demand_error(const DemandComparison& c) {
  const double reference =
      std::abs(c.reference.value()) / (1 + c.reference_error.value()) * (1 + c.isolation_error.value());
  return Ratio{c.demand.value() * c.circuit_factor / reference - 1};
}

Budget demand_budget(WindowConditions c, Seconds interval, Ratio unsteadiness) {
  c.method = CountingMethod::gated_total;
  c.register_step = {};
  const double pulses = (c.power * interval) / c.kt;
  Budget budget = window_budget(c, static_cast<std::uint64_t>(std::max(1.0, std::floor(pulses))));
  for (Component& component : budget.components)
    if (component.name == kPulseResolution) component.name = "interval boundary";
  const auto add = [&](const char* name, double half_width_percent, const char* origin) {
    budget.components.push_back({.name = name,
                                 .distribution = Distribution::rectangular,
                                 .standard_uncertainty = half_width_percent / std::numbers::sqrt3,
                                 .origin = origin});
  };
  add("demand resolution", 100 / pulses, kComputed);
  add("unsteadiness of the load", std::abs(percent(unsteadiness)), "measured in the run");
  return budget;
}

}  // namespace meterbench
