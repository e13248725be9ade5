#include "bench/core/time.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace meterbench {

std::string utc_text(UtcTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

bool parse_utc(std::string_view text, UtcTime& result) {
  const auto digits = [&](std::size_t at, std::size_t count, int& value) {
    if (at + count > text.size()) return false;
    value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (text[i] < '0' || text[i] > '9') return false;
      value = value * 10 + (text[i] - '0');
    }
    return true;
  };
  const auto is = [&](std::size_t at, char c) { return at < text.size() && text[at] == c; };
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0;
  if (!digits(0, 4, year) || !is(4, '-') || !digits(5, 2, month) || !is(7, '-') || !digits(8, 2, day))
    return false;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return false;
  if (text.size() > 10) {
    if (!is(10, 'T') || !digits(11, 2, hour) || !is(13, ':') || !digits(14, 2, minute) || !is(16, ':') ||
        !digits(17, 2, second))
      return false;
    std::size_t at = 19;
    if (is(at, '.')) {
      const std::size_t first = ++at;
      while (at < text.size() && at - first < 3 && text[at] >= '0' && text[at] <= '9') ++at;
      const std::size_t count = at - first;
      if (count == 0 || !digits(first, count, milli)) return false;
      for (std::size_t i = count; i < 3; ++i) milli *= 10;
    }
    if (!is(at, 'Z') || at + 1 != text.size()) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
  }
  result = UtcTime{std::chrono::sys_days{date}.time_since_epoch()} + std::chrono::hours{hour} +
           std::chrono::minutes{minute} + std::chrono::seconds{second} + std::chrono::milliseconds{milli};
  return true;
}

}  // namespace meterbench
