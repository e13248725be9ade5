// Whether the pulses of a meter's test LED follow each other as its load asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/edge.h"

namespace meterbench {

/// An interval that is not within ±50 % of the expected one. Who is to blame, meter or bench, it does not
/// tell: that needs evidence.
struct OddInterval {
  enum class Kind {
    missed_pulse,  ///< near a whole number k of intervals: k − 1 pulses did not come
    double_pulse,  ///< very short: one pulse counted twice
    early_pulse,   ///< too short, but too long for a double
    late_pulse,    ///< too long, but near no whole number of intervals
  };
  Kind kind{};
  std::size_t pulse = 0;     ///< the one that ends it; the second edge is pulse 1
  double ratio = 0;          ///< of the interval to the expected one
  std::uint64_t missed = 0;  ///< pulses that did not come

  /// `LED pulse 17 came after 3.00 times the expected interval: 2 pulses were missed`
  [[nodiscard]] std::string text(std::string_view expected = "the expected interval") const;
};
/// As events are named: `missed_pulse`, …
[[nodiscard]] std::string_view to_text(OddInterval::Kind kind);
/// Whether an event of that kind tells of an odd interval.
[[nodiscard]] bool is_odd_interval(std::string_view event_kind);

/// The odd ones among the intervals between `edges`, in the order of time. `expected` is above 0.
[[nodiscard]] std::vector<OddInterval> odd_intervals(std::span<const Edge> edges, Seconds expected);

/// Those that are shorter than `shortest`, above 0, the shortest that can be where none can be expected.
[[nodiscard]] std::vector<OddInterval> short_intervals(std::span<const Edge> edges, Seconds shortest);

}  // namespace meterbench
