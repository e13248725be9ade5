// Who the meter is and how it is: tables ST-00 to ST-06 (optical-port.md 6.1 to 6.5). Freestanding.
#pragma once

#include "drivers/virtual_lab/meter/firmware/identity_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/programming.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"
#include "drivers/virtual_lab/meter/firmware/utility_record.h"

namespace meterbench::firmware {

/// ST-00: all of it follows from the configuration and from what tables and procedures there are. Tables are
/// read whole and by offset, not by index.
void write_general_configuration(TableWriter& writer);
/// ST-01.
void write_manufacturer(TableWriter& writer, const IdentityRecord& identity);
/// ST-03, with the low byte of the fault word for the manufacturer's status.
void write_mode_status(TableWriter& writer, const MeterData& data, bool identified);
/// ST-04: which tables may be pending, and which are.
void write_pending(TableWriter& writer, const Programming::Pending& pending);

}  // namespace meterbench::firmware
