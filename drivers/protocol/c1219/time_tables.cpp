#include "drivers/protocol/c1219/time_tables.h"

namespace meterbench::c1219 {
namespace {

ClockReading read_clock(TableReader& reader) {
  constexpr std::uint8_t kUnknown = 7;
  ClockReading clock;
  clock.time = reader.long_time();
  const std::uint8_t qualifier = reader.u8();
  if ((qualifier & 7U) != kUnknown) clock.day_of_week = static_cast<std::uint8_t>(qualifier & 7U);
  clock.daylight_saving = (qualifier & 0x08U) != 0;
  clock.utc = (qualifier & 0x10U) != 0;
  clock.zone_applied = (qualifier & 0x20U) != 0;
  clock.daylight_saving_applied = (qualifier & 0x40U) != 0;
  return clock;
}

}  // namespace

Decoded<ActualTime> decode_st51(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualTime result;
  const std::uint8_t flags_1 = reader.u8(), flags_2 = reader.u8();
  result.self_reads = (flags_1 & 0x03U) != 0;
  result.automatic_daylight_saving = (flags_2 & 0x01U) != 0;
  result.separate_demand_tiers = (flags_2 & 0x04U) != 0;
  result.zone_offset = (flags_2 & 0x10U) != 0;
  const std::uint8_t calendar = reader.u8();
  result.seasons = calendar & 0x0FU;
  result.special_schedules = static_cast<std::uint8_t>(calendar >> 4U);
  result.non_recurring_dates = reader.u8();
  result.recurring_dates = reader.u8();
  result.tier_switches = reader.u16();
  result.calendar_bytes = reader.u16();
  return finished(reader, "ST-51", result);
}

Decoded<ClockReading> decode_st52(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ClockReading result = read_clock(reader);
  reader.expect_end();
  return finished(reader, "ST-52", result);
}

Decoded<ClockState> decode_st55(ByteView table, const Formats& formats, const ActualTime& actual) {
  TableReader reader{table, formats};
  ClockState result;
  result.clock = read_clock(reader);
  const std::uint16_t status = reader.u16();
  result.tier = status & 7U;
  if (actual.separate_demand_tiers) result.demand_tier = static_cast<std::uint8_t>(status >> 3U & 7U);
  result.special_schedule = static_cast<std::uint8_t>(status >> 8U & 0x0FU);
  result.season = static_cast<std::uint8_t>(status >> 12U);
  reader.expect_end();
  return finished(reader, "ST-55", result);
}

Bytes encode_long_time(MeterTime time, const Formats& formats) {
  using namespace std::chrono;
  Bytes result;
  const auto number = [&](std::uint32_t value) {
    for (unsigned n = 0; n < 4; ++n)
      result.push_back(static_cast<std::uint8_t>(value >> (8 * (formats.big_endian ? 3 - n : n))));
  };
  if (formats.time == 4) {
    number(static_cast<std::uint32_t>(time.time_since_epoch().count()));
    return result;
  }
  if (formats.time == 3) {
    const auto whole = floor<minutes>(time);
    number(static_cast<std::uint32_t>(whole.time_since_epoch().count()));
    result.push_back(static_cast<std::uint8_t>((time - whole).count()));
    return result;
  }
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss of_day{time - day};
  for (const long part :
       {long{static_cast<int>(date.year())} % 100, long{static_cast<unsigned>(date.month())},
        long{static_cast<unsigned>(date.day())}, of_day.hours().count(), of_day.minutes().count(),
        static_cast<long>(of_day.seconds().count())})
    result.push_back(static_cast<std::uint8_t>(formats.time == 1 ? part / 10 * 16 + part % 10 : part));
  return result;
}

}  // namespace meterbench::c1219
