// What the counter's answers mean (instruments.md 5.1). Stateless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/quantity.h"

namespace meterbench::keysight_53230a {

/// A number of the counter: `+1.21510000000000E+004`.
[[nodiscard]] tl::expected<double, std::string> parse_reading(std::string_view text);
/// The counter gave up waiting: 9.91E37, the SCPI number for "not a number".
[[nodiscard]] bool is_timed_out(double reading);

/// The answer to a record of time stamps: the prescaler, then the numbers.
struct TimestampRecord {
  std::uint64_t prescaler = 0;  ///< one number for so many edges
  std::vector<Seconds> stamps;  ///< up to the first that timed out, not falling
};
/// `count`: how many numbers there must be behind the prescaler.
[[nodiscard]] tl::expected<TimestampRecord, std::string> parse_timestamps(std::string_view answer,
                                                                          std::uint64_t count);

/// Bits of STAT:QUES that spoil a measurement of ours.
namespace questionable {
inline constexpr unsigned kProtectionOpen = 1U << 0U;
inline constexpr unsigned kTotalizeRollover = 1U << 9U;
inline constexpr unsigned kTimeBase = 1U << 10U;
}  // namespace questionable

}  // namespace meterbench::keysight_53230a
