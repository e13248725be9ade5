#include "bench/cli/point_view.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "bench/cli/ledger_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/cli/run_facts.h"
#include "bench/cli/text_table.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

using Json = nlohmann::ordered_json;

/// A plan numbers its points `001`, `002`, ….
constexpr std::size_t kIdDigits = 3;

/// `120.01, 119.98 to 120.03`
std::string span_text(const Span& span) {
  return fmt::format("{}, {} to {}", figures_text(span.mean, 6), figures_text(span.least, 6),
                     figures_text(span.most, 6));
}
Json span_json(const Span& span) { return {{"mean", span.mean}, {"least", span.least}, {"most", span.most}}; }

std::string degrees_text(double degrees) {
  return degrees == std::numeric_limits<double>::infinity() ? "∞" : figures_text(degrees, 3);
}

void print_meter(const std::vector<MeterRow>& meters, const std::string& position) {
  for (const MeterRow& m : meters)
    if (m.position == position)
      fmt::print("  meter      {}, serial number {}, firmware {}\n", m.type,
                 m.serial_number.empty() ? "not told" : m.serial_number,
                 m.firmware.empty() ? "not told" : m.firmware);
}

void print_title(const PointRecord& p, const RunSummary& summary) {
  fmt::print("Point {} at position {}, attempt {}{}, of run {}\n", p.point_id, p.position, p.attempt,
             p.computation == 0 ? "" : fmt::format(", computation {}", p.computation), summary.run.run_id);
  if (summary.run.simulated) fmt::print("{}\n", kSimulatedNotice);
  if (!p.recomputation.empty()) fmt::print("  computed   {}\n", p.recomputation);
}

void print_asked(const PointRecord& p) {
  fmt::print("  step       {}{}\n", p.step, p.label.empty() ? "" : fmt::format(" ({})", p.label));
  fmt::print("  asked      {}, {}, at {}\n", point_text(p), to_text(p.frequency), to_text(p.temperature));
}

void print_measured(const PointRecord& p) {
  fmt::print("  measured   {}, {:.3f} s to {:.3f} s of bench time\n",
             p.method.empty() ? "without counting" : p.method, p.started_s, p.ended_s);
  if (p.duration_s)
    fmt::print("  window     {} pulses of {} Wh in {:.3f} s\n", p.pulses, figures_text(p.kt_wh, 7),
               *p.duration_s);
  if (p.reference_count)
    fmt::print("  reference  {:.3f} pulses of {} Wh, F {}\n", *p.reference_count,
               figures_text(p.reference_pulse_wh, 6), figures_text(p.circuit_factor, 6));
  fmt::print("  corrected  reference {:+.4f} %, position {:+.4f} %, standard {:+.4f} %\n",
             p.reference_error_percent, p.isolation_error_percent, p.standard_error_percent);
}

std::string risk_text(const PointRecord& p) {
  return p.specific_risk ? fmt::format(", risk that it is wrong {:.2g} %", 100 * *p.specific_risk) : "";
}

void print_decided(const PointRecord& p) {
  const double u = p.budget ? p.budget->expanded_percent() : 0;
  fmt::print("  result     {} {}{}\n", p.result, value_text(p),
             p.budget ? fmt::format(", U {} %, k {:.2f} at {} degrees of freedom", uncertainty_text(u),
                                    p.budget->coverage_factor(),
                                    degrees_text(p.budget->effective_degrees_of_freedom()))
                      : "");
  fmt::print("  limit      {}\n", limit_line(p.limit));
  fmt::print("  decision   {}{}{}\n  basis      {}\n", p.verdict.conditional ? "conditional " : "",
             to_text(p.verdict.decision), risk_text(p), p.verdict.basis.text());
}

void print_budget(const Budget& budget) {
  std::vector<TextTable::Column> columns{
      {"component", 30, false}, {"distribution", 0, false},      {"u", 8, true},
      {"unit", 0, false},       {"sensitivity", 0, true},        {"u(e) %", 8, true},
      {"share %", 0, true},     {"degrees of freedom", 0, true}, {"origin", 0, false}};
  const TextTable table{columns};
  fmt::print("\nUncertainty\n  {}\n", table.header());
  const double combined = budget.combined_percent();
  for (const Component& c : budget.components)
    fmt::print("  {}\n",
               table.row({c.name, std::string{to_text(c.distribution)},
                          fmt::format("{:.5f}", c.standard_uncertainty), c.unit,
                          figures_text(c.sensitivity, 4), fmt::format("{:.5f}", c.contribution_percent()),
                          fmt::format("{:.1f}", share_percent(c, combined)),
                          degrees_text(c.degrees_of_freedom), c.origin}));
  fmt::print("  combined standard uncertainty {:.5f} %, {} degrees of freedom\n", combined,
             degrees_text(budget.effective_degrees_of_freedom()));
  const double k = budget.coverage_factor();
  fmt::print("  expanded uncertainty U = {} %, k = {:.2f} for 95.45 % by {}\n",
             uncertainty_text(k * combined), k, k_by(budget));
}

