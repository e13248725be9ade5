#include "drivers/c1218_meter/status_readings.h"

#include <fmt/format.h>

#include "drivers/protocol/c1219/log_tables.h"
#include "drivers/protocol/c1219/profile_tables.h"
#include "drivers/protocol/c1219/time_tables.h"

namespace meterbench::c1218_meter {
namespace {

using namespace c1219;

/// Of the virtual meter: MT-03 (drivers/virtual_lab/meter/firmware/maker_tables.h).
constexpr std::uint16_t kOwnState = 2048 + 3;
constexpr std::uint16_t kModeStatus = 3, kClock = 52, kActualProfiles = 61, kProfileStatus = 63,
                        kActualLogs = 71, kHistory = 74, kEvents = 76;

/// The virtual meter's own events have names (drivers/virtual_lab/meter/firmware/meter_data.h).
std::string event_text_of(std::uint16_t code, const std::string& maker) {
  if (maker == kOwnMaker) switch (code) {
      case 2048: return "wrong password (2048)";
      case 2049: return "disconnect opened (2049)";
      case 2050: return "disconnect closed (2050)";
      case 2051: return "cover opened (2051)";
      case 2052: return "cover closed (2052)";
      default: break;
    }
  return event_text(code);
}

std::vector<MeterEvent> events_of(const Log& log, const std::string& maker) {
  std::vector<MeterEvent> events;
  for (const LogEntry& entry : log.entries)
    events.push_back({.time = entry.time,
                      .number = entry.sequence,
                      .user = entry.user,
                      .code = entry.code,
                      .text = event_text_of(entry.code, maker),
                      .argument = entry.argument});
  return events;
}

}  // namespace

Missing missing_for_status(const Tables& tables) { return missing(tables, {kModeStatus}, {}, {kOwnState}); }
Missing missing_for_clock(const Tables& tables) { return missing(tables, {kClock}, {}); }
Missing missing_for_log(const Tables& tables) { return missing(tables, {kActualLogs}, {kHistory, kEvents}); }
Missing missing_for_profile(const Tables& tables) {
  return missing(tables, {}, {kActualProfiles, kProfileStatus});
}

tl::expected<MeterStatus, std::string> status_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  return decode_st03(content(tables, kModeStatus), *st00).map([&](const ModeStatus& status) {
    MeterStatus told{.mode = mode_text(status.mode),
                     .flags = status_texts(status.status),
                     .manufacturer = status.manufacturer_status};
    if (const auto own = tables.find(kOwnState); own != tables.end() && own->second.content.size() >= 2) {
      told.disconnect_closed = own->second.content[0] != 0;
      told.sealed = own->second.content[1] != 0;
    }
    return told;
  });
}

tl::expected<MeterClock, std::string> clock_from(const Tables& tables, const Clock& bench) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const Table& read = tables.at(kClock);
  return decode_st52(read.content, st00->formats).map([&](const ClockReading& clock) {
    const auto label = [&](Instant then) {
      return bench.utc() - std::chrono::round<std::chrono::milliseconds>(bench.now() - then);
    };
    return MeterClock{.time = clock.time,
                      .utc = clock.utc,
                      .daylight_saving = clock.daylight_saving,
                      .asked = read.asked,
                      .answered = read.answered,
                      .asked_utc = label(read.asked),
                      .answered_utc = label(read.answered)};
  });
}

tl::expected<MeterLog, std::string> log_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const auto actual = decode_st71(content(tables, kActualLogs), *st00);
  if (!actual) return tl::unexpected{actual.error()};
  MeterLog result;
  if (tables.contains(kEvents)) {
    const auto events = decode_st76(content(tables, kEvents), st00->formats, *actual);
    if (!events) return tl::unexpected{events.error()};
    result.events = events_of(*events, st00->manufacturer);
    result.events_lost = events->status.overflowed();
  }
  if (tables.contains(kHistory)) {
    const auto history = decode_st74(content(tables, kHistory), st00->formats, *actual);
    if (!history) return tl::unexpected{history.error()};
    result.history = events_of(*history, st00->manufacturer);
  }
  return result;
}

tl::expected<MeterProfile, std::string> profile_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  MeterProfile profile;
  if (!tables.contains(kActualProfiles)) return profile;
  const auto actual = decode_st61(content(tables, kActualProfiles), *st00);
  if (!actual) return tl::unexpected{actual.error()};
  for (const ActualProfiles::Set& set : actual->sets)
    profile.push_back({.number = set.number,
                       .blocks = set.blocks,
                       .intervals = set.intervals,
                       .channels = set.channels,
                       .interval = std::chrono::minutes{set.interval_min}});
  if (!tables.contains(kProfileStatus)) return profile;
  const auto status = decode_st63(content(tables, kProfileStatus), st00->formats, *actual);
  if (!status) return tl::unexpected{status.error()};
  for (std::size_t n = 0; n < profile.size(); ++n) {
    profile[n].valid_blocks = status->at(n).blocks.valid;
    profile[n].active = status->at(n).active();
  }
  return profile;
}

}  // namespace meterbench::c1218_meter
