#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "bench/core/quantity.h"

namespace meterbench {

// Fewer runs say too little of what differs from day to day.
inline constexpr std::size_t kLeastBaselineRuns = 10;
inline constexpr std::size_t kLeastCandidateRuns = 2;

/// When one release of a meter's firmware is no worse than another, as a scenario says it.
struct GateRule {
  Ratio margin{};                                  ///< by how much results may differ and still be equivalent
  std::map<std::string, Ratio> margins{};          ///< of single tests, by name, in place of that
  std::size_t baseline_runs = kLeastBaselineRuns;  ///< at least
  std::size_t candidate_runs = kLeastCandidateRuns;  ///< at least

  [[nodiscard]] Ratio margin_of(const std::string& test) const {
    const auto own = margins.find(test);
    return own == margins.end() ? margin : own->second;
  }
  friend bool operator==(const GateRule&, const GateRule&) = default;
};

}  // namespace meterbench
