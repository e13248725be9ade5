#include "bench/measurement/function_budget.h"

#include <cmath>
#include <numbers>

#include "bench/measurement/components.h"

namespace meterbench {

Budget starting_budget(Ratio source_accuracy) {
  return {{{.name = "source accuracy",
            .distribution = Distribution::rectangular,
            .standard_uncertainty = percent(source_accuracy) / std::numbers::sqrt3,
            .origin = kOfStationFile}}};
}

Budget no_load_budget(Seconds time, Seconds late) {
  return {{{.name = "ends of the time",
            .distribution = Distribution::triangular,
            .standard_uncertainty = 100 * (late / time) / std::sqrt(6.0),
            .origin = kOfCounter}}};
}

}  // namespace meterbench
