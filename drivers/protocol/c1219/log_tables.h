// What a meter has noted: ST-71 to ST-76 (optical-port.md 6.13).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/kept_list.h"

namespace meterbench::c1219 {

/// ST-71; ST-70 has the same form and tells the most that there can be.
struct ActualLogs {
  bool event_number = false;
  bool history_time = false, history_sequence = false;
  std::uint8_t standard_events = 0, manufacturer_events = 0;  ///< bytes of their sets
  std::uint8_t history_argument = 0, event_argument = 0;      ///< bytes
  std::uint16_t history_entries = 0, event_entries = 0;
};
[[nodiscard]] Decoded<ActualLogs> decode_st71(ByteView table, const GeneralConfiguration& configuration);

/// ST-72: sets of the events that the meter knows.
struct KnownEvents {
  Bytes standard;
  Bytes manufacturer;
};
[[nodiscard]] Decoded<KnownEvents> decode_st72(ByteView table, const Formats& formats,
                                               const ActualLogs& actual);

/// ST-73 of the history, ST-75 of the event log: sets of what is noted.
struct NotedEvents {
  KnownEvents events;
  Bytes standard_tables, manufacturer_tables;
  Bytes standard_procedures, manufacturer_procedures;
};
[[nodiscard]] Decoded<NotedEvents> decode_st73(ByteView table, const GeneralConfiguration& configuration,
                                               const ActualLogs& actual);
[[nodiscard]] Decoded<NotedEvents> decode_st75(ByteView table, const GeneralConfiguration& configuration,
                                               const ActualLogs& actual);

struct LogEntry {
  std::optional<MeterTime> time;
  std::optional<std::uint16_t> number;
  std::optional<std::uint16_t> sequence;
  std::uint16_t user = 0;
  std::uint16_t code = 0;  ///< the manufacturer's have 2048 added
  Bytes argument;
};
struct Log {
  ListStatus status;
  std::vector<LogEntry> entries;  ///< those that are valid, the oldest first
};
/// The history.
[[nodiscard]] Decoded<Log> decode_st74(ByteView table, const Formats& formats, const ActualLogs& actual);
/// The event log.
[[nodiscard]] Decoded<Log> decode_st76(ByteView table, const Formats& formats, const ActualLogs& actual);

/// `demand reset (20)`; the manufacturer's events by their number.
[[nodiscard]] std::string event_text(std::uint16_t code);

}  // namespace meterbench::c1219
