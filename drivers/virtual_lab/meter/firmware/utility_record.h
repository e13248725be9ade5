// What the utility has the meter keep for it: table ST-06, blank until it is written. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kUtilityMagic = 0x3149554D;  // "MUI1"
inline constexpr std::size_t kUtilityAddress = 512;         // in the EEPROM

struct UtilityRecord {
  std::uint32_t magic;
  std::uint8_t text[230];  ///< the whole of ST-06
  std::uint8_t reserved[2];
  std::uint32_t checksum;  // of all before it
};
static_assert(sizeof(UtilityRecord) == 240);
static_assert(std::has_unique_object_representations_v<UtilityRecord>);

struct UtilityBytes {
  std::uint8_t bytes[sizeof(UtilityRecord)];
};

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const UtilityRecord& record) {
  const auto raw = std::bit_cast<UtilityBytes>(record);
  return record_checksum(raw.bytes, offsetof(UtilityRecord, checksum));
}

[[nodiscard]] constexpr bool is_valid(const UtilityRecord& record) {
  return record.magic == kUtilityMagic && record.checksum == checksum_of(record);
}

}  // namespace meterbench::firmware
