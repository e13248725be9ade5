// The means of two sets of runs against each other.
#pragma once

#include <span>

namespace meterbench::gate {

/// Share of what a budget says that each result has of its own, below which no scatter between runs is
/// believed. made
inline constexpr double kBelievable = 0.1;

/// Candidate less baseline. σ is between runs: what differs from day to day, common to all points of a run or
/// not, is in it.
struct TwoSamples {
  double difference = 0;
  double standard_error = 0;
  double degrees_of_freedom = 0;

  [[nodiscard]] double t() const { return difference / standard_error; }
};

/// Whose scatter σ is taken from.
enum class Scatter {
  of_both,      ///< pooled: the same bench, method and type of meter measured both
  of_baseline,  ///< what a candidate that is the same would scatter: one that scatters more hides nothing by
                ///< it
};

/// `floor` > 0: no smaller a standard deviation between runs is believed. It keeps a quantity that came out
/// the same in all runs, as one that a resolution rounds, from making any difference significant. The
/// baseline has two runs at least, the candidate one.
[[nodiscard]] TwoSamples compare(std::span<const double> baseline, std::span<const double> candidate,
                                 double floor, Scatter scatter);

}  // namespace meterbench::gate
