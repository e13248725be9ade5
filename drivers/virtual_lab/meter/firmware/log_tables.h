// What the meter has noted: tables ST-70 to ST-76 (optical-port.md 6.13). The event log has what happened to
// the meter, the history what was done through the optical port. Freestanding.
#pragma once

#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/table_directory.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

using Log = KeptList<LoggedEvent, kLoggedEvents>;

/// ST-70 and ST-71: this meter always has all that it can have.
void write_log_dimensions(TableWriter& writer);
/// ST-72: the events that it knows.
void write_known_events(TableWriter& writer);
/// ST-73: what the history notes, and of which tables and procedures.
void write_history_control(TableWriter& writer);
/// ST-74: its entries have the table or procedure for an argument, as in ST-07.
void write_history(TableWriter& writer, const Log& history);
/// ST-75: what the event log notes.
void write_event_control(TableWriter& writer);
/// ST-76: its entries have no argument.
void write_events(TableWriter& writer, const Log& events);

}  // namespace meterbench::firmware
