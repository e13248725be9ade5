// One release of a meter's firmware held against another.
#pragma once

#include <string>
#include <vector>

#include "bench/gate/changes.h"
#include "bench/gate/equivalence.h"
#include "bench/gate/stored_run.h"
#include "bench/model/gate_rule.h"

namespace meterbench::gate {

struct Release {
  std::string name;  ///< as it was asked for
  std::vector<StoredRun> runs;
};

struct Gate {
  Release baseline, candidate;
  std::vector<std::string> between;  ///< releases that trends are searched over too, oldest first
  std::vector<PointComparison> points;
  std::vector<Change> changes;

  [[nodiscard]] std::size_t count(Equivalence equivalence) const;
  [[nodiscard]] bool simulated() const;
};

/// `between`: releases after the baseline and before the candidate, oldest first. Throws
/// std::invalid_argument where a side has fewer runs than any gate needs.
[[nodiscard]] Gate hold_against(Release baseline, Release candidate, const std::vector<Release>& between,
                                const GateRule& rule);

/// Of several runs of one day the first alone: what differs from day to day would not be in the others. A
/// virtual lab's day is its seed, a real bench's that of UTC. In the order given.
[[nodiscard]] std::vector<RunSummary> one_a_day(const std::vector<RunSummary>& runs);

}  // namespace meterbench::gate
