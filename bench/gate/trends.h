// What many points of a run have in common: a shift of all of them, a slope over current, phase, temperature.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/gate/stored_run.h"

namespace meterbench::gate {

enum class Trend { uniform_shift, slope_over_current, phase, temperature };
[[nodiscard]] std::string_view to_text(Trend trend);
/// Of its estimate: `%`, `%/decade`, `% at tan φ = 1`, `%/K`.
[[nodiscard]] std::string_view unit_of(Trend trend);

/// Weights of the points of one position, so that the weighted sum of their errors is the trend: 1 where all
/// errors are as the trend says, whatever those before it do.
struct TrendWeights {
  Trend trend{};
  std::vector<double> weights;  ///< in the order of the points
};

/// The points whose errors trends are about: of the test LED at one position, all circuits in series, sines.
[[nodiscard]] std::vector<PointKey> trend_points(const StoredRun& run, const std::string& position);

/// Those trends that the points can tell: that vary in them, and not only together with another. Found by
/// Gram–Schmidt in the order of Trend, so that each is what is left of it after those before.
[[nodiscard]] std::vector<TrendWeights> trends_of(const StoredRun& run, const std::vector<PointKey>& points);

/// What is left of `values` when all of the trends are taken out, in the same order.
[[nodiscard]] std::vector<double> without_trends(const std::vector<TrendWeights>& trends,
                                                 std::vector<double> values);

}  // namespace meterbench::gate
