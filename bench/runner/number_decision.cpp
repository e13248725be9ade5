#include "bench/runner/number_decision.h"

namespace meterbench {
namespace {

UncertainResult result_of(const PointRecord& record) {
  const double u = record.budget->combined_percent();
  return {from_percent(*record.error_percent), from_percent(u),
          from_percent(record.budget->coverage_factor() * u)};
}

}  // namespace

Tolerance tolerance_of(const Limit& limit) { return {lower(limit), upper(limit)}; }

void decide_number(DecisionRule rule, double now_s, PointRecord& record) {
  const UncertainResult result = result_of(record);
  const Tolerance limits = tolerance_of(record.limit);
  Judgement judgement = judge(rule, result, limits);
  record.verdict.decision = judgement.decision;
  record.verdict.conditional = judgement.conditional;
  if (!judgement.doubt) return;
  const bool unresolved = too_uncertain(rule, result.expanded, limits).has_value();
  record.events.push_back({record.point_id, record.position, now_s,
                           unresolved ? "too_uncertain" : "near_limit", *std::move(judgement.doubt)});
}

void note_risk(PointRecord& record) {
  if (!record.error_percent || !record.budget) return;
  record.specific_risk =
      specific_risk(record.verdict.decision, result_of(record), tolerance_of(record.limit));
}

}  // namespace meterbench
