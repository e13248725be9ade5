// The registers: tables ST-20 to ST-28 (optical-port.md 6.8, 6.9). Freestanding.
#pragma once

#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

/// ST-20 and ST-21: this meter always has all that it can have.
void write_register_dimensions(TableWriter& writer);
/// ST-22.
void write_selection(TableWriter& writer);
/// ST-23, and what ST-24 to ST-26 keep of it.
void write_registers(TableWriter& writer, const RegisterSet& registers);
/// ST-25; of a period that has not been, at kNoTime: all 0.
void write_kept_registers(TableWriter& writer, const KeptRegisters& kept);
/// ST-24 where no season has ended.
void write_no_registers(TableWriter& writer);
/// ST-26.
void write_self_reads(TableWriter& writer, const KeptList<KeptRegisters, kSelfReads>& reads);
/// ST-27.
void write_present_selection(TableWriter& writer);
/// ST-28: demand of the interval under way, and the values of the last whole second.
void write_present(TableWriter& writer, const PresentValues& present);

}  // namespace meterbench::firmware
