// What a candidate does otherwise than the baseline, whether or not it is worse.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/gate/stored_run.h"

namespace meterbench::gate {

/// That a comparison of two equal releases lists anything at all.
inline constexpr double kFamilyError = 1e-4;

struct Change {
  std::string kind;  ///< `uniform shift`, `phase`, `single point`, `register`, `demand`, `security`, …
  std::string position;
  std::string what;  ///< in words
  /// Of what is a number.
  std::optional<double> estimate{};
  std::string unit{};
  std::optional<double> p_value{};
  /// The newest releases that it was seen in together: 1, the candidate alone.
  std::size_t releases = 1;
};

/// `candidates`: releases in the order of time, the candidate last; each with runs. Older ones make changes
/// visible that each release alone is too small a sample for: the newest 1, 2 and 3 of them are each held
/// against the baseline.
///
/// Numbers: t-tests on what each run says, so that σ is between runs, whatever runs have in common; it is the
/// baseline's, so that a candidate that scatters hides nothing by it. Half of the family error goes to trends
/// (one test a trend, position and number of releases), half to single results; within each half Bonferroni.
/// Single points of the LED's error are what is left when the trends are taken out. Without a number (and
/// tables): what the baseline has said in all of its runs, and no run of the candidate says, is a change;
/// there is no probability in that.
[[nodiscard]] std::vector<Change> find_changes(const std::vector<StoredRun>& baseline,
                                               const std::vector<std::vector<StoredRun>>& candidates);

}  // namespace meterbench::gate
