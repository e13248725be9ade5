#include "bench/cli/junit.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/junit_document.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/cli/run_report.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

using junit::Case;
using junit::Mishap;

constexpr std::string_view kBenchFaultType = "bench fault";
constexpr std::string_view kInterruptedType = "interrupted";

std::string figures(const PointRecord& p) {
  const double u = p.budget ? p.budget->expanded_percent() : 0;
  return fmt::format(
      "{} {}{}, limit {}", p.result, value_text(p),
      p.budget ? fmt::format(", U {} %, k {:.2f}", uncertainty_text(u), p.budget->coverage_factor()) : "",
      limit_line(p.limit));
}

/// Figures, basis and events, a line each.
std::string account(const PointRecord& p) {
  std::string text = figures(p) + "\nbasis " + p.verdict.basis.text();
  for (const EventRow& e : p.events) text += fmt::format("\nat {:.3f} s: {}: {}", e.time_s, e.kind, e.text);
  return text;
}

/// The first event of that kind, null when there is none.
const EventRow* event_of(const PointRecord& p, std::string_view kind) {
  const auto found = std::ranges::find(p.events, kind, &EventRow::kind);
  return found == p.events.end() ? nullptr : &*found;
}

Case case_of(const PointRecord& p) {
  Case c;
  c.name = fmt::format("{} {}: {}, {}", p.point_id, p.position, point_text(p), to_text(p.temperature));
  c.time_s = p.ended_s - p.started_s;
  c.output = account(p);
  if (p.verdict.decision == Decision::pass) return c;
  c.mishap = p.verdict.decision == Decision::fail ? Mishap::failure : Mishap::error;
  c.type = to_text(p.verdict.decision);
  c.message = figures(p);
  if (!p.verdict.basis.verified()) c.message += "; " + p.verdict.basis.text();
  if (p.verdict.decision == Decision::fail) return c;
  if (const EventRow* skipped = event_of(p, "skipped")) {
    c.mishap = Mishap::skipped;
    c.message = skipped->text;
  } else if (const EventRow* fault = event_of(p, "fault")) {
    c.type = kBenchFaultType;
    c.message = fault->text;
  } else if (const EventRow* stopped = event_of(p, "stopped")) {
    c.type = kInterruptedType;
    c.message = stopped->text;
  }
  return c;
}

/// `; 5 of 24 points were measured`, where it is less than all.
std::string measured_text(const RunSummary& summary, const std::vector<PointRecord>& last) {
  std::set<std::string> measured;
  for (const PointRecord& p : last)
    if (!is_comparison(p) && (p.error_percent || p.verdict.decision != Decision::inconclusive))
      measured.insert(p.point_id);
  const std::uint64_t planned = summary.run.planned_points;
  return measured.size() < planned ? fmt::format("; {} of {} points were measured", measured.size(), planned)
                                   : "";
}

/// A load that the station cannot do, as the runner has noted it: once, however often it is asked for.
std::vector<Case> unreachable_cases(const std::vector<EventRow>& events) {
  std::vector<Case> cases;
  for (const EventRow& e : events)
    if (e.kind == "unreachable" && std::ranges::find(cases, e.text, &Case::name) == cases.end())
      cases.push_back({e.text, 0, Mishap::error, "out of reach", e.text, ""});
  return cases;
}

/// Whether the run itself came to its end and measured all that was asked, with what happened to the bench.
/// `all_told`: whether other cases tell what it has not.
Case case_of(const RunSummary& summary, const std::vector<EventRow>& events,
             const std::vector<PointRecord>& last, bool all_told) {
  Case c;
  c.name = "the run came to its end";
  std::string faults;
  for (const EventRow& e : events) {
    if (!e.point_id.empty() || e.kind == "unreachable") continue;
    c.output += fmt::format("{}at {:.3f} s: {}{}: {}", c.output.empty() ? "" : "\n", e.time_s,
                            e.position.empty() ? "" : e.position + ": ", e.kind, e.text);
    if (e.kind == "fault") faults += (faults.empty() ? "" : "; ") + e.text;
  }
  const auto error = [&](std::string_view type, const std::string& message) {
    c.mishap = Mishap::error;
    c.type = type;
    c.message = message + measured_text(summary, last);
  };
  if (!summary.exit_code)
    error("unfinished", "the run has no end in the ledger");
  else if (summary.exit_code == kBenchFault)
    error(kBenchFaultType, faults.empty() ? "exit code 3" : faults);
  else if (summary.exit_code == kInterrupted)
    error(kInterruptedType, "the run was interrupted");
  else if (summary.exit_code != kAllPassed && !all_told)
    error("not passed", "not everything that the scenario asks for was measured");
  return c;
}

std::vector<std::pair<std::string, std::string>> properties(const RunSummary& summary,
                                                            long unverified_passes) {
  const RunRecord& run = summary.run;
  std::vector<std::pair<std::string, std::string>> all;
  if (run.simulated) all.emplace_back("notice", kSimulatedNotice);
  all.insert(all.end(), {{"run_id", run.run_id},
                         {"scenario", run.scenario},
                         {"station", run.station},
                         {"lab", run.lab},
                         {"seed", run.seed ? std::to_string(*run.seed) : ""},
                         {"meter", run.meter},
                         {"firmware", run.firmware},
                         {"decision_rule", run.decision_rule},
                         {"software", run.software},
                         {"content_hash", summary.content_hash},
                         {"unverified_passes", std::to_string(unverified_passes)}});
  return all;
}

}  // namespace

std::string junit_xml(const RunSummary& summary, const std::vector<PointRecord>& points,
                      const std::vector<EventRow>& events) {
  const std::vector<PointRecord> last = last_attempts(points);
  const auto unverified_passes = std::ranges::count_if(last, [](const PointRecord& p) {
    return p.verdict.decision == Decision::pass && !p.verdict.basis.verified();
  });
  junit::Document document{
      summary.run.scenario, summary.run.started, properties(summary, unverified_passes), {}};
  for (const PointRecord& p : last)
    document.suite(p.label.empty() ? p.step : p.step + " " + p.label).cases.push_back(case_of(p));
  const junit::Suite out_of_reach{"out of reach", unreachable_cases(events)};
  if (!out_of_reach.cases.empty()) document.suites.push_back(out_of_reach);
  const bool all_told = std::ranges::any_of(document.suites, [](const junit::Suite& s) {
    return s.count(Mishap::failure) + s.count(Mishap::error) > 0;
  });
  document.suites.push_back({"bench", {case_of(summary, events, last, all_told)}});
  return document.xml();
}

}  // namespace meterbench
