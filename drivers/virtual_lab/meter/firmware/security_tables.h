// Who may do what: tables ST-40 to ST-45 (optical-port.md 6.10). Freestanding.
#pragma once

#include "drivers/virtual_lab/meter/firmware/security_record.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

/// ST-40, the most that there can be; ST-41, what there is. No keys, so that ST-45 is empty.
void write_security_dimensions(TableWriter& writer);
void write_actual_security(TableWriter& writer, const SecurityRecord& record);
/// ST-42.
void write_passwords(TableWriter& writer, const SecurityRecord& record);
void parse_passwords(TableParser& parser, SecurityRecord& record);
/// ST-43, made: an entry as in ST-44 for all other tables, and one for all other procedures.
void write_default_access(TableWriter& writer, const SecurityRecord& record);
/// ST-44.
void write_access(TableWriter& writer, const SecurityRecord& record);

}  // namespace meterbench::firmware
