#include "bench/runner/point_decision.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/runner/blame.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/recorded_window.h"

namespace meterbench {
namespace {

/// Parts of a window whose spread is checked.
constexpr std::size_t kParts = 5;
/// So many odd intervals of a meter are told one by one. made
constexpr std::size_t kToldOdd = 10;

constexpr const char* kUnseen =
    "the pulses were counted without being seen one by one, so that the bench may have lost or doubled some; "
    "method timestamps or scanned would tell";

}  // namespace

void PointDecision::decide_error(std::size_t index, const WindowConditions& c, const Window& window,
                                 PointRecord& record) const {
  const auto source = source_of(index, record);
  // The scatter of a second stage is in its U.
  bool bench_to_blame = !point_.meters[index].own_scatter && add_spread(c, window, record);
  bench_to_blame |= add_odd_intervals(index, record);
  bench_to_blame |= add_reference_doubt(source, record);
  decide(bench_to_blame, record);
  if (record.verdict.decision == Decision::fail) question_fail(index, source, record);
}

void PointDecision::decide_residual(std::size_t index, PointRecord& record) const {
  bool bench_to_blame = add_short_intervals(index, record);
  bench_to_blame |= add_reference_doubt(source_of(index, record), record);
  decide(bench_to_blame, record);
}

void PointDecision::decide_function(bool as_it_should_be, std::string seen, PointRecord& record) const {
  Decision& decision = record.verdict.decision;
  decision = as_it_should_be ? Decision::pass : Decision::fail;
  if (as_it_should_be) return;
  record.events.push_back(event(record, "not_as_it_should_be", std::move(seen)));
  if (point_.method == CountingMethod::gated_total) take_back(record, "pulses_unseen", kUnseen);
}

bool PointDecision::add_spread(const WindowConditions& c, const Window& window, PointRecord& record) const {
  if (record.edges.size() <= kOpeningEdge) return false;
  const auto parts = errors_of_parts(record, kParts);
  if (spread_as_expected(parts, c, window.pulses)) return false;
  record.events.push_back(
      event(record, "spread",
            "the parts of the window scatter more than timing, jitter and pooled repeatability explain"));
  return true;
}

bool PointDecision::add_odd_intervals(std::size_t index, PointRecord& record) const {
  const PlannedMeter& meter = point_.meters[index];
  const auto odd = odd_intervals(count_.meters()[index].steady, types_.at(meter.position).kt / meter.power);
  tell_intervals(odd, "the expected interval", record);
  return std::ranges::any_of(odd, [&](const OddInterval& o) {
    // Without edges of its own the window is another instrument's, and all that was seen lies within.
    return record.edges.empty() || (o.pulse > kOpeningEdge && o.pulse < record.edges.size());
  });
}

/// What opposed circuits leave gives no pulses as fast as the same currents in series.
bool PointDecision::add_short_intervals(std::size_t index, PointRecord& record) const {
  const PlannedMeter& meter = point_.meters[index];
  const auto odd = short_intervals(record.edges, types_.at(meter.position).kt / meter.power);
  tell_intervals(odd, "the interval of the same currents in series", record);
  return !odd.empty();
}

void PointDecision::tell_intervals(const std::vector<OddInterval>& odd, std::string_view expected,
                                   PointRecord& record) const {
  for (std::size_t i = 0; i < std::min(odd.size(), kToldOdd + 1); ++i) {
    std::string text = odd[i].text(expected);
    if (i == kToldOdd) text += fmt::format("; {} odd intervals in all", odd.size());
    record.events.push_back(event(record, std::string{to_text(odd[i].kind)}, std::move(text)));
  }
}

/// The reference's energy over its time. Where the reference compares by itself its readings stand for its
/// pulses.
ActivePower PointDecision::seen_power(const PointRecord& record) const {
  if (point_.method != CountingMethod::error_calculator)
    return *record.reference_count * count_.reference_pulse() / Seconds{*record.duration_s};
  const auto& samples = hold_.watch()->samples();
  ActivePower sum;
  for (const auto& sample : samples) sum = sum + sample.reading.active;
  return sum / static_cast<double>(samples.size());
}

std::optional<SourceWitness> PointDecision::source_of(std::size_t index, const PointRecord& record) const {
  const Form form = types_.at(record.position).form;
  const ActivePower whole = point_.result == ResultKind::residual
                                ? point_.meters[index].power
                                : reference_power(station_.reference->definition(), form, point_.load);
  return meterbench::source_of(station_, point_, form, seen_power(record), whole);
}

bool PointDecision::add_reference_doubt(const std::optional<SourceWitness>& source,
                                        PointRecord& record) const {
  const char* of_what = point_.result == ResultKind::residual ? "the power in series" : "the power";
  auto doubt = source ? reference_doubt(*source, record.budget->expanded_percent(), of_what) : std::nullopt;
  if (!doubt) return false;
  record.events.push_back(event(record, std::move(doubt->kind), std::move(doubt->text)));
  return true;
}

void PointDecision::decide(bool bench_to_blame, PointRecord& record) const {
  decide_number(point_.rule, in_seconds(station_.reactor.now()), record);
  Decision& decision = record.verdict.decision;
  // Whether meter or bench is to blame stays open: no pass can stand on it, and no fail is made of it.
  if (bench_to_blame || (!record.events.empty() && decision == Decision::pass))
    decision = Decision::inconclusive;
}

void PointDecision::question_fail(std::size_t index, const std::optional<SourceWitness>& source,
                                  PointRecord& record) const {
  if (count_.meters()[index].steady.empty()) return take_back(record, "pulses_unseen", kUnseen);
  // With a certified standard in the meter's place it is the reference that is on trial.
  if (point_.result == ResultKind::deviation) return;
  if (auto unseen = unseen_body(hold_, types_.size()))
    return take_back(record, std::move(unseen->kind), std::move(unseen->text));
  if (!source) {
    record.verdict.basis.reasons.emplace_back(kOnlyItsCertificate);
    return;
  }
  if (auto unproven = unproven_fail(*source, from_percent(*record.error_percent), point_.limit))
    take_back(record, std::move(unproven->kind), std::move(unproven->text));
}

void PointDecision::take_back(PointRecord& record, std::string kind, std::string text) const {
  record.events.push_back(event(record, std::move(kind), std::move(text)));
  record.verdict.decision = Decision::inconclusive;
}

EventRow PointDecision::event(const PointRecord& record, std::string kind, std::string text) const {
  return {record.point_id, record.position, in_seconds(station_.reactor.now()), std::move(kind),
          std::move(text)};
}

}  // namespace meterbench
