#include "bench/cli/run_facts.h"

#include <algorithm>
#include <numeric>

namespace meterbench {

bool makes_void(const EventRow& event, const std::string& position) {
  return event.kind == "void" && (event.position.empty() || event.position == position);
}

double share_percent(const Component& component, double combined_percent) {
  if (!(combined_percent > 0)) return 0;
  const double part = component.contribution_percent() / combined_percent;
  return 100 * part * part;
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
