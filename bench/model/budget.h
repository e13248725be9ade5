#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace meterbench {

enum class Distribution { normal, rectangular, triangular };
[[nodiscard]] std::string_view to_text(Distribution distribution);

/// One row of an uncertainty budget (JCGM 100).
struct Component {
  std::string name;
  Distribution distribution = Distribution::normal;
  double standard_uncertainty = 0;  ///< of the input, in `unit`
  double sensitivity = 1;           ///< percent of energy for one `unit`
  double degrees_of_freedom = std::numeric_limits<double>::infinity();
  std::string origin{};    ///< certificate, station file, measured in the run
  std::string unit = "%";  ///< of the input
  /// Which value of the input it is the uncertainty of, as `C-7: 10 A, PF 1, 60 Hz`. Two results have an
  /// input of one name and value in common; empty: each has its own.
  std::string input{};

  [[nodiscard]] double contribution_percent() const { return sensitivity * standard_uncertainty; }
};

/// All components independent.
struct Budget {
  std::vector<Component> components;

  [[nodiscard]] double combined_percent() const;              ///< u_c, root sum of squares
  [[nodiscard]] double effective_degrees_of_freedom() const;  ///< Welch–Satterthwaite (JCGM 100 G.2b)
  /// Whether one component that is not normal exceeds half of u_c: the result is not near normal then, and
  /// Welch–Satterthwaite does not hold (JCGM 100 G.6.6).
  [[nodiscard]] bool dominated() const;
  /// k for 95.45 %: from the t distribution at the effective degrees of freedom, 2.00 at infinity (JCGM 100
  /// G.2); of a dominated budget by propagate().
  [[nodiscard]] double coverage_factor() const;
  [[nodiscard]] double expanded_percent() const { return coverage_factor() * combined_percent(); }
  /// U with the k of Welch–Satterthwaite whatever dominates. For searches: no less than expanded_percent(),
  /// but for what propagate() leaves to chance.
  [[nodiscard]] double expanded_as_if_normal_percent() const;
};

/// Two-sided quantile of Student's t for 95.45 % at `degrees_of_freedom` ≥ 1.
[[nodiscard]] double student_k(double degrees_of_freedom);

/// k for 95.45 % by propagation of distributions (JCGM 101, Monte Carlo): 250,000 trials of a fixed seed, so
/// that anybody can repeat it; each component from its distribution, a normal one with finite degrees of
/// freedom from Student's t; those below a fifth of u_c, whose shape does not show, as one that is normal.
/// The coverage interval is symmetric, as all distributions are. k is known to 0.2
/// %. 2 of a budget without any uncertainty.
[[nodiscard]] double propagated_coverage_factor(const Budget& budget);

/// Share of such trials that lie within ± `expanded_percent`.
[[nodiscard]] double propagated_coverage(const Budget& budget, double expanded_percent);

}  // namespace meterbench