void print_edges(const EdgeSummary& e) {
  fmt::print("\nLED edges (mean, least to most)\n  {} edges, {:.3f} s to {:.3f} s\n", e.edges, e.first_s,
             e.last_s);
  fmt::print("  interval           {} s\n", span_text(e.interval_s));
  fmt::print("  reference pulses   {} in each\n", span_text(e.reference_pulses));
}

void print_environment(const std::vector<ReadingSummary>& summaries) {
  if (!summaries.empty()) fmt::print("\nEnvironment (mean, least to most)\n");
  for (const ReadingSummary& s : summaries)
    fmt::print("  {:18} {}{}\n", s.quantity, span_text(s.value),
               s.circuit == 0 ? "" : fmt::format(", circuit {}", s.circuit));
}

void print_events(const std::vector<EventRow>& events) {
  if (!events.empty()) fmt::print("\nEvents\n");
  for (const EventRow& e : events) fmt::print("  at {:.3f} s: {}\n", e.time_s, event_text(e));
}

Json summary_json(const PointRecord& p) {
  Json json{{"edges", nullptr}, {"environment", Json::array()}};
  if (const auto e = summary_of(p.edges))
    json["edges"] = {{"edges", e->edges},
                     {"first_s", e->first_s},
                     {"last_s", e->last_s},
                     {"interval_s", span_json(e->interval_s)},
                     {"reference_pulses", span_json(e->reference_pulses)}};
  for (const ReadingSummary& s : summary_of(p.environment))
    json["environment"].push_back({{"quantity", s.quantity},
                                   {"circuit", s.circuit},
                                   {"readings", s.readings},
                                   {"value", span_json(s.value)}});
  return json;
}

}  // namespace

std::vector<PointRecord> records_of(const Ledger& ledger, const std::string& run_id, const std::string& point,
                                    const std::string& position) {
  std::vector<PointRecord> records = ledger.points(run_id);
  const std::string id = std::string(point.size() < kIdDigits ? kIdDigits - point.size() : 0, '0') + point;
  std::erase_if(records, [&](const PointRecord& p) {
    return p.point_id != id || (!position.empty() && p.position != position);
  });
  return records;
}

void print_point(const Ledger& ledger, const RunSummary& summary, const std::vector<PointRecord>& records) {
  const auto meters = ledger.meters(summary.run.run_id);
  for (const PointRecord& p : records) {
    print_title(p, summary);
    print_asked(p);
    print_meter(meters, p.position);
    print_measured(p);
    print_decided(p);
    if (p.budget) print_budget(*p.budget);
    if (const auto edges = summary_of(p.edges)) print_edges(*edges);
    print_environment(summary_of(p.environment));
    print_events(p.events);
    fmt::print("\n");
  }
}

void print_budgets(const RunSummary& summary, const std::vector<PointRecord>& records) {
  for (const PointRecord& p : records) {
    print_title(p, summary);
    print_asked(p);
    print_decided(p);
    if (p.budget)
      print_budget(*p.budget);
    else
      fmt::print("\nIt has no budget: {}\n", p.error_percent ? "none was made" : "there is no number");
    fmt::print("\n");
  }
}

Json budgets_json(const RunSummary& summary, const std::vector<PointRecord>& records) {
  Json json;
  if (summary.run.simulated) json["notice"] = kSimulatedNotice;
  json["run_id"] = summary.run.run_id;
  json["budgets"] = Json::array();
  for (const PointRecord& p : records) {
    const Json point = point_json(p);
    Json budget;
    for (const char* key : {"point_id", "position", "attempt", "computation", "result", "error_percent",
                            "u_percent", "k", "decision", "specific_risk", "basis", "budget"})
      budget[key] = point.at(key);
    json["budgets"].push_back(std::move(budget));
  }
  return json;
}

Json point_view_json(const Ledger& ledger, const RunSummary& summary,
                     const std::vector<PointRecord>& records) {
  const std::string& run_id = summary.run.run_id;
  Json json;
  if (summary.run.simulated) json["notice"] = kSimulatedNotice;
  json["run"] = run_head_json(summary);
  json["meters"] = Json::array();
  json["points"] = Json::array();
  const auto events = ledger.events(run_id);
  for (const MeterRow& m : ledger.meters(run_id))
    if (std::ranges::any_of(records, [&](const PointRecord& p) { return p.position == m.position; }))
      json["meters"].push_back(meter_json(m, events));
  for (const PointRecord& p : records) {
    Json point = point_json(p);
    point["summary"] = summary_json(p);
    json["points"].push_back(std::move(point));
  }
  return json;
}

}  // namespace meterbench
