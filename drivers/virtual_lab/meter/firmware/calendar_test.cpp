#include "drivers/virtual_lab/meter/firmware/calendar.h"

#include <gtest/gtest.h>

#include <chrono>

namespace meterbench::firmware {
namespace {

constexpr std::chrono::sys_days kEpoch = std::chrono::January / 1 / 2000;

TEST(MeterCalendar, NamesEveryDayAsTheGregorianCalendarDoes) {
  using namespace std::chrono;
  for (sys_days day = kEpoch; day < sys_days{January / 1 / 2100}; day += days{1}) {
    const auto time = static_cast<LocalTime>(seconds{day - kEpoch}.count());
    const year_month_day date{day};
    const DateTime expected{.year = static_cast<std::uint32_t>(static_cast<int>(date.year())),
                            .month = static_cast<unsigned>(date.month()),
                            .day = static_cast<unsigned>(date.day())};
    ASSERT_EQ(date_time(time), expected) << time;
    ASSERT_EQ(local_time(expected), time);
    ASSERT_TRUE(is_valid(expected));
    ASSERT_EQ(weekday(time), std::chrono::weekday{day}.c_encoding());
  }
}

TEST(MeterCalendar, NamesEverySecondOfADay) {
  const LocalTime day = local_time({.year = 2024, .month = 2, .day = 29});
  for (std::uint32_t second = 0; second < 86'400; ++second) {
    const std::chrono::hh_mm_ss clock{std::chrono::seconds{second}};
    const DateTime expected{.year = 2024,
                            .month = 2,
                            .day = 29,
                            .hour = static_cast<std::uint32_t>(clock.hours().count()),
                            .minute = static_cast<std::uint32_t>(clock.minutes().count()),
                            .second = static_cast<std::uint32_t>(clock.seconds().count())};
    ASSERT_EQ(date_time(day + second), expected);
    ASSERT_EQ(local_time(expected), day + second);
  }
}

TEST(MeterCalendar, EndsWithTheYear2099) {
  EXPECT_EQ(date_time(kLastTime),
            (DateTime{.year = 2099, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 59}));
}

TEST(MeterCalendar, RefusesDaysThatAreNone) {
  constexpr DateTime kGood{.year = 2024, .month = 2, .day = 29, .hour = 23, .minute = 59, .second = 59};
  EXPECT_TRUE(is_valid(kGood));
  const auto refused = [&](auto change) {
    DateTime time = kGood;
    change(time);
    return !is_valid(time);
  };
  EXPECT_TRUE(refused([](DateTime& t) { t.year = 2023; }));  // no leap year
  EXPECT_TRUE(refused([](DateTime& t) { t.year = 1996; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.year = 2100; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.month = 0; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.month = 13; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.day = 0; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.day = 30; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.hour = 24; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.minute = 60; }));
  EXPECT_TRUE(refused([](DateTime& t) { t.second = 60; }));
}

}  // namespace
}  // namespace meterbench::firmware
