#include "drivers/virtual_lab/meter/firmware/time_tables.h"

#include "drivers/virtual_lab/meter/firmware/calendar.h"

namespace meterbench::firmware {

namespace {

void write_dimensions(TableWriter& writer, std::uint32_t tier_switches) {
  writer.u8(0);  // neither self reads nor demand resets by the calendar
  writer.u8(0);  // no daylight saving; one tier for energies and demands
  writer.u8(1);  // one season, no special schedules
  writer.u8(0);  // no dates
  writer.u8(0);
  writer.u16(tier_switches);
  writer.u16(0);  // no ST-54
}

}  // namespace

void write_time_dimensions(TableWriter& writer) { write_dimensions(writer, kTierSwitches); }

void write_actual_time(TableWriter& writer) { write_dimensions(writer, writer.formats().tier_switches); }

std::uint8_t time_qualifier(LocalTime time) {
  constexpr std::uint8_t kUnknownDay = 7, kZoneApplied = 1U << 5U;
  const std::uint32_t day = time == kNoTime ? kUnknownDay : weekday(time);
  return static_cast<std::uint8_t>(day | kZoneApplied);
}

void write_clock(TableWriter& writer, LocalTime now) {
  writer.long_time(now);
  writer.u8(time_qualifier(now));
}

void write_clock_state(TableWriter& writer, LocalTime now, std::uint8_t tier) {
  write_clock(writer, now);
  writer.u16(tier);  // nothing else switches it but the time of day
}

}  // namespace meterbench::firmware
