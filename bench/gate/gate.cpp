#include "bench/gate/gate.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace meterbench::gate {
namespace {

void check_size(const Release& release, std::size_t least) {
  if (release.runs.size() < least)
    throw std::invalid_argument{
        fmt::format("{} has {} runs, at least {} are needed", release.name, release.runs.size(), least)};
}

/// `seed 7`, `2026-03-02`
std::string day_of(const RunRecord& run) {
  if (!run.lab.empty()) return fmt::format("seed {}", run.seed.value_or(0));
  return utc_text(run.started).substr(0, 10);
}

}  // namespace

std::size_t Gate::count(Equivalence equivalence) const {
  return static_cast<std::size_t>(std::ranges::count(points, equivalence, &PointComparison::equivalence));
}

bool Gate::simulated() const {
  const auto any = [](const Release& r) { return std::ranges::any_of(r.runs, &StoredRun::simulated); };
  return any(baseline) || any(candidate);
}

Gate hold_against(Release baseline, Release candidate, const std::vector<Release>& between,
                  const GateRule& rule) {
  check_size(baseline, kLeastBaselineRuns);
  check_size(candidate, kLeastCandidateRuns);
  std::vector<std::vector<StoredRun>> candidates;
  Gate gate;
  for (const Release& release : between) {
    candidates.push_back(release.runs);
    gate.between.push_back(release.name);
  }
  candidates.push_back(candidate.runs);
  gate.points = compare_points(baseline.runs, candidate.runs, rule);
  gate.changes = find_changes(baseline.runs, candidates);
  gate.baseline = std::move(baseline);
  gate.candidate = std::move(candidate);
  return gate;
}

std::vector<RunSummary> one_a_day(const std::vector<RunSummary>& runs) {
  std::set<std::string> seen;
  std::vector<RunSummary> first;
  for (const RunSummary& summary : runs)
    if (seen.insert(day_of(summary.run)).second) first.push_back(summary);
  return first;
}

}  // namespace meterbench::gate
