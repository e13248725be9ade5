#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace meterbench {

enum class Distribution { normal, rectangular, triangular };
[[nodiscard]] std::string_view to_text(Distribution distribution);

/// One row of an uncertainty budget (JCGM 100), already in percent of energy.
struct Component {
  std::string name;
  Distribution distribution = Distribution::normal;
  double standard_uncertainty_percent = 0;  ///< of the input, in its own percent
  double sensitivity = 1;
  double degrees_of_freedom = std::numeric_limits<double>::infinity();
  std::string origin;  ///< certificate, station file, measured in the run

  [[nodiscard]] double contribution_percent() const { return sensitivity * standard_uncertainty_percent; }
};

/// All components independent.
struct Budget {
  std::vector<Component> components;

  [[nodiscard]] double combined_percent() const;              ///< u_c, root sum of squares
  [[nodiscard]] double effective_degrees_of_freedom() const;  ///< Welch–Satterthwaite (JCGM 100 G.2b)
  /// k for 95.45 % from the t distribution at the effective degrees of freedom, 2.00 at infinity (JCGM 100
  /// G.2).
  [[nodiscard]] double coverage_factor() const;
  [[nodiscard]] double expanded_percent() const { return coverage_factor() * combined_percent(); }
};

/// Two-sided quantile of Student's t for 95.45 % at `degrees_of_freedom` ≥ 1.
[[nodiscard]] double student_k(double degrees_of_freedom);

}  // namespace meterbench
