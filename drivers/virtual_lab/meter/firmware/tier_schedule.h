// Which rate tier is in force. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"

namespace meterbench::firmware {

/// Every day alike: before the day's first switch the tier of its last one, the day before, is in force.
[[nodiscard]] constexpr std::uint8_t tier_at(const ConfigurationRecord& configuration, LocalTime time) {
  if (configuration.tier_switches == 0) return 0;
  const std::uint32_t minute = minute_of_day(time);
  std::uint8_t tier = configuration.tier_switch[configuration.tier_switches - 1].tier;
  for (std::uint32_t n = 0; n < configuration.tier_switches; ++n) {
    const TierSwitch& one = configuration.tier_switch[n];
    if (one.minute <= minute) tier = one.tier;
  }
  return tier;
}

}  // namespace meterbench::firmware
