#include "bench/measurement/told_error.h"

#include <numbers>

#include "bench/measurement/components.h"

namespace meterbench {

Ratio net_difference(const FlowAdvance& advance) {
  const ActiveEnergy due = advance.delivered - advance.received;
  return Ratio{(advance.net - due) / advance.throughput()};
}

Budget net_budget(ActiveEnergy step, ActiveEnergy throughput) {
  Budget budget;
  const double half_width_percent = 100 * (step / throughput);
  for (const char* name : {"delivered resolution", "received resolution", "net resolution"})
    budget.components.push_back(
        {.name = name,
         .distribution = Distribution::triangular,
         .standard_uncertainty = half_width_percent / (std::numbers::sqrt2 * std::numbers::sqrt3),
         .origin = kComputed});
  return budget;
}

Ratio clock_error(Seconds first, Seconds last, Seconds time) { return Ratio{(last - first) / time}; }

Budget clock_budget(Seconds first_half_width, Seconds last_half_width, Seconds time) {
  Budget budget;
  const auto add = [&](const char* name, Seconds half_width) {
    budget.components.push_back({.name = name,
                                 .distribution = Distribution::rectangular,
                                 .standard_uncertainty = 100 * (half_width / time) / std::numbers::sqrt3,
                                 .origin = "measured in the run"});
  };
  add("first clock reading", first_half_width);
  add("last clock reading", last_half_width);
  return budget;
}

}  // namespace meterbench
