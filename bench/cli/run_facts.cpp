#include "bench/cli/run_facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meterbench {

bool makes_void(const EventRow& event, const std::string& position) {
  return event.kind == "void" && (event.position.empty() || event.position == position);
}

std::string positions_text(const std::vector<std::string>& positions) {
  constexpr std::size_t kListed = 8;  // more are not listed one by one
  if (positions.size() == 1) return "position " + positions.front();
  if (positions.size() <= kListed) return fmt::format("positions {}", fmt::join(positions, ", "));
  return fmt::format("{} positions", positions.size());
}

std::vector<SharedEvent> shared(const std::vector<EventRow>& events) {
  std::vector<SharedEvent> together;
  std::map<std::tuple<std::string, double, std::string, std::string>, std::size_t> places;
  for (const EventRow& e : events) {
    const auto [place, first] = places.try_emplace({e.point_id, e.time_s, e.kind, e.text}, together.size());
    if (first) together.push_back({e, {}});
    if (!e.position.empty()) together[place->second].positions.push_back(e.position);
  }
  return together;
}

std::string event_text(const EventRow& event) {
  return event.text.starts_with(event.kind) ? event.text : fmt::format("{}: {}", event.kind, event.text);
}

std::vector<std::string> findings_of(const std::vector<EventRow>& events) {
  // Kinds of events (ledger.h) and what they mean to a person.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords{{
      {"void", "VOID, no decision stands: "},
      {"no_pass", "no pass stands: "},
      {"led_register", ""},
      {"doubt", "unverified: "},
      {"map_unproven", "LED and optical port are not proven to belong to one meter: "},
      {"unreconciled", "LED and registers were not compared: "},
      {"optical_port", "optical port: "},
      {"register_hold", "load for the registers: "},
  }};
  struct Line {
    std::string words;
    std::vector<std::string> positions;
  };
  std::vector<Line> lines;
  std::set<std::pair<std::string, std::string>> told;  // text and position
  for (const auto& [kind, words] : kWords)
    for (const EventRow& e : events) {
      if (e.kind != kind || !told.emplace(e.text, e.position).second) continue;
      const std::string said = fmt::format("{}{}", words, e.text);
      auto line = std::ranges::find(lines, said, &Line::words);
      if (line == lines.end()) line = lines.insert(lines.end(), {said, {}});
      line->positions.push_back(e.position);
    }
  std::vector<std::string> text;
  for (const Line& line : lines) {
    const bool of_all = line.positions.front().empty();
    text.push_back(
        fmt::format("{}: {}", of_all ? "the whole run" : positions_text(line.positions), line.words));
  }
  return text;
}

double share_percent(const Component& component, double combined_percent) {
  if (!(combined_percent > 0)) return 0;
  const double part = component.contribution_percent() / combined_percent;
  return 100 * part * part;
}

std::string_view k_by(const Budget& budget) {
  return budget.dominated() ? "Monte Carlo (JCGM 101)" : "Welch–Satterthwaite";
}

Span span_of(const std::vector<double>& values) {
  const auto [least, most] = std::ranges::minmax(values);
  return {least, std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()),
          most};
}

std::optional<EdgeSummary> summary_of(const std::vector<Edge>& edges) {
  if (edges.size() < 2) return std::nullopt;
  std::vector<double> intervals, pulses;
  for (std::size_t i = 1; i < edges.size(); ++i) {
    intervals.push_back(in_seconds(edges[i].time - edges[i - 1].time));
    pulses.push_back(edges[i].reference_count - edges[i - 1].reference_count);
  }
  return EdgeSummary{edges.size(), in_seconds(edges.front().time), in_seconds(edges.back().time),
                     span_of(intervals), span_of(pulses)};
}

std::vector<ReadingSummary> summary_of(const std::vector<EnvironmentRow>& readings) {
  std::vector<ReadingSummary> summaries;
  for (const EnvironmentRow& first : readings) {
    const auto same = [&](const auto& other) {
      return other.quantity == first.quantity && other.circuit == first.circuit;
    };
    if (std::ranges::any_of(summaries, same)) continue;
    std::vector<double> values;
    for (const EnvironmentRow& r : readings)
      if (same(r)) values.push_back(r.value);
    summaries.push_back({first.quantity, first.circuit, values.size(), span_of(values)});
  }
  return summaries;
}

}  // namespace meterbench
