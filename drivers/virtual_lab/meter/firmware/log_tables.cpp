#include "drivers/virtual_lab/meter/firmware/log_tables.h"

#include "drivers/virtual_lab/meter/firmware/procedures.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint8_t kHistoryTime = 1U << 1U, kHistorySequence = 1U << 2U;
constexpr std::uint32_t kStandardEventSet = 8;  // bytes
constexpr std::uint32_t kMakerEventSet = 1;
constexpr std::uint32_t kHistoryArgument = 2, kEventArgument = 0;  // bytes

constexpr std::uint16_t kOfHistory[] = {kEventProcedure, kEventTableWritten};
constexpr std::uint16_t kOfEventLog[] = {
    kEventPowerDown,   kEventPowerUp,    kEventClockBefore,   kEventClockAfter,  kEventLogCleared,
    kEventDemandReset, kEventSelfRead,   kEventTierChange,    kEventTestModeOn,  kEventTestModeOff,
    kEventSealed,      kEventUnsealed,   kEventWrongPassword, kEventRelayOpened, kEventRelayClosed,
    kEventCoverOpened, kEventCoverClosed};

struct EventSets {
  std::uint64_t standard = 0;
  std::uint64_t maker = 0;

  template <std::uint32_t kCount>
  void add(const std::uint16_t (&codes)[kCount]) {
    for (const std::uint16_t code : codes)
      (code < kManufacturer ? standard : maker) |= std::uint64_t{1} << code % kManufacturer;
  }
  void write(TableWriter& writer) const {
    write_set(writer, standard, kStandardEventSet);
    write_set(writer, maker, kMakerEventSet);
  }
};

void write_control(TableWriter& writer, const EventSets& noted, bool tables_and_procedures) {
  noted.write(writer);
  if (tables_and_procedures) {
    write_table_sets(writer, true);
    write_procedure_sets(writer);
  } else {
    writer.fill(0, kStandardTableSet + kMakerTableSet + kStandardProcedureSet + kMakerProcedureSet);
  }
}

void write_log(TableWriter& writer, const Log& log, std::uint32_t argument) {
  constexpr std::uint8_t kCircular = 1U << 2U;
  writer.u8(kCircular);
  writer.u16(log.count);
  writer.u16(log.last);
  writer.u32(log.count == 0 ? 0 : log.entries[log.last].number);
  writer.u16(log.unread);
  constexpr LoggedEvent kNone{kNoTime, 0, 0, 0, 0};
  for (std::uint32_t n = 0; n < kLoggedEvents; ++n) {
    const LoggedEvent& event = n < log.count ? log.entries[n] : kNone;
    writer.long_time(event.at);
    writer.u16(event.number);
    writer.u16(event.user);
    writer.u16(event.code);
    if (argument != 0) writer.u16(event.argument);
  }
}

}  // namespace

void write_log_dimensions(TableWriter& writer) {
  writer.u8(kHistoryTime | kHistorySequence);
  writer.u8(kStandardEventSet);
  writer.u8(kMakerEventSet);
  writer.u8(kHistoryArgument);
  writer.u8(kEventArgument);
  writer.u16(kLoggedEvents);
  writer.u16(kLoggedEvents);
}

void write_known_events(TableWriter& writer) {
  EventSets known;
  known.add(kOfHistory);
  known.add(kOfEventLog);
  known.write(writer);
}

void write_history_control(TableWriter& writer) {
  EventSets noted;
  noted.add(kOfHistory);
  write_control(writer, noted, true);
}

void write_history(TableWriter& writer, const Log& history) { write_log(writer, history, kHistoryArgument); }

void write_event_control(TableWriter& writer) {
  EventSets noted;
  noted.add(kOfEventLog);
  write_control(writer, noted, false);
}

void write_events(TableWriter& writer, const Log& events) { write_log(writer, events, kEventArgument); }

}  // namespace meterbench::firmware
