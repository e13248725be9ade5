#include "bench/cli/run_report.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/cli/run_facts.h"
#include "bench/runner/interim_checks.h"

namespace meterbench {
namespace {

std::ptrdiff_t decided(const std::vector<PointRecord>& points, Decision decision) {
  return std::ranges::count(points, decision, [](const PointRecord& p) { return p.verdict.decision; });
}

std::vector<std::string> events_text(const PointRecord& p) {
  std::vector<std::string> told;
  for (const EventRow& e : p.events) told.push_back(event_text(e));
  return told;
}

/// What happened at a point is said once of all positions that it happened to alike.
std::string not_passed_text(const std::vector<PointRecord>& points) {
  std::string text;
  for (auto first = points.begin(); first != points.end();) {
    const auto alike = [&](const PointRecord& p) {
      return p.point_id == first->point_id && p.verdict.decision == first->verdict.decision &&
             events_text(p) == events_text(*first);
    };
    const auto end = std::find_if_not(first, points.end(), alike);
    if (first->verdict.decision != Decision::pass) {
      std::vector<std::string> positions;
      std::transform(first, end, std::back_inserter(positions),
                     [](const PointRecord& p) { return p.position; });
      text += fmt::format("  {} {} at {}: {}\n", first->point_id, to_text(first->verdict.decision),
                          positions_text(positions), point_text(*first));
      for (const std::string& told : events_text(*first)) text += fmt::format("      {}\n", told);
    }
    first = end;
  }
  return text;
}

std::string not_begun_text(const Plan& plan, const std::vector<PointRecord>& points) {
  const auto begun = [&](const PlannedPoint& p) {
    return std::ranges::find(points, p.id, &PointRecord::point_id) != points.end();
  };
  const auto first = std::ranges::find_if_not(plan.points, begun);
  if (first == plan.points.end()) return "";
  return fmt::format("  not begun: {} of {} points, from {} on\n",
                     plan.points.size() - static_cast<std::size_t>(std::ranges::count_if(plan.points, begun)),
                     plan.points.size(), first->id);
}

std::string findings_text(const std::vector<EventRow>& events) {
  std::string text;
  for (const std::string& finding : findings_of(events)) text += fmt::format("  {}\n", finding);
  return text;
}

/// The station asks for an interim check first: nothing was begun.
bool refused(const RunOutcome& outcome) { return outcome.fault && outcome.fault->command == kInterimCheck; }

}  // namespace

void say(const std::string& text) { std::fputs(text.c_str(), stdout); }

ProgressLine::ProgressLine(std::FILE* stream) : stream_{stream}, terminal_{isatty(fileno(stream)) == 1} {}

void ProgressLine::show(const std::string& text) {
  if (!terminal_ || text == shown_) return;
  fmt::print(stream_, "\r\x1b[K{}", text);
  std::fflush(stream_);
  shown_ = text;
}

void ProgressLine::clear() {
  if (shown_.empty()) return;
  fmt::print(stream_, "\r\x1b[K");
  std::fflush(stream_);
  shown_.clear();
}

Narrator::~Narrator() {
  line_.clear();
  progress_.end();
}

void Narrator::run_started(const std::string&, const Plan& plan) {
  progress_.begin(plan, left_);
  if (text_) say("\n" + table_.header() + "\n");
}

void Narrator::soaking(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed) {
  progress_.soak(soak, now, elapsed);
  show_progress();
}

void Narrator::point_started(std::size_t index, const PlannedPoint&) {
  progress_.point(index);
  show_progress();
}

void Narrator::counting(std::size_t, std::uint64_t edges, std::uint64_t needed) {
  progress_.edges(edges, needed);
  show_progress();
}

void Narrator::point_ended(std::size_t, const PointRecord& record) {
  progress_.point_over();
  line_.clear();
  if (!text_) return;
  say(table_.row(record) + "\n");
  std::fflush(stdout);
}

void Narrator::holding_for_registers(const std::string& what) {
  progress_.holding_for_registers(what);
  line_.clear();
  if (!text_) return;
  say("\n" + what + "\n");
  std::fflush(stdout);
}

void Narrator::show_progress() {
  if (line_.visible()) line_.show(progress_.text());
}

std::string meters_text(const std::map<std::string, MeterType>& meters) {
  std::map<std::string, std::vector<std::string>> by_type;
  for (const auto& [position, type] : meters) by_type[type.id].push_back(position);
  std::vector<std::string> parts;
  for (const auto& [type, positions] : by_type)
    parts.push_back(fmt::format("{} at {}", type, positions_text(positions)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::vector<PointRecord> last_attempts(std::vector<PointRecord> records) {
  const auto place = [](const PointRecord& r) { return std::tie(r.point_id, r.position); };
  std::ranges::stable_sort(records, [&](const PointRecord& a, const PointRecord& b) {
    return std::tuple{place(a), a.attempt, a.computation} < std::tuple{place(b), b.attempt, b.computation};
  });
  std::vector<PointRecord> last;
  for (PointRecord& r : records) {
    if (!last.empty() && place(last.back()) == place(r)) last.pop_back();
    last.push_back(std::move(r));
  }
  return last;
}

std::string summary_text(const RunOutcome& outcome, const Plan& plan, const std::vector<PointRecord>& points,
                         const std::vector<EventRow>& events) {
  std::string text;
  const auto section = [&](std::string_view title, const std::string& lines) {
    if (!lines.empty()) text += fmt::format("\n{}:\n{}", title, lines);
  };
  section("Findings", findings_text(events));
  std::string not_passed = not_passed_text(points) + not_begun_text(plan, points);
  if (!plan.unreachable.empty())
    not_passed += fmt::format("  out of reach: {}, as told above\n", plan.unreachable.size());
  section("Not passed", not_passed);
  const bool unfinished = outcome.fault || outcome.record_failure;
  const bool passed = outcome.end == RunEnd::passed;
  text += fmt::format("\n{}: {} pass, {} fail, {} inconclusive\n",
                      unfinished ? "UNFINISHED"
                      : passed   ? "PASS"
                                 : "NOT PASSED",
                      decided(points, Decision::pass), decided(points, Decision::fail),
                      decided(points, Decision::inconclusive));
  if (plan.scenario.check && !unfinished)
    text += fmt::format("{} check {}\n", to_text(*plan.scenario.check), passed ? "passed" : "failed");
  return text;
}

std::string passes_text(const std::vector<PointRecord>& points, const Plan& plan) {
  const auto unverified = std::ranges::count_if(points, [](const PointRecord& p) {
    return p.verdict.decision == Decision::pass && !p.verdict.basis.verified();
  });
  return fmt::format(
      "{} passes, {} of them unverified{}\n", decided(points, Decision::pass), unverified,
      plan.unreachable.empty() ? "" : fmt::format("; {} out of reach", plan.unreachable.size()));
}

std::string what_went_wrong(const RunOutcome& outcome) {
  std::string text;
  if (refused(outcome))
    text += fmt::format("Run refused: {}\n", outcome.fault->detail);
  else if (outcome.fault)
    text += fmt::format("Run ended early: {}\n", outcome.fault->text());
  if (outcome.record_failure)
    text += fmt::format("The record cannot be written: {}\n", *outcome.record_failure);
  if (outcome.not_off)
    text += fmt::format("THE SOURCE COULD NOT BE CONFIRMED OFF: {}. Switch it off by hand.\n",
                        outcome.not_off->text());
  else if (outcome.off_by_relay)
    text += "The source did not confirm that it is off; the interlock's relay is open.\n";
  else if (outcome.fault || outcome.record_failure)
    text += "The source is off.\n";
  if (!outcome.fault || outcome.record_failure || outcome.run_id.empty()) return text;
  const std::string_view first =
      refused(outcome) ? "Carry that check out (scenarios/check), then the run can go on"
      : outcome.fault->code == Errc::stopped ? "It can go on"
                                             : "Mend that first, then it can go on";
  return text + fmt::format("{}: meterbench resume {}\n", first, outcome.run_id);
}

}  // namespace meterbench
