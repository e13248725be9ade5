#include "bench/runner/shift_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/measurement/decision.h"
#include "bench/measurement/shift.h"
#include "bench/runner/doubts.h"
#include "bench/runner/point_record.h"
#include "bench/runner/resume.h"

namespace meterbench {
namespace {

void compute(const PlannedShift& shift, const PointRecord& first, const PointRecord& second, PointRecord& r) {
  const auto event = [&](const char* kind, std::string text) {
    r.events.push_back({r.point_id, r.position, r.ended_s, kind, std::move(text)});
  };
  for (const PointRecord* of : {&first, &second})
    if (!of->error_percent || !of->budget)
      return event("no_shift", fmt::format("point {} has no error", of->point_id));
  r.error_percent = *second.error_percent - *first.error_percent;
  r.budget = shift_budget(*first.budget, *second.budget);
  r.verdict.decision =
      simple_acceptance(from_percent(*r.error_percent) - shift.limit.middle, shift.limit.limit);
  if (r.verdict.decision != Decision::pass)
    event("shifted", fmt::format("{:+.4f} % from point {} to point {}; meter, reference or surroundings have "
                                 "changed",
                                 *r.error_percent, first.point_id, second.point_id));
  if (auto reason = too_uncertain(from_percent(r.budget->expanded_percent()), shift.limit.limit))
    event("too_uncertain", *std::move(reason));
  for (const PointRecord* of : {&first, &second})
    if (of->verdict.decision == Decision::inconclusive)
      event("no_shift", fmt::format("the error of point {} is inconclusive", of->point_id));
  if (!r.events.empty()) r.verdict.decision = Decision::inconclusive;
}

/// In the order of writing, each once.
std::vector<std::string> joined(std::vector<std::string> reasons, const std::vector<std::string>& more) {
  for (const std::string& reason : more)
    if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
  return reasons;
}

PointRecord shift_record(const Plan& plan, const PlannedShift& shift, const PointRecord& first,
                         const PointRecord& second, Instant now) {
  const PlannedPoint& point = plan.points[shift.second];
  const auto meter = std::ranges::find(point.meters, second.position, &PlannedMeter::position);
  PointRecord r = asked_record(point, *meter, plan.meters.at(second.position), 1);
  r.point_id = shift.id;
  r.step = shift.step;
  r.label.clear();
  r.result = to_text(ResultKind::shift);
  r.limit = shift.limit;
  r.started_s = r.ended_s = in_seconds(now);
  r.verdict.basis.reasons = joined(first.verdict.basis.reasons, second.verdict.basis.reasons);
  if (const auto doubt = limit_doubt(shift.limit))
    r.verdict.basis.reasons = joined(r.verdict.basis.reasons, {*doubt});
  compute(shift, first, second, r);
  return r;
}

}  // namespace

LastAttempts last_attempts_of(const std::vector<PointRecord>& records) {
  LastAttempts last;
  for (const PointRecord& r : records) {
    const PointRecord*& known = last[{r.point_id, r.position}];
    if (!known || r.attempt >= known->attempt) known = &r;
  }
  return last;
}

std::vector<PointRecord> due_shifts(const Plan& plan, const std::vector<PointRecord>& records, Instant now) {
  std::vector<PointRecord> due;
  const LastAttempts attempts = last_attempts_of(records);
  for (const PlannedShift& shift : plan.shifts)
    for (const PlannedMeter& meter : plan.points[shift.second].meters) {
      const auto last = [&](const std::string& id) {
        const auto found = attempts.find({id, meter.position});
        return found == attempts.end() ? nullptr : found->second;
      };
      const PointRecord* first = last(plan.points[shift.first].id);
      const PointRecord* second = last(plan.points[shift.second].id);
      const PointRecord* computed = last(shift.id);
      if (!first || !second || !finished(*first) || !finished(*second)) continue;
      // Points that were measured again after it ask for another.
      if (computed && computed->ended_s >= std::max(first->ended_s, second->ended_s)) continue;
      PointRecord r = shift_record(plan, shift, *first, *second, now);
      if (computed) r.attempt = computed->attempt + 1;
      due.push_back(std::move(r));
    }
  return due;
}

}  // namespace meterbench
