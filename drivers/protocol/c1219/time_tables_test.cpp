#include "drivers/protocol/c1219/time_tables.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;
using namespace std::chrono;

const Formats kFormats{.time = 2};
const MeterTime kTime = local_days{2024y / June / 15} + 13h + 45min + 30s;

// optical-port.md 6.11
TEST(C1219Time, ReadsTheClock) {
  const auto clock = decode_st52(from_hex("18 06 0F 0D 2D 1E 6E"), kFormats);
  ASSERT_TRUE(clock) << clock.error();
  EXPECT_EQ(clock->time, kTime);
  EXPECT_EQ(clock->day_of_week, 6) << "Saturday";
  EXPECT_TRUE(clock->daylight_saving);
  EXPECT_FALSE(clock->utc);
  EXPECT_TRUE(clock->zone_applied);
  EXPECT_TRUE(clock->daylight_saving_applied);
}

TEST(C1219Time, TellsWhatTheClockDoesNotKnow) {
  const auto clock = decode_st52(from_hex("00 00 00 00 00 00 17"), kFormats);
  ASSERT_TRUE(clock) << clock.error();
  EXPECT_FALSE(clock->time);
  EXPECT_FALSE(clock->day_of_week);
  EXPECT_TRUE(clock->utc);
  EXPECT_FALSE(decode_st52(from_hex("18 06 0F 0D 2D 1E"), kFormats));
  EXPECT_FALSE(decode_st52(from_hex("18 06 0F 0D 2D 1E 6E 00"), kFormats));
}

TEST(C1219Time, ReadsTheClockState) {
  const auto state = decode_st55(from_hex("18 06 0F 0D 2D 1E 6E 00 00"), kFormats, {});
  ASSERT_TRUE(state) << state.error();
  EXPECT_EQ(state->clock.time, kTime);
  EXPECT_EQ(state->tier, 0);
  EXPECT_FALSE(state->demand_tier);
  // Season 2, schedule 1, drive 0, demand tier 3, tier 1: 0010 0001 00 011 001
  const auto other =
      decode_st55(from_hex("18 06 0F 0D 2D 1E 6E 19 21"), kFormats, {.separate_demand_tiers = true});
  ASSERT_TRUE(other) << other.error();
  EXPECT_EQ(other->tier, 1);
  EXPECT_EQ(other->demand_tier, 3);
  EXPECT_EQ(other->special_schedule, 1);
  EXPECT_EQ(other->season, 2);
}

TEST(C1219Time, ReadsTheActualDimensions) {
  const auto st51 = decode_st51(from_hex("01 15 34 02 03 05 00 07 01"), kFormats);
  ASSERT_TRUE(st51) << st51.error();
  EXPECT_TRUE(st51->self_reads);
  EXPECT_TRUE(st51->automatic_daylight_saving);
  EXPECT_TRUE(st51->separate_demand_tiers);
  EXPECT_TRUE(st51->zone_offset);
  EXPECT_EQ(st51->seasons, 4);
  EXPECT_EQ(st51->special_schedules, 3);
  EXPECT_EQ(st51->non_recurring_dates, 2);
  EXPECT_EQ(st51->recurring_dates, 3);
  EXPECT_EQ(st51->tier_switches, 5);
  EXPECT_EQ(st51->calendar_bytes, 263);
  EXPECT_FALSE(decode_st51(from_hex("01 15 34 02 03 05 00 07"), kFormats));
}

// optical-port.md 4
TEST(C1219Time, WritesTheTimeInEveryFormat) {
  for (const auto& [format, hex] : {std::pair{1, "24 06 15 13 45 30"},
                                    {2, "18 06 0F 0D 2D 1E"},
                                    {3, "D9 06 B5 01 1E"},
                                    {4, "FA 9A 6D 66"}})
    EXPECT_EQ(encode_long_time(kTime, {.time = static_cast<std::uint8_t>(format)}), from_hex(hex)) << format;
  EXPECT_EQ(encode_long_time(kTime, {.big_endian = true, .time = 3}), from_hex("01 B5 06 D9 1E"));
  EXPECT_EQ(encode_long_time(kTime, {.big_endian = true, .time = 4}), from_hex("66 6D 9A FA"));
}

}  // namespace
}  // namespace meterbench::c1219
