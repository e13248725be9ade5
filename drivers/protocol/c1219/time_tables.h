// Clock and tariffs: ST-51, 52, 55 (optical-port.md 6.11).
#pragma once

#include <optional>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-51; ST-50 has the same form and tells the most that there can be.
struct ActualTime {
  bool self_reads = false;  ///< at a change of season or tier by themselves
  bool automatic_daylight_saving = false;
  bool separate_demand_tiers = false;
  bool zone_offset = false;
  std::uint8_t seasons = 0;
  std::uint8_t special_schedules = 0;
  std::uint8_t non_recurring_dates = 0, recurring_dates = 0;
  std::uint16_t tier_switches = 0;
  std::uint16_t calendar_bytes = 0;
};
[[nodiscard]] Decoded<ActualTime> decode_st51(ByteView table, const Formats& formats);

/// ST-52.
struct ClockReading {
  std::optional<MeterTime> time;            ///< nothing where it was never set
  std::optional<std::uint8_t> day_of_week;  ///< 0: Sunday
  bool daylight_saving = false;             ///< in force
  bool utc = false;                         ///< the time is that of Greenwich
  bool zone_applied = false;
  bool daylight_saving_applied = false;
};
[[nodiscard]] Decoded<ClockReading> decode_st52(ByteView table, const Formats& formats);

/// ST-55.
struct ClockState {
  ClockReading clock;
  std::uint8_t tier = 0;
  std::optional<std::uint8_t> demand_tier;  ///< where it is another
  std::uint8_t special_schedule = 0;
  std::uint8_t season = 0;
};
[[nodiscard]] Decoded<ClockState> decode_st55(ByteView table, const Formats& formats,
                                              const ActualTime& actual);

/// LTIME.
[[nodiscard]] Bytes encode_long_time(MeterTime time, const Formats& formats);

}  // namespace meterbench::c1219
