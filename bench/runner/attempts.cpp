#include "bench/runner/attempts.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/measurement/components.h"
#include "bench/measurement/mean_of_two.h"
#include "bench/measurement/window.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/recorded_window.h"
#include "bench/runner/resume.h"

namespace meterbench {
namespace {

bool has(const PointRecord& record, std::string_view kind) {
  return std::ranges::find(record.events, kind, &EventRow::kind) != record.events.end();
}

/// Whether it was measured to its end.
bool counts(const PointRecord& record) {
  return record.computation == 0 && finished(record) && !has(record, "skipped");
}

/// As it was measured, before n of m was applied.
bool measured_pass(const PointRecord& record) {
  const auto told = std::ranges::find(record.events, "n_of_m", &EventRow::kind);
  return told == record.events.end() ? record.verdict.decision == Decision::pass
                                     : told->text.starts_with(to_text(Decision::pass));
}

/// Those of the same point and position that count, in the order of writing.
std::vector<const PointRecord*> attempts_at(const std::vector<PointRecord>& records,
                                            const std::string& point_id, const std::string& position) {
  std::vector<const PointRecord*> all;
  for (const PointRecord& r : records)
    if (r.point_id == point_id && r.position == position && counts(r)) all.push_back(&r);
  return all;
}

void note(PointRecord& record, const char* kind, std::string text) {
  record.events.push_back({record.point_id, record.position, record.ended_s, kind, std::move(text)});
}

void settle_n_of_m(const RetryRule& rule, const std::vector<const PointRecord*>& earlier, PointRecord& now) {
  const int made = static_cast<int>(earlier.size()) + 1;
  const auto passes = std::ranges::count_if(earlier, [](const auto* r) { return measured_pass(*r); }) +
                      (now.verdict.decision == Decision::pass ? 1 : 0);
  note(now, "n_of_m",
       fmt::format("{} in attempt {} of {} at most; {} passes, {} needed", to_text(now.verdict.decision),
                   made, rule.attempts, passes, rule.passes_needed));
  if (passes >= rule.passes_needed)
    now.verdict.decision = Decision::pass;
  else if (passes + rule.attempts - made < rule.passes_needed)
    now.verdict.decision =
        now.verdict.decision == Decision::inconclusive ? Decision::inconclusive : Decision::fail;
  else
    now.verdict.decision = Decision::inconclusive;  // the next attempt may decide
}

/// The mean of both stages, where both came out near a limit by themselves.
PointRecord second_stage(const PointRecord& first, const PointRecord& second) {
  PointRecord both = second;
  both.computation = 1;
  both.edges.clear();
  both.environment.clear();
  both.events.clear();
  both.error_percent = (*first.error_percent + *second.error_percent) / 2;
  both.budget = budget_of_mean(*first.budget, *second.budget);
  auto of = nlohmann::ordered_json::array();
  for (const PointRecord* stage : {&first, &second})
    of.push_back({{"attempt", stage->attempt}, {"computation", stage->computation}});
  both.recomputation =
      nlohmann::ordered_json{{"of", of}, {"method", "mean of two stages, ISO 10576-1"}}.dump();
  decide_number(DecisionRule::iso_10576_1, both.ended_s, both);
  note_risk(both);
  return both;
}

/// Whether the scatter within its window is all that speaks against it.
bool is_scattered(const PointRecord& record) {
  return record.verdict.decision == Decision::inconclusive && record.budget && record.edges.size() > 1 &&
         record.events.size() == 1 && has(record, "spread");
}

/// So many windows that their own scatter, were it that of the parts of the first stage, meets the target.
void widen(const PointRecord& first, const PlannedPoint& point, PlannedMeter& meter) {
  constexpr int kFewestWindows = 5;  // for 4 degrees of freedom. made
  double others = 0;                 // square of what more windows do not change
  for (const Component& c : first.budget->components)
    if (c.name != kRepeatability) others += std::pow(2 * c.contribution_percent(), 2);
  const double target = percent(point.target.value_or(Ratio{}));
  const double left = std::sqrt(std::max(0.0, target * target - others));
  const double scatter = 2 * percent(scatter_of(errors_of_parts(first, kFewestWindows)));
  const double asked = left > 0 ? std::ceil(std::pow(scatter / left, 2)) : kFewestWindows;
  const int windows = static_cast<int>(std::clamp<double>(asked, kFewestWindows, kMostWindows));
  meter.pulses =
      static_cast<std::uint64_t>(windows) * (meter.pulses / static_cast<std::uint64_t>(meter.windows));
  meter.windows = windows;
  meter.own_scatter = true;
}

bool asks_again(const Scenario& scenario, const std::vector<const PointRecord*>& attempts) {
  const PointRecord& last = *attempts.back();
  if (last.verdict.decision == Decision::pass) return false;
  const RetryRule& rule = scenario.retry;
  const auto made = static_cast<int>(attempts.size());
  if (rule.n_of_m()) {
    const auto passes = std::ranges::count_if(attempts, [](const auto* r) { return measured_pass(*r); });
    return made < rule.attempts && passes + rule.attempts - made >= rule.passes_needed;
  }
  if (last.verdict.decision != Decision::inconclusive) return false;
  const bool second_stage = scenario.rule == DecisionRule::iso_10576_1 && made == 1 &&
                            last.events.size() == 1 && has(last, "near_limit");
  return second_stage || made <= rule.of_inconclusive;
}

}  // namespace

std::vector<PointRecord> settle(const Scenario& scenario, const std::vector<PointRecord>& earlier,
                                PointRecord now) {
  if (!counts(now)) return {std::move(now)};
  const auto before = attempts_at(earlier, now.point_id, now.position);
  if (scenario.retry.n_of_m())
    settle_n_of_m(scenario.retry, before, now);
  else if (now.verdict.decision == Decision::pass &&
           std::ranges::any_of(before, [](const auto* r) { return r->verdict.decision == Decision::fail; })) {
    note(now, "measured_fail", "an earlier attempt failed; no later one takes that away");
    now.verdict.decision = Decision::inconclusive;
  }
  note_risk(now);
  std::vector<PointRecord> records{std::move(now)};
  const PointRecord& second = records.front();
  if (scenario.rule == DecisionRule::iso_10576_1 && before.size() == 1 &&
      has(*before.front(), "near_limit") && before.front()->events.size() == 1 && second.error_percent &&
      second.budget &&
      std::ranges::all_of(second.events, [](const EventRow& e) { return e.kind == "near_limit"; }))
    records.push_back(second_stage(*before.front(), second));
  return records;
}

std::optional<PlannedPoint> once_more(const Scenario& scenario, const PlannedPoint& point,
                                      const std::vector<PointRecord>& records) {
  PlannedPoint again = point;
  again.meters.clear();
  for (PlannedMeter meter : point.meters) {
    const auto attempts = attempts_at(records, point.id, meter.position);
    if (attempts.empty()) continue;
    const bool scattered = attempts.size() == 1 && is_scattered(*attempts.front());
    if (scattered) widen(*attempts.front(), point, meter);
    if (scattered || asks_again(scenario, attempts)) again.meters.push_back(std::move(meter));
  }
  if (again.meters.empty()) return std::nullopt;
  return again;
}

}  // namespace meterbench
