// Which meter it is: written by the factory into the EEPROM beside the calibration. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kIdentityMagic = 0x3144494D;  // "MID1"
inline constexpr std::uint32_t kIdentityLayout = 1;
inline constexpr std::size_t kIdentityAddress = 64;  // in the EEPROM

struct IdentityRecord {
  std::uint32_t magic;
  std::uint32_t layout;            ///< kIdentityLayout
  std::uint64_t kt_nanowatthours;  ///< energy of one pulse, which is one step of the registers
  char serial_number[16];          ///< of table ST-01, filled with spaces
  char device_id[20];              ///< of table ST-05, filled with spaces
  std::uint8_t nameplate[33];      ///< the whole of table ST-02
  std::uint8_t reserved[7];
  std::uint32_t checksum;  // of all before it
};
static_assert(sizeof(IdentityRecord) == 96);
static_assert(std::has_unique_object_representations_v<IdentityRecord>);

struct IdentityBytes {
  std::uint8_t bytes[sizeof(IdentityRecord)];
};

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const IdentityRecord& record) {
  const auto raw = std::bit_cast<IdentityBytes>(record);
  return record_checksum(raw.bytes, offsetof(IdentityRecord, checksum));
}

[[nodiscard]] constexpr bool is_valid(const IdentityRecord& record) {
  return record.magic == kIdentityMagic && record.layout == kIdentityLayout &&
         record.checksum == checksum_of(record);
}

}  // namespace meterbench::firmware
