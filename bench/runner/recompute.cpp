#include "bench/runner/recompute.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/measurement/components.h"
#include "bench/measurement/energy_error.h"
#include "bench/planner/plan.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/point_count.h"
#include "bench/runner/recorded_window.h"

namespace meterbench {
namespace {

using Edges = std::span<const Edge>;

/// Events that say something of the measurement, not of how it was decided.
bool speaks_against(const EventRow& event) {
  return event.kind != "too_uncertain" && event.kind != "near_limit";
}

tl::expected<Edges, std::string> window_of(const std::vector<Edge>& edges, const Recomputation& what) {
  if (edges.size() <= kOpeningEdge + 1) return tl::unexpected{std::string{"it has no edges"}};
  const std::uint64_t first = what.first_edge.value_or(edges[kOpeningEdge].number);
  const std::uint64_t last = what.last_edge.value_or(edges.back().number);
  // The first edge after a change of load opens no window.
  if (first < edges[kOpeningEdge].number || last > edges.back().number || last < first + 2)
    return tl::unexpected{
        fmt::format("edges {} to {} make no window: it has {} to {}, and two pulses are the least", first,
                    last, edges[kOpeningEdge].number, edges.back().number)};
  const std::size_t begin = kOpeningEdge + (first - edges[kOpeningEdge].number);
  return Edges{edges}.subspan(begin, last - first + 1);
}

/// Reference counts of one pulse.
double counts_of_a_pulse(Edges edges, EdgeMethod method) {
  const auto n = static_cast<double>(edges.size());
  if (method == EdgeMethod::ends)
    return (edges.back().reference_count - edges.front().reference_count) / (n - 1);
  double sum = 0, moment = 0;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const double from_middle = static_cast<double>(k) - (n - 1) / 2;
    moment += from_middle * edges[k].reference_count;
    sum += from_middle * from_middle;
  }
  return moment / sum;
}

/// Contributions of edges of another window, against that which the budget was made for.
double edge_factor(double pulses_before, double pulses, EdgeMethod method) {
  const double of_slope =
      method == EdgeMethod::ends ? 1 : std::sqrt(6 * pulses / ((pulses + 1) * (pulses + 2)));
  return pulses_before / pulses * of_slope;
}

Budget budget_of(const PointRecord& measured, double pulses, const Recomputation& what) {
  Budget budget = measured.budget.value();
  const double factor = edge_factor(static_cast<double>(measured.pulses), pulses, what.method);
  for (Component& c : budget.components) {
    if (scatters(c) && c.name != kRepeatability && c.name != kReferenceReadings)
      c.standard_uncertainty *= factor;
    if (c.name == kReferenceReadings)
      c.standard_uncertainty *= std::sqrt(static_cast<double>(measured.pulses) / pulses);
    if (c.name == kReferenceCalibration && what.reference)
      c = certified(kReferenceCalibration, *what.reference, kOfCertificate);
  }
  return budget;
}

std::string account_of(const PointRecord& measured, Edges window, const Recomputation& what,
                       DecisionRule rule) {
  nlohmann::ordered_json json{{"of", {{"attempt", measured.attempt}, {"computation", measured.computation}}},
                              {"first_edge", window.front().number},
                              {"last_edge", window.back().number},
                              {"method", to_text(what.method)},
                              {"decision_rule", to_text(rule)},
                              {"reason", what.reason}};
  if (what.reference) json["certificate"] = what.reference->input;
  return json.dump();
}

/// A pass that only another way to take the same edges makes is none.
void keep_measured(const PointRecord& measured, const Recomputation& what, PointRecord& now) {
  std::ranges::copy_if(measured.events, std::back_inserter(now.events), speaks_against);
  Decision& decision = now.verdict.decision;
  if (std::ranges::any_of(now.events, speaks_against) && decision == Decision::pass)
    decision = Decision::inconclusive;
  if (!what.changes_window() || measured.verdict.decision != Decision::fail || decision != Decision::pass)
    return;
  decision = Decision::inconclusive;
  now.events.push_back({now.point_id, now.position, now.ended_s, "measured_fail",
                        "as measured it failed; another window or method does not take that away"});
}

}  // namespace

std::string_view to_text(EdgeMethod method) { return method == EdgeMethod::ends ? "ends" : "regression"; }

tl::expected<PointRecord, std::string> recompute(const PointRecord& measured, int computation,
                                                 const Recomputation& what, DecisionRule rule_of_run) {
  if (measured.result != to_text(ResultKind::percent_error) &&
      measured.result != to_text(ResultKind::deviation))
    return tl::unexpected{fmt::format("a {} does not come from edges alone", measured.result)};
  if (!measured.error_percent || !measured.budget) return tl::unexpected{std::string{"it has no error"}};
  const auto window = window_of(measured.edges, what);
  if (!window) return tl::unexpected{window.error()};
  const DecisionRule rule = what.rule.value_or(rule_of_run);

  PointRecord now = measured;
  now.computation = computation;
  now.edges.clear();
  now.environment.clear();
  now.events.clear();
  now.pulses = window->size() - 1;
  now.duration_s = in_seconds(window->back().time - window->front().time);
  now.reference_count = counts_of_a_pulse(*window, what.method) * static_cast<double>(now.pulses);
  if (what.reference) now.reference_error_percent = percent(what.reference->error);
  if (what.reference_error) {
    now.reference_error_percent = percent(*what.reference_error);
    now.verdict.basis.reasons.push_back(fmt::format("a correction of {:+.4f} % was typed by a person: {}",
                                                    now.reference_error_percent, what.reason));
  }
  now.error_percent = percent(energy_error(comparison_of(now)));
  now.budget = budget_of(measured, static_cast<double>(now.pulses), what);
  now.recomputation = account_of(measured, *window, what, rule);
  decide_number(rule, now.ended_s, now);
  keep_measured(measured, what, now);
  note_risk(now);
  return now;
}

}  // namespace meterbench
