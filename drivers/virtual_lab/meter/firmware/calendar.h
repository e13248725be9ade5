// The meter's calendar: from 2000 to 2099 every fourth year is a leap year, 2000 among them. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kSecondsPerMinute = 60;
inline constexpr std::uint32_t kSecondsPerHour = 60 * kSecondsPerMinute;
inline constexpr std::uint32_t kSecondsPerDay = 24 * kSecondsPerHour;
/// From 1970-01-01 to 2000-01-01.
inline constexpr std::uint32_t kSecondsTo2000 = 946'684'800;

struct DateTime {
  std::uint32_t year{};   ///< 2000 … 2099
  std::uint32_t month{};  ///< 1 … 12
  std::uint32_t day{};    ///< 1 … 31
  std::uint32_t hour{};   ///< 0 … 23
  std::uint32_t minute{};
  std::uint32_t second{};
  friend bool operator==(const DateTime&, const DateTime&) = default;
};

namespace calendar {

inline constexpr std::uint32_t kFirstYear = 2000;
inline constexpr std::uint32_t kYears = 100;
inline constexpr std::uint32_t kDaysInFourYears = 4 * 365 + 1;

[[nodiscard]] constexpr bool is_leap(std::uint32_t year) { return year % 4 == 0; }

/// `month`: 1 … 12.
[[nodiscard]] constexpr std::uint32_t days_in(std::uint32_t year, std::uint32_t month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace calendar

/// The last second that the meter can tell.
inline constexpr LocalTime kLastTime = calendar::kYears / 4 * calendar::kDaysInFourYears * kSecondsPerDay - 1;

[[nodiscard]] constexpr bool is_valid(const DateTime& time) {
  return time.year >= calendar::kFirstYear && time.year < calendar::kFirstYear + calendar::kYears &&
         time.month >= 1 && time.month <= 12 && time.day >= 1 &&
         time.day <= calendar::days_in(time.year, time.month) && time.hour < 24 && time.minute < 60 &&
         time.second < 60;
}

/// `time`: at most kLastTime.
[[nodiscard]] constexpr DateTime date_time(LocalTime time) {
  std::uint32_t day = time / kSecondsPerDay;
  std::uint32_t year = calendar::kFirstYear + 4 * (day / calendar::kDaysInFourYears);
  day %= calendar::kDaysInFourYears;
  for (std::uint32_t length = 366; day >= length; length = 365, ++year) day -= length;
  std::uint32_t month = 1;
  for (; day >= calendar::days_in(year, month); ++month) day -= calendar::days_in(year, month);
  return {.year = year,
          .month = month,
          .day = day + 1,
          .hour = time / kSecondsPerHour % 24,
          .minute = time / kSecondsPerMinute % 60,
          .second = time % kSecondsPerMinute};
}

/// `time` is valid.
[[nodiscard]] constexpr LocalTime local_time(const DateTime& time) {
  const std::uint32_t years = time.year - calendar::kFirstYear;
  std::uint32_t days = years * 365 + (years + 3) / 4 + time.day - 1;
  for (std::uint32_t month = 1; month < time.month; ++month) days += calendar::days_in(time.year, month);
  return days * kSecondsPerDay + time.hour * kSecondsPerHour + time.minute * kSecondsPerMinute + time.second;
}

/// 0 is Sunday, as in TIME_DATE_QUAL of ST-52.
[[nodiscard]] constexpr std::uint32_t weekday(LocalTime time) {
  constexpr std::uint32_t kSaturday = 6;  // 2000-01-01
  return (time / kSecondsPerDay + kSaturday) % 7;
}

[[nodiscard]] constexpr std::uint32_t minute_of_day(LocalTime time) {
  return time / kSecondsPerMinute % (24 * 60);
}

}  // namespace meterbench::firmware
