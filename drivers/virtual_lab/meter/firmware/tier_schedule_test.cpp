#include "drivers/virtual_lab/meter/firmware/tier_schedule.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

TEST(TierSchedule, ChangesAtTheMinutesOfTheDay) {
  ConfigurationRecord record{};
  record.tier_switches = 3;
  record.tier_switch[0] = {7 * 60, 1, 0};
  record.tier_switch[1] = {17 * 60 + 30, 2, 0};
  record.tier_switch[2] = {22 * 60, 3, 0};
  const LocalTime day = 1234 * kSecondsPerDay;
  const auto at = [&](std::uint32_t hour, std::uint32_t minute, std::uint32_t second) {
    return unsigned{tier_at(record, day + hour * 3600 + minute * 60 + second)};
  };
  EXPECT_EQ(at(0, 0, 0), 3U);
  EXPECT_EQ(at(6, 59, 59), 3U);
  EXPECT_EQ(at(7, 0, 0), 1U);
  EXPECT_EQ(at(17, 29, 59), 1U);
  EXPECT_EQ(at(17, 30, 0), 2U);
  EXPECT_EQ(at(21, 59, 59), 2U);
  EXPECT_EQ(at(22, 0, 0), 3U);
  EXPECT_EQ(at(23, 59, 59), 3U);
}

TEST(TierSchedule, WithoutSwitchesHasTheFirstTier) {
  ConfigurationRecord record{};
  record.tier_switch[0] = {0, 2, 0};
  EXPECT_EQ(tier_at(record, 0), 0U);
}

}  // namespace
}  // namespace meterbench::firmware
