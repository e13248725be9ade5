#include "bench/cli/run_report.h"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

namespace meterbench {
namespace {

/// More positions than these are not listed one by one.
constexpr std::size_t kListed = 8;

std::ptrdiff_t decided(const std::vector<PointRecord>& points, Decision decision) {
  return std::ranges::count(points, decision, [](const PointRecord& p) { return p.verdict.decision; });
}

std::string not_passed_text(const std::vector<PointRecord>& points) {
  std::string text;
  for (const PointRecord& p : points) {
    if (p.verdict.decision == Decision::pass) continue;
    text += fmt::format("  {} {} at {}: {}\n", p.point_id, to_text(p.verdict.decision), p.position,
                        point_text(p));
    for (const EventRow& e : p.events) text += fmt::format("      {}: {}\n", e.kind, e.text);
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

std::string void_text(const std::vector<EventRow>& events) {
  std::string text;
  for (const EventRow& e : events)
    if (e.kind == "void")
      text += fmt::format("  void {}: {}\n", e.position.empty() ? "at all positions" : "at " + e.position,
                          e.text);
  return text;
}

}  // namespace

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
  if (text_) fmt::print("\n{}\n", table_.header());
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
  fmt::print("{}\n", table_.row(record));
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
    parts.push_back(positions.size() == 1 ? fmt::format("{} at position {}", type, positions.front())
                    : positions.size() <= kListed
                        ? fmt::format("{} at positions {}", type, fmt::join(positions, ", "))
                        : fmt::format("{} at {} positions", type, positions.size()));
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

void print_summary(const RunOutcome& outcome, const Plan& plan, const std::vector<PointRecord>& points,
                   const std::vector<EventRow>& events) {
  std::string not_passed = void_text(events) + not_passed_text(points) + not_begun_text(plan, points);
  for (const UnreachablePoint& u : plan.unreachable)
    not_passed += fmt::format("  cannot be reached: {}: {}\n", u.description, u.reason);
  if (!not_passed.empty()) fmt::print("\nNot passed:\n{}", not_passed);
  const bool unfinished = outcome.fault || outcome.record_failure;
  const bool passed = outcome.end == RunEnd::passed;
  fmt::print("\n{}: {} pass, {} fail, {} inconclusive\n",
             unfinished ? "UNFINISHED"
             : passed   ? "PASS"
                        : "NOT PASSED",
             decided(points, Decision::pass), decided(points, Decision::fail),
             decided(points, Decision::inconclusive));
  if (plan.scenario.check && !unfinished)
    fmt::print("{} check {}\n", to_text(*plan.scenario.check), passed ? "passed" : "failed");
}

void print_passes(const std::vector<PointRecord>& points) {
  fmt::print("{} passes, {} of them unverified\n", decided(points, Decision::pass),
             std::ranges::count_if(points, [](const PointRecord& p) {
               return p.verdict.decision == Decision::pass && !p.verdict.basis.verified();
             }));
}

void tell_what_went_wrong(const RunOutcome& outcome) {
  if (outcome.fault) fmt::print(stderr, "Run ended early: {}\n", outcome.fault->text());
  if (outcome.record_failure)
    fmt::print(stderr, "The record cannot be written: {}\n", *outcome.record_failure);
  if (outcome.not_off)
    fmt::print(stderr, "THE SOURCE COULD NOT BE CONFIRMED OFF: {}. Switch it off by hand.\n",
               outcome.not_off->text());
  else if (outcome.off_by_relay)
    fmt::print(stderr, "The source did not confirm that it is off; the interlock's relay is open.\n");
  else if (outcome.fault || outcome.record_failure)
    fmt::print(stderr, "The source is off.\n");
  if (outcome.fault && !outcome.record_failure && !outcome.run_id.empty())
    fmt::print(stderr, "It can go on: meterbench resume {}\n", outcome.run_id);
}

}  // namespace meterbench
