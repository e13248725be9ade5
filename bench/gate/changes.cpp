#include "bench/gate/changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/gate/student.h"
#include "bench/gate/trends.h"
#include "bench/gate/two_samples.h"

namespace meterbench::gate {
namespace {

constexpr std::size_t kMostReleases = 3;

/// A number that every run of both sets has: baseline first.
struct Series {
  Change change;  ///< as it will be told
  std::vector<double> baseline, candidate;
  double floor = 0;  ///< as compare() has it
};

/// What of a meter it is that changes, by kind of result.
std::string kind_of(const std::string& result) {
  static const std::map<std::string, std::string> kinds{{"percent_error", "single point"},
                                                        {"register_error", "register"},
                                                        {"net_difference", "net register"},
                                                        {"demand_error", "demand"},
                                                        {"clock_error", "timing"},
                                                        {"shift", "influence"},
                                                        {"repeatability", "repeatability"},
                                                        {"residual", "circuits"},
                                                        {"mode_change", "test mode"},
                                                        {"press", "switch"},
                                                        {"no_load", "no load"},
                                                        {"dips", "dips of the supply"}};
  const auto known = kinds.find(result);
  return known == kinds.end() ? result : known->second;
}

std::set<std::string> positions_of(const StoredRun& run) {
  std::set<std::string> positions;
  for (const auto& [key, result] : run.results) positions.insert(key.position);
  return positions;
}

bool has_number(const StoredRun& run, const PointKey& key) {
  const auto found = run.results.find(key);
  return found != run.results.end() && found->second.error_percent;
}

bool all_have(const std::vector<StoredRun>& runs, const PointKey& key) {
  return std::ranges::all_of(runs, [&](const StoredRun& run) { return has_number(run, key); });
}

std::vector<double> errors(const StoredRun& run, const std::vector<PointKey>& points) {
  std::vector<double> values;
  for (const PointKey& key : points) values.push_back(*run.results.at(key).error_percent);
  return values;
}

double weighed(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

class Search {
 public:
  Search(const std::vector<StoredRun>& baseline, const std::vector<StoredRun>& candidate,
         std::size_t releases)
      : baseline_{baseline}, candidate_{candidate}, releases_{releases} {
    for (const std::string& position : positions_of(baseline.front())) led_errors(position);
    for (const auto& [key, result] : baseline.front().results)
      if (!taken_.contains(key) && all_have(baseline, key) && all_have(candidate, key)) number(key);
  }

  std::vector<Series> trends, singles;

 private:
  void led_errors(const std::string& position) {
    std::vector<PointKey> points = trend_points(baseline_.front(), position);
    std::erase_if(
        points, [&](const PointKey& key) { return !all_have(baseline_, key) || !all_have(candidate_, key); });
    if (points.empty()) return;
    const std::vector<TrendWeights> found = trends_of(baseline_.front(), points);
    const double own = own_u(points);
    for (const TrendWeights& one : found) {
      double square = 0;
      for (const double weight : one.weights) square += weight * weight;
      Series& series = trends.emplace_back();
      series.change = {.kind = std::string{to_text(one.trend)},
                       .position = position,
                       .what = fmt::format("of {} points", points.size()),
                       .unit = std::string{unit_of(one.trend)},
                       .releases = releases_};
      series.floor = kBelievable * own * std::sqrt(square);
      for (const StoredRun& run : baseline_)
        series.baseline.push_back(weighed(errors(run, points), one.weights));
      for (const StoredRun& run : candidate_)
        series.candidate.push_back(weighed(errors(run, points), one.weights));
    }
    left_over(found, points);
  }

  void left_over(const std::vector<TrendWeights>& found, const std::vector<PointKey>& points) {
    const std::size_t first = singles.size();
    for (const PointKey& key : points) {
      singles.push_back(series_of(key));
      taken_.insert(key);
    }
    const auto add = [&](const StoredRun& run, std::vector<double> Series::*side) {
      const std::vector<double> left = without_trends(found, errors(run, points));
      for (std::size_t i = 0; i < points.size(); ++i) (singles[first + i].*side).push_back(left[i]);
    };
    for (const StoredRun& run : baseline_) add(run, &Series::baseline);
    for (const StoredRun& run : candidate_) add(run, &Series::candidate);
  }

  void number(const PointKey& key) {
    Series& series = singles.emplace_back(series_of(key));
    for (const StoredRun& run : baseline_) series.baseline.push_back(*run.results.at(key).error_percent);
    for (const StoredRun& run : candidate_) series.candidate.push_back(*run.results.at(key).error_percent);
  }

  [[nodiscard]] Series series_of(const PointKey& key) const {
    Series series;
    series.change = {.kind = kind_of(key.result),
                     .position = key.position,
                     .what = key.text(),
                     .unit = "%",
                     .releases = releases_};
    series.floor = kBelievable * baseline_.front().results.at(key).own_u_percent;
    return series;
  }

  /// Root mean square over the points.
  [[nodiscard]] double own_u(const std::vector<PointKey>& points) const {
    double square = 0;
    for (const PointKey& key : points) {
      const double u = baseline_.front().results.at(key).own_u_percent;
      square += u * u;
    }
    return std::sqrt(square / static_cast<double>(points.size()));
  }

  const std::vector<StoredRun>& baseline_;
  const std::vector<StoredRun>& candidate_;
  std::size_t releases_;
  std::set<PointKey> taken_;
};

/// Those that Bonferroni's bound of `alpha` over all of them passes.
void take_significant(std::vector<Series>& family, double alpha, std::vector<Change>& changes) {
  for (Series& series : family) {
    const TwoSamples samples = compare(series.baseline, series.candidate, series.floor, Scatter::of_baseline);
    const double p = student_two_sided(samples.t(), samples.degrees_of_freedom);
    if (p > alpha / static_cast<double>(family.size())) continue;
    series.change.estimate = samples.difference;
    series.change.p_value = p;
    changes.push_back(series.change);
  }
}

// What is no number.

std::string said(const StoredRun& run, const PointKey& key) {
  const auto found = run.results.find(key);
  if (found == run.results.end()) return "not measured";
  return found->second.error_percent ? "a number" : std::string{to_text(found->second.decision)};
}

std::set<std::string> said_by(const std::vector<StoredRun>& runs, const PointKey& key) {
  std::set<std::string> all;
  for (const StoredRun& run : runs) all.insert(said(run, key));
  return all;
}

std::string why(const std::vector<StoredRun>& runs, const PointKey& key) {
  for (const StoredRun& run : runs)
    if (const auto found = run.results.find(key); found != run.results.end() && !found->second.told.empty())
      return ": " + found->second.told;
  return "";
}

/// Positions where no pass stands in any run of the candidate, and did in all of the baseline.
std::set<std::string> newly_overruled(const std::vector<StoredRun>& baseline,
                                      const std::vector<StoredRun>& candidate) {
  std::set<std::string> positions;
  for (const auto& [position, why] : candidate.back().overruled) {
    const auto is = [&](const StoredRun& run) { return run.overruled.contains(position); };
    if (std::ranges::all_of(candidate, is) && std::ranges::none_of(baseline, is)) positions.insert(position);
  }
  return positions;
}

void add_words(const std::vector<StoredRun>& baseline, const std::vector<StoredRun>& candidate,
               std::vector<Change>& changes) {
  std::set<PointKey> keys;
  for (const auto* runs : {&baseline, &candidate})
    for (const StoredRun& run : *runs)
      for (const auto& [key, result] : run.results) keys.insert(key);
  const std::set<std::string> overruled = newly_overruled(baseline, candidate);
  for (const std::string& position : overruled)
    changes.push_back(
        {.kind = "meter",
         .position = position,
         .what = fmt::format("no pass of it stands: {}", candidate.back().overruled.at(position))});
  for (const PointKey& key : keys) {
    const auto before = said_by(baseline, key), now = said_by(candidate, key);
    if (before.size() != 1 || now.contains(*before.begin())) continue;
    if (overruled.contains(key.position) && now == std::set<std::string>{"inconclusive"})
      continue;  // told once
    changes.push_back({.kind = kind_of(key.result),
                       .position = key.position,
                       .what = fmt::format("{}: {} where the baseline has {}{}", key.text(),
                                           fmt::join(now, ", "), *before.begin(), why(candidate, key))});
  }
}

using Tables = std::map<std::string, std::map<std::uint16_t, std::size_t>>;

void add_tables(const std::vector<StoredRun>& baseline, const std::vector<StoredRun>& candidate,
                std::vector<Change>& changes) {
  const Tables& before = baseline.back().tables;
  const auto same_as = [](const Tables& tables) {
    return [&tables](const StoredRun& run) { return run.tables == tables; };
  };
  const Tables& now = candidate.back().tables;
  if (before == now || !std::ranges::all_of(baseline, same_as(before)) ||
      !std::ranges::all_of(candidate, same_as(now)))
    return;
  const auto told = [](const std::map<std::uint16_t, std::size_t>& tables, std::uint16_t number) {
    const auto found = tables.find(number);
    return found == tables.end() ? std::string{"absent"} : fmt::format("{} bytes", found->second);
  };
  for (const auto& [position, tables] : before) {
    static const std::map<std::uint16_t, std::size_t> kNone;
    const auto found = now.find(position);
    const auto& others = found == now.end() ? kNone : found->second;
    std::set<std::uint16_t> numbers;
    for (const auto& [number, size] : tables) numbers.insert(number);
    for (const auto& [number, size] : others) numbers.insert(number);
    for (const std::uint16_t number : numbers)
      if (told(tables, number) != told(others, number))
        changes.push_back(
            {.kind = "tables",
             .position = position,
             .what = fmt::format("{}-{}: {} where the baseline has {}", number < 2048 ? "ST" : "MT",
                                 number % 2048, told(others, number), told(tables, number))});
  }
}

}  // namespace

std::vector<Change> find_changes(const std::vector<StoredRun>& baseline,
                                 const std::vector<std::vector<StoredRun>>& candidates) {
  std::vector<Series> trends, singles;
  std::vector<StoredRun> pooled;
  for (std::size_t releases = 1; releases <= std::min(kMostReleases, candidates.size()); ++releases) {
    const auto& next = candidates[candidates.size() - releases];
    pooled.insert(pooled.end(), next.begin(), next.end());
    Search search{baseline, pooled, releases};
    std::ranges::move(search.trends, std::back_inserter(trends));
    if (releases == 1) singles = std::move(search.singles);
  }
  std::vector<Change> changes;
  take_significant(trends, kFamilyError / 2, changes);
  // The same trend, seen in more or fewer releases: told once, by the fewest.
  std::vector<Change> once;
  for (const Change& change : changes)
    if (std::ranges::none_of(
            once, [&](const Change& c) { return c.kind == change.kind && c.position == change.position; }))
      once.push_back(change);
  take_significant(singles, kFamilyError / 2, once);
  add_words(baseline, candidates.back(), once);
  add_tables(baseline, candidates.back(), once);
  return once;
}

}  // namespace meterbench::gate
