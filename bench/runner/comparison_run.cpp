#include "bench/runner/comparison_run.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/repeatability.h"
#include "bench/measurement/shift.h"
#include "bench/runner/blame.h"
#include "bench/runner/doubts.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/point_record.h"
#include "bench/runner/resume.h"
#include "bench/runner/source_witness.h"

namespace meterbench {
namespace {

/// One comparison at one position.
class Comparing {
 public:
  Comparing(const Plan& plan, const PlannedComparison& comparison, std::vector<const PointRecord*> of,
            const Station& station, Instant now)
      : plan_{plan},
        comparison_{comparison},
        of_{std::move(of)},
        station_{station},
        now_s_{in_seconds(now)} {}

  [[nodiscard]] PointRecord record() const {
    const PlannedPoint& point = plan_.points[comparison_.last()];
    const std::string& position = of_.front()->position;
    const auto meter = std::ranges::find(point.meters, position, &PlannedMeter::position);
    PointRecord r = asked_record(point, *meter, plan_.meters.at(position), 1);
    r.point_id = comparison_.id;
    r.step = comparison_.step;
    r.label.clear();
    r.result = to_text(comparison_.result);
    r.limit = comparison_.limit;
    r.started_s = r.ended_s = now_s_;
    for (const PointRecord* of : of_) add_reasons(of->verdict.basis.reasons, r);
    if (const auto doubt = limit_doubt(r.limit)) add_reasons({*doubt}, r);
    if (!has_errors(r)) return r;
    comparison_.result == ResultKind::shift ? compute_shift(r) : compute_repeatability(r);
    decide_number(plan_.scenario.rule, now_s_, r);
    if (comparison_.result == ResultKind::shift && r.verdict.decision == Decision::fail) question_shift(r);
    for (const PointRecord* of : of_)
      if (of->verdict.decision == Decision::inconclusive)
        take_back(r, "no_result", fmt::format("the error of point {} is inconclusive", of->point_id));
    return r;
  }

 private:
  void add(PointRecord& r, std::string kind, std::string text) const {
    r.events.push_back({r.point_id, r.position, now_s_, std::move(kind), std::move(text)});
  }

  void take_back(PointRecord& r, std::string kind, std::string text) const {
    add(r, std::move(kind), std::move(text));
    r.verdict.decision = Decision::inconclusive;
  }

  /// In the order of writing, each once.
  static void add_reasons(const std::vector<std::string>& more, PointRecord& r) {
    auto& reasons = r.verdict.basis.reasons;
    for (const std::string& reason : more)
      if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
  }

  [[nodiscard]] bool has_errors(PointRecord& r) const {
    for (const PointRecord* of : of_)
      if (!of->error_percent || !of->budget) {
        add(r, "no_result", fmt::format("point {} has no error", of->point_id));
        return false;
      }
    return true;
  }

  void compute_shift(PointRecord& r) const {
    r.error_percent = *of_.back()->error_percent - *of_.front()->error_percent;
    r.budget = shift_budget(*of_.front()->budget, *of_.back()->budget, station_.uncertainty);
  }

  void compute_repeatability(PointRecord& r) const {
    std::vector<Ratio> errors;
    double of_bench = 0;
    for (const PointRecord* of : of_) {
      errors.push_back(from_percent(*of->error_percent));
      of_bench = std::max(of_bench, scatter_of_bench(*of->budget).value());
    }
    const Ratio s = standard_deviation(errors);
    r.error_percent = percent(s);
    r.budget = repeatability_budget(s, errors.size(), Ratio{of_bench});
    r.windows = static_cast<double>(errors.size());
  }

  void question_shift(PointRecord& r) const {
    const std::string what = fmt::format("{:+.4f} % from point {} to point {}", *r.error_percent,
                                         of_.front()->point_id, of_.back()->point_id);
    if (comparison_.varies == Influence::nothing)
      return take_back(r, "shifted", what + "; meter, reference or surroundings have changed");
    if (std::ranges::any_of(of_, [](const PointRecord* of) { return of->edges.empty(); }))
      return take_back(r, "pulses_unseen", what + "; not all pulses were seen one by one");
    if (is_unseen_body())
      return take_back(r, "body_unseen", what + "; nobody knows the temperature of this meter's own body");
    const auto of_reference = shift_of_reference();
    if (!of_reference) return add_reasons({kOnlyItsCertificate}, r);
    if (auto unproven = unproven_fail(*of_reference, from_percent(*r.error_percent), r.limit))
      take_back(r, std::move(unproven->kind), std::move(unproven->text));
  }

