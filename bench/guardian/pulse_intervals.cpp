#include "bench/guardian/pulse_intervals.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace meterbench {
namespace {

constexpr double kBand = 0.5;  // of the expected interval, either way
/// An interval that near to a whole number of expected ones is a gap of missed pulses. made: the load itself
/// may be 0.5 % off, a meter under test a few percent.
constexpr double kNear = 0.1;
/// A bounce or a reflection follows its pulse that closely. made
constexpr double kVeryShort = 0.1;

using Kind = OddInterval::Kind;

OddInterval too_short(std::size_t pulse, double ratio) {
  return {ratio < kVeryShort ? Kind::double_pulse : Kind::early_pulse, pulse, ratio, 0};
}

std::optional<OddInterval> judged(std::size_t pulse, double ratio) {
  if (std::abs(ratio - 1) <= kBand) return std::nullopt;
  if (ratio < 1) return too_short(pulse, ratio);
  const double whole = std::round(ratio);
  if (whole >= 2 && std::abs(ratio - whole) <= kNear)
    return OddInterval{Kind::missed_pulse, pulse, ratio, static_cast<std::uint64_t>(whole) - 1};
  return OddInterval{Kind::late_pulse, pulse, ratio, 0};
}

/// What `judge` finds among the intervals, given as multiples of `unit`.
template <class Judge>
std::vector<OddInterval> found(std::span<const Edge> edges, Seconds unit, Judge judge) {
  std::vector<OddInterval> odd;
  for (std::size_t n = 1; n < edges.size(); ++n) {
    const double ratio = in_seconds(edges[n].time - edges[n - 1].time) / unit.value();
    if (auto one = judge(n, ratio)) odd.push_back(*one);
  }
  return odd;
}

}  // namespace

std::string_view to_text(OddInterval::Kind kind) {
  switch (kind) {
    case OddInterval::Kind::missed_pulse: return "missed_pulse";
    case OddInterval::Kind::double_pulse: return "double_pulse";
    case OddInterval::Kind::early_pulse: return "early_pulse";
    case OddInterval::Kind::late_pulse: return "late_pulse";
  }
  return "unknown";
}

bool is_odd_interval(std::string_view event_kind) {
  for (const Kind kind : {Kind::missed_pulse, Kind::double_pulse, Kind::early_pulse, Kind::late_pulse})
    if (event_kind == to_text(kind)) return true;
  return false;
}

std::string OddInterval::text(std::string_view expected) const {
  std::string told = fmt::format("LED pulse {} came after {:.2f} times {}", pulse, ratio, expected);
  if (kind == Kind::missed_pulse)
    told += fmt::format(": {} pulse{} missed", missed, missed == 1 ? " was" : "s were");
  if (kind == Kind::double_pulse) told += ": one pulse was counted twice";
  return told;
}

std::vector<OddInterval> odd_intervals(std::span<const Edge> edges, Seconds expected) {
  return found(edges, expected, judged);
}

std::vector<OddInterval> short_intervals(std::span<const Edge> edges, Seconds shortest) {
  return found(edges, shortest, [](std::size_t pulse, double ratio) {
    return ratio < 1 ? std::optional{too_short(pulse, ratio)} : std::nullopt;
  });
}

}  // namespace meterbench
