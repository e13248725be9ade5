// Where the time comes from at power-up: the host writes it here before a reset, in the place of the cell
// that keeps a clock going while the supply is off. The firmware only reads it. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kClockMagic = 0x314B434D;  // "MCK1"
inline constexpr std::size_t kClockAddress = 160;         // in the EEPROM

/// The time at sample 0. Without a valid record the meter goes on from the time that it kept last, or from
/// 2000-01-01, and says so by kStatusClock until its clock is set.
struct ClockRecord {
  std::uint32_t magic;
  LocalTime second;
  std::uint32_t samples;   // of that second that were over, below kSampleRate
  std::uint32_t checksum;  // of all before it
};
static_assert(sizeof(ClockRecord) == 16);
static_assert(std::has_unique_object_representations_v<ClockRecord>);

struct ClockBytes {
  std::uint8_t bytes[sizeof(ClockRecord)];
};

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const ClockRecord& record) {
  const auto raw = std::bit_cast<ClockBytes>(record);
  return record_checksum(raw.bytes, offsetof(ClockRecord, checksum));
}

[[nodiscard]] constexpr bool is_valid(const ClockRecord& record) {
  return record.magic == kClockMagic && record.second <= kLastTime && record.samples < kSampleRate &&
         record.checksum == checksum_of(record);
}

}  // namespace meterbench::firmware