  /// At a temperature that meters were brought to, where the one sensor is on the body of another, or of
  /// none.
  [[nodiscard]] bool is_unseen_body() const {
    if (comparison_.varies != Influence::temperature) return false;
    return plan_.meters.size() > 1 || std::ranges::none_of(of_.back()->environment, [](const auto& row) {
             return row.quantity == "body_c";
           });
  }

  /// By how much the error of the reference has changed, by what the source tells: e_true ≈ e + d at either
  /// point. What is wrong with the source at one setting is so both times, but for its stability.
  [[nodiscard]] std::optional<ErrorRange> shift_of_reference() const {
    const SourceAccuracy& accuracy = station_.source_accuracy;
    const auto first = source_at(0, accuracy), second = source_at(1, accuracy);
    if (!first || !second) return std::nullopt;
    if (point_at(0).load == point_at(1).load && accuracy.stability > Ratio{}) {
      const Ratio apart = second->apart - first->apart;
      const Ratio within = source_at(1, {.power = accuracy.stability})->accuracy;
      return ErrorRange{apart - within, apart + within};
    }
    const ErrorRange then = reference_error(*first), now = reference_error(*second);
    return ErrorRange{now.lowest - then.highest, now.highest - then.lowest};
  }

  [[nodiscard]] const PlannedPoint& point_at(std::size_t n) const {
    return plan_.points[comparison_.points.at(n)];
  }

  /// Nothing where the station does not state the accuracy, or no reference pulses were counted.
  [[nodiscard]] std::optional<SourceWitness> source_at(std::size_t n, const SourceAccuracy& accuracy) const {
    const PointRecord& r = *of_.at(n);
    if (!accuracy.stated() || !r.reference_count || !r.duration_s) return std::nullopt;
    const PlannedPoint& point = point_at(n);
    const Form form = plan_.meters.at(r.position).form;
    const ReferenceDefinition definition = station_.reference->definition();
    const ActivePower seen =
        from_watt_hours(*r.reference_count * r.reference_pulse_wh) / Seconds{*r.duration_s};
    return source_witness(accuracy, definition, form, point.load, seen / (1 + point.reference.error.value()),
                          reference_power(definition, form, point.load));
  }

  const Plan& plan_;
  const PlannedComparison& comparison_;
  std::vector<const PointRecord*> of_;  // in the order of the comparison's points
  const Station& station_;
  double now_s_;
};

}  // namespace

LastAttempts last_attempts_of(const std::vector<PointRecord>& records) {
  LastAttempts last;
  for (const PointRecord& r : records) {
    const PointRecord*& known = last[{r.point_id, r.position}];
    if (!known || std::pair{r.attempt, r.computation} >= std::pair{known->attempt, known->computation})
      known = &r;
  }
  return last;
}

std::vector<PointRecord> due_comparisons(const Plan& plan, const std::vector<PointRecord>& records,
                                         const Station& station, Instant now) {
  std::vector<PointRecord> due;
  const LastAttempts attempts = last_attempts_of(records);
  for (const PlannedComparison& comparison : plan.comparisons)
    for (const PlannedMeter& meter : plan.points[comparison.last()].meters) {
      const auto last = [&](const std::string& id) {
        const auto found = attempts.find({id, meter.position});
        return found == attempts.end() ? nullptr : found->second;
      };
      std::vector<const PointRecord*> of;
      for (const std::size_t point : comparison.points) of.push_back(last(plan.points[point].id));
      if (std::ranges::any_of(of, [](const PointRecord* r) { return !r || !finished(*r); })) continue;
      const double measured_s = std::ranges::max(of, {}, &PointRecord::ended_s)->ended_s;
      const PointRecord* computed = last(comparison.id);
      // Points that were measured again after it ask for another.
      if (computed && computed->ended_s >= measured_s) continue;
      PointRecord r = Comparing{plan, comparison, std::move(of), station, now}.record();
      if (computed) r.attempt = computed->attempt + 1;
      note_risk(r);
      due.push_back(std::move(r));
    }
  return due;
}

}  // namespace meterbench
