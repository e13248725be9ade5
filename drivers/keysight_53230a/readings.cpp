#include "drivers/keysight_53230a/readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/core/quantity_text.h"
#include "drivers/protocol/scpi/framing.h"

namespace meterbench::keysight_53230a {
namespace {

constexpr double kTimedOut = 9.91e37;

/// Takes what stands before the next comma off `text`.
std::string_view take_field(std::string_view& text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view field = scpi::trimmed(text.substr(0, comma));
  text.remove_prefix(std::min(comma + 1, text.size()));
  return field;
}

}  // namespace

tl::expected<double, std::string> parse_reading(std::string_view text) {
  std::string_view number = text;
  if (number.starts_with('+') && !number.starts_with("+-")) number.remove_prefix(1);
  return parse_number(number);
}

bool is_timed_out(double reading) { return reading >= 0.999 * kTimedOut; }

tl::expected<TimestampRecord, std::string> parse_timestamps(std::string_view answer, std::uint64_t count) {
  const auto prescaler = parse_reading(take_field(answer));
  if (!prescaler || !(*prescaler >= 1) || *prescaler != std::floor(*prescaler) || *prescaler > 1e9)
    return tl::unexpected{std::string{"the answer does not begin with a prescaler"}};
  TimestampRecord record{static_cast<std::uint64_t>(*prescaler), {}};
  const auto commas = static_cast<std::uint64_t>(std::ranges::count(answer, ','));
  if (answer.empty() || commas + 1 != count)
    return tl::unexpected{
        fmt::format("{} numbers behind the prescaler, not {}", answer.empty() ? 0 : commas + 1, count)};
  record.stamps.reserve(count);
  bool timed_out = false;
  for (std::uint64_t n = 0; n < count; ++n) {
    const std::string_view field = take_field(answer);
    const auto number = parse_reading(field);
    if (!number) return tl::unexpected{fmt::format("'{}' is no number", field)};
    timed_out = timed_out || is_timed_out(*number);
    if (timed_out) continue;
    if (!record.stamps.empty() && *number < record.stamps.back().value())
      return tl::unexpected{fmt::format("time stamp {} lies before the one in front of it", field)};
    record.stamps.emplace_back(*number);
  }
  return record;
}

}  // namespace meterbench::keysight_53230a
