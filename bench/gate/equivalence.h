// Whether a candidate is no worse than a baseline, point by point.
#pragma once

#include <string>
#include <vector>

#include "bench/gate/stored_run.h"
#include "bench/gate/two_samples.h"
#include "bench/model/gate_rule.h"

namespace meterbench::gate {

/// α of each of the two one-sided tests.
inline constexpr double kEquivalenceAlpha = 0.05;

enum class Equivalence {
  equivalent,
  not_equivalent,
  undecidable,  ///< the runs scatter too much for the margin: more of them, or a wider one, is needed
};
[[nodiscard]] std::string_view to_text(Equivalence equivalence);

struct PointComparison {
  PointKey key;
  Equivalence equivalence = Equivalence::not_equivalent;
  /// Of results that are numbers.
  std::optional<TwoSamples> samples{};
  double margin_percent = 0;
  /// Margin at which a candidate that is the same would be found equivalent nine times in ten.
  double smallest_margin_percent = 0;
  double baseline_mean_percent = 0, candidate_mean_percent = 0;
  std::string why{};  ///< of what is not equivalent, in words
};

/// Of every point that a run of either set has. A number is equivalent where |d| + t·s < margin with t for
/// α = 0.05 (two one-sided tests, Schuirmann 1987); a result without a number, and one that is missing, where
/// each candidate's decision is one that the baseline has given.
[[nodiscard]] std::vector<PointComparison> compare_points(const std::vector<StoredRun>& baseline,
                                                          const std::vector<StoredRun>& candidate,
                                                          const GateRule& rule);

}  // namespace meterbench::gate
