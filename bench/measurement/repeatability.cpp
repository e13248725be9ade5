#include "bench/measurement/repeatability.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bench/core/quantity_text.h"
#include "bench/measurement/components.h"

namespace meterbench {

Ratio standard_deviation(const std::vector<Ratio>& errors) {
  const auto n = static_cast<double>(errors.size());
  const double mean = std::accumulate(errors.begin(), errors.end(), 0.0,
                                      [](double sum, Ratio e) { return sum + e.value(); }) /
                      n;
  const double squares = std::accumulate(errors.begin(), errors.end(), 0.0, [&](double sum, Ratio e) {
    return sum + (e.value() - mean) * (e.value() - mean);
  });
  return Ratio{std::sqrt(squares / (n - 1))};
}

Budget repeatability_budget(Ratio s, std::size_t runs, Ratio of_bench) {
  const double freedom = static_cast<double>(runs) - 1;
  const double of_meter =
      std::sqrt(std::max(0.0, s.value() * s.value() - of_bench.value() * of_bench.value()));
  return {{{.name = "number of runs",
            .standard_uncertainty = percent(s) / std::sqrt(2 * freedom),
            .degrees_of_freedom = freedom,
            .origin = kMeasured},
           {.name = "scatter of the bench",
            .distribution = Distribution::rectangular,
            .standard_uncertainty = percent(Ratio{s.value() - of_meter}) / std::sqrt(3.0),
            .origin = kComputed}}};
}

Ratio scatter_of_bench(const Budget& run) {
  double variance = 0;
  for (const Component& c : run.components)
    if (scatters(c) && c.name != kRepeatability)
      variance += c.contribution_percent() * c.contribution_percent();
  return from_percent(std::sqrt(variance));
}

}  // namespace meterbench
