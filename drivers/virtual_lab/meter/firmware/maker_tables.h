// The manufacturer's own tables. Freestanding.
//
//   MT-01  8 bytes   Kt, u64, nWh
//   MT-02  44 bytes  how the meter is programmed; what each means and may be: configuration_record.h
//           0  u8      DATA_ORDER             8  u8   reset exclusion, min       15  u8   tier switches in
//           use 1  u8      TM_FORMAT              9  u8   cold load, min             16  8 × {u16 minute of
//           the day, 2  u8      NI_FORMAT1            10  u8   clock: 0 line, 1 crystal            u8 tier}
//           3  u8      NI_FORMAT2            11  u8   line frequency, Hz         40  u32  starting power, mW
//           4  u8      INT_FORMAT            12  u8   LED lit at rest
//           5  u8      options, not changed  13  u8   LED pulse, ms
//           6  u8      subinterval, min      14  u8   Kt over Kt in test mode
//           7  u8      subintervals
//   MT-03  u8 1 where the service disconnect is closed (or there is none), u8 1 where the meter is sealed
//   MT-13  1,024 bytes of a test pattern: u16 0 … 511, low byte first whatever DATA_ORDER says
#pragma once

#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

/// MT-02.
void write_configuration(TableWriter& writer, const ConfigurationRecord& own);
/// Into `configuration`; false where the options differ, which are those of the hardware.
[[nodiscard]] bool parse_configuration(TableParser& parser, ConfigurationRecord& configuration);
/// MT-03.
void write_state(TableWriter& writer, const MeterData& data);
/// MT-13: each place can be told from every other.
void write_test_pattern(TableImage& image);

}  // namespace meterbench::firmware
