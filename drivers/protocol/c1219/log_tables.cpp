#include "drivers/protocol/c1219/log_tables.h"

#include <fmt/format.h>

#include <array>

namespace meterbench::c1219 {
namespace {

/// What an entry of a log has.
struct LogForm {
  std::uint16_t entries = 0;
  bool time = false, number = false, sequence = false;
  std::uint8_t argument = 0;  ///< bytes
};

LogEntry read_entry(TableReader& reader, const LogForm& form) {
  constexpr std::uint16_t kNumber = 0x0FFF;  // of TABLE_IDB, less its selector
  LogEntry entry;
  if (form.time) entry.time = reader.long_time();
  if (form.number) entry.number = reader.u16();
  if (form.sequence) entry.sequence = reader.u16();
  entry.user = reader.u16();
  entry.code = reader.u16() & kNumber;
  entry.argument = reader.bytes(form.argument);
  return entry;
}

Decoded<Log> decode_log(const char* name, TableReader reader, const LogForm& form) {
  Log result;
  result.status.flags = reader.u8();
  result.status.valid = reader.u16();
  result.status.last = reader.u16();
  result.status.last_sequence = reader.u32();
  result.status.unread = reader.u16();
  std::vector<LogEntry> all;
  for (unsigned n = 0; n < form.entries && !reader.failure(); ++n) all.push_back(read_entry(reader, form));
  reader.expect_end();
  if (!reader.failure())
    for (const std::size_t place : oldest_first(result.status, all.size(), reader))
      result.entries.push_back(std::move(all[place]));
  return finished(reader, name, std::move(result));
}

KnownEvents read_known(TableReader& reader, const ActualLogs& actual) {
  KnownEvents result;
  result.standard = reader.bytes(actual.standard_events);
  result.manufacturer = reader.bytes(actual.manufacturer_events);
  return result;
}

Decoded<NotedEvents> decode_noted(const char* name, ByteView table, const GeneralConfiguration& configuration,
                                  const ActualLogs& actual) {
  TableReader reader{table, configuration.formats};
  NotedEvents result;
  result.events = read_known(reader, actual);
  result.standard_tables = reader.bytes(configuration.standard_tables.size());
  result.manufacturer_tables = reader.bytes(configuration.manufacturer_tables.size());
  result.standard_procedures = reader.bytes(configuration.standard_procedures.size());
  result.manufacturer_procedures = reader.bytes(configuration.manufacturer_procedures.size());
  reader.expect_end();
  return finished(reader, name, std::move(result));
}

}  // namespace

Decoded<ActualLogs> decode_st71(ByteView table, const GeneralConfiguration& configuration) {
  TableReader reader{table, configuration.formats};
  ActualLogs result;
  const std::uint8_t flags = reader.u8();
  result.event_number = (flags & 0x01U) != 0;
  result.history_time = (flags & 0x02U) != 0;
  result.history_sequence = (flags & 0x04U) != 0;
  result.standard_events = reader.u8();
  result.manufacturer_events = reader.u8();
  result.history_argument = reader.u8();
  result.event_argument = reader.u8();
  result.history_entries = reader.u16();
  result.event_entries = reader.u16();
  // Later editions have three bytes more: knowledge, unverified.
  if (configuration.standard_version > 1 && reader.left() > 0) static_cast<void>(reader.bytes(3));
  reader.expect_end();
  return finished(reader, "ST-71", result);
}

Decoded<KnownEvents> decode_st72(ByteView table, const Formats& formats, const ActualLogs& actual) {
  TableReader reader{table, formats};
  KnownEvents result = read_known(reader, actual);
  reader.expect_end();
  return finished(reader, "ST-72", std::move(result));
}

Decoded<NotedEvents> decode_st73(ByteView table, const GeneralConfiguration& configuration,
                                 const ActualLogs& actual) {
  return decode_noted("ST-73", table, configuration, actual);
}

Decoded<NotedEvents> decode_st75(ByteView table, const GeneralConfiguration& configuration,
                                 const ActualLogs& actual) {
  return decode_noted("ST-75", table, configuration, actual);
}

Decoded<Log> decode_st74(ByteView table, const Formats& formats, const ActualLogs& actual) {
  return decode_log("ST-74", {table, formats},
                    {.entries = actual.history_entries,
                     .time = actual.history_time,
                     .number = actual.event_number,
                     .sequence = actual.history_sequence,
                     .argument = actual.history_argument});
}

Decoded<Log> decode_st76(ByteView table, const Formats& formats, const ActualLogs& actual) {
  return decode_log("ST-76", {table, formats},
                    {.entries = actual.event_entries,
                     .time = true,
                     .number = actual.event_number,
                     .sequence = true,
                     .argument = actual.event_argument});
}

std::string event_text(std::uint16_t code) {
  constexpr std::uint16_t kManufacturer = 2048;
  // Places without a name: codes that the sources do not tell.
  constexpr std::array<const char*, 58> kEvents{nullptr,
                                                "power down",
                                                "power up",
                                                "clock set, time before",
                                                "clock set, time after",
                                                nullptr,
                                                nullptr,
                                                "accessed for reading",
                                                "accessed for writing",
                                                "procedure run",
                                                "table written",
                                                "programmed",
                                                "communication ended normally",
                                                "communication ended abnormally",
                                                "list pointers reset",
                                                "list pointers updated",
                                                "history cleared",
                                                "history pointers updated",
                                                "event log cleared",
                                                "event log pointers updated",
                                                "demand reset",
                                                "self read",
                                                "daylight saving on",
                                                "daylight saving off",
                                                "season change",
                                                "rate change",
                                                "special schedule",
                                                "tier change",
                                                "pending table activated",
                                                "pending table cleared",
                                                "metering mode on",
                                                "metering mode off",
                                                "test mode on",
                                                "test mode off",
                                                "shop mode on",
                                                "shop mode off",
                                                "reprogrammed",
                                                "configuration error",
                                                "self check error",
                                                "RAM failure",
                                                "ROM failure",
                                                "non-volatile memory failure",
                                                "clock error",
                                                "measurement error",
                                                "low battery",
                                                "low loss potential",
                                                "demand overload",
                                                "tamper",
                                                "reverse rotation",
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                "sealed",
                                                "unsealed"};
  if ((code & kManufacturer) != 0)
    return fmt::format("manufacturer's event {} ({})", code % kManufacturer, code);
  const char* name = code < kEvents.size() ? kEvents[code] : nullptr;
  return fmt::format("{} ({})", name != nullptr ? name : "an event that no document tells", code);
}

}  // namespace meterbench::c1219
