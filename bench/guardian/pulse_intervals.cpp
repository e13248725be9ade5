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

std::optional<OddInterval> judged(std::size_t pulse, double ratio) {
  using Kind = OddInterval::Kind;
  if (std::abs(ratio - 1) <= kBand) return std::nullopt;
  if (ratio < kVeryShort) return OddInterval{Kind::double_pulse, pulse, ratio, 0};
  if (ratio < 1) return OddInterval{Kind::early_pulse, pulse, ratio, 0};
  const double whole = std::round(ratio);
  if (whole >= 2 && std::abs(ratio - whole) <= kNear)
    return OddInterval{Kind::missed_pulse, pulse, ratio, static_cast<std::uint64_t>(whole) - 1};
  return OddInterval{Kind::late_pulse, pulse, ratio, 0};
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

std::string OddInterval::text() const {
  std::string told = fmt::format("LED pulse {} came after {:.2f} times the expected interval", pulse, ratio);
  if (kind == Kind::missed_pulse)
    told += fmt::format(": {} pulse{} missed", missed, missed == 1 ? " was" : "s were");
  if (kind == Kind::double_pulse) told += ": one pulse was counted twice";
  return told;
}

std::vector<OddInterval> odd_intervals(std::span<const Edge> edges, Seconds expected) {
  std::vector<OddInterval> odd;
  for (std::size_t n = 1; n < edges.size(); ++n) {
    const double ratio = in_seconds(edges[n].time - edges[n - 1].time) / expected.value();
    if (auto found = judged(n, ratio)) odd.push_back(*found);
  }
  return odd;
}

}  // namespace meterbench
