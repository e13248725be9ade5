#include "bench/gate/equivalence.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/gate/student.h"

namespace meterbench::gate {
namespace {

/// Results of one point in a set of runs; null where a run has none.
std::vector<const GateResult*> results_of(const std::vector<StoredRun>& runs, const PointKey& key) {
  std::vector<const GateResult*> results;
  for (const StoredRun& run : runs) {
    const auto found = run.results.find(key);
    results.push_back(found == run.results.end() ? nullptr : &found->second);
  }
  return results;
}

bool all_numbers(const std::vector<const GateResult*>& results) {
  return std::ranges::all_of(results, [](const GateResult* r) { return r != nullptr && r->error_percent; });
}

std::vector<double> numbers(const std::vector<const GateResult*>& results) {
  std::vector<double> values;
  for (const GateResult* result : results) values.push_back(*result->error_percent);
  return values;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// What a run says of a point where that is no number.
std::string said(const GateResult* result) {
  if (result == nullptr) return "not measured";
  if (result->error_percent) return "a number";
  return std::string{to_text(result->decision)};
}

void compare_words(const std::vector<const GateResult*>& baseline,
                   const std::vector<const GateResult*>& candidate, PointComparison& point) {
  std::set<std::string> known;
  for (const GateResult* result : baseline) known.insert(said(result));
  point.equivalence = Equivalence::equivalent;
  for (const GateResult* result : candidate) {
    if (known.contains(said(result))) continue;
    point.equivalence = Equivalence::not_equivalent;
    point.why = fmt::format("{} where the baseline has {}", said(result), fmt::join(known, ", "));
    if (result != nullptr && !result->told.empty()) point.why += ": " + result->told;
    return;
  }
}

void compare_numbers(const std::vector<const GateResult*>& baseline,
                     const std::vector<const GateResult*>& candidate, double margin, PointComparison& point) {
  const std::vector<double> b = numbers(baseline), c = numbers(candidate);
  point.baseline_mean_percent = mean(b);
  point.candidate_mean_percent = mean(c);
  point.margin_percent = margin;
  point.samples = compare(b, c, kBelievable * baseline.front()->own_u_percent, Scatter::of_both);
  const double t = student_exceeded(kEquivalenceAlpha, point.samples->degrees_of_freedom);
  const double half_width = t * point.samples->standard_error;
  point.smallest_margin_percent = 2 * half_width;
  if (margin < point.smallest_margin_percent) {
    point.equivalence = Equivalence::undecidable;
    point.why = fmt::format("a margin of {:.3g} % cannot be decided by these runs, {:.2g} % could", margin,
                            point.smallest_margin_percent);
    return;
  }
  const double farthest = std::abs(point.samples->difference) + half_width;
  point.equivalence = farthest < margin ? Equivalence::equivalent : Equivalence::not_equivalent;
  if (point.equivalence == Equivalence::not_equivalent)
    point.why = fmt::format("{:+.3g} % apart, by these runs up to {:.3g} %, where {:.3g} % are allowed",
                            point.samples->difference, farthest, margin);
}

}  // namespace

std::string_view to_text(Equivalence equivalence) {
  switch (equivalence) {
    case Equivalence::equivalent: return "equivalent";
    case Equivalence::not_equivalent: return "not equivalent";
    case Equivalence::undecidable: return "undecidable";
  }
  return "unknown";
}

std::vector<PointComparison> compare_points(const std::vector<StoredRun>& baseline,
                                            const std::vector<StoredRun>& candidate, const GateRule& rule) {
  std::set<PointKey> keys;
  for (const auto* runs : {&baseline, &candidate})
    for (const StoredRun& run : *runs)
      for (const auto& [key, result] : run.results) keys.insert(key);
  std::vector<PointComparison> points;
  for (const PointKey& key : keys) {
    PointComparison& point = points.emplace_back(PointComparison{key});
    const auto b = results_of(baseline, key), c = results_of(candidate, key);
    if (all_numbers(b) && all_numbers(c))
      compare_numbers(b, c, percent(rule.margin_of(key.step)), point);
    else
      compare_words(b, c, point);
  }
  return points;
}

}  // namespace meterbench::gate
