// Bench time: nanoseconds since the bench started, monotonic, simulated or real. UTC is only a label
// on a record and never takes part in a calculation.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>

#include "bench/core/quantity.h"

namespace meterbench {

/// Names the time line; it has no clock of its own (see Clock).
struct BenchTime {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<BenchTime>;
  static constexpr bool is_steady = true;
};

using Duration = BenchTime::duration;
using Instant = BenchTime::time_point;
/// Wall-clock label, milliseconds since 1970 in UTC.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr double in_seconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double in_seconds(Instant t) { return in_seconds(t.time_since_epoch()); }
/// Rounded to the nearest nanosecond. `seconds` must be finite and below 292 years.
inline Duration from_seconds(double seconds) { return Duration{std::llround(seconds * 1e9)}; }
inline Instant instant_at(double seconds) { return Instant{from_seconds(seconds)}; }
inline Duration to_duration(Seconds s) { return from_seconds(s.value()); }

/// `2025-06-02T08:00:00.000Z`
[[nodiscard]] std::string utc_text(UtcTime t);
/// Reads `2025-06-02T08:00:00Z` with up to three decimals of seconds, or a date alone. False when malformed.
[[nodiscard]] bool parse_utc(std::string_view text, UtcTime& result);

}  // namespace meterbench
