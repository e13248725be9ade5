// The clock and what it brings: tables ST-50 to ST-55 (optical-port.md 6.11). Freestanding.
#pragma once

#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

/// ST-50 and ST-51: tiers switch by the time of day alone, one season, no calendar.
void write_time_dimensions(TableWriter& writer);
void write_actual_time(TableWriter& writer);
/// TIME_DATE_QUAL: the meter's time is that of its place, without daylight saving.
[[nodiscard]] std::uint8_t time_qualifier(LocalTime time);
/// ST-52.
void write_clock(TableWriter& writer, LocalTime now);
/// ST-55: with the tier in force.
void write_clock_state(TableWriter& writer, LocalTime now, std::uint8_t tier);

}  // namespace meterbench::firmware
