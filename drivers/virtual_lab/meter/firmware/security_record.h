// Who may do what over the optical port: written by the factory into the EEPROM, told by ST-40 to ST-45
// (optical-port.md 6.10). Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kSecurityMagic = 0x3143534D;  // "MSC1"
inline constexpr std::size_t kSecurityAddress = 256;         // in the EEPROM
inline constexpr std::uint32_t kPasswords = 4;
inline constexpr std::uint32_t kPasswordLength = 20;
inline constexpr std::uint32_t kAccessEntries = 24;
/// In TABLE_IDC: it is a procedure, else a table; bit 11 is the manufacturer's.
inline constexpr std::uint16_t kIdcProcedure = 1U << 12U;

struct PasswordEntry {
  char password[kPasswordLength];  // filled with NUL
  std::uint8_t groups;             // set that a session has by it
};

/// A session may when the byte is 0 or has a group in common with it.
struct AccessEntry {
  std::uint16_t idc;  // TABLE_IDC
  std::uint8_t read;
  std::uint8_t write;
};

struct SecurityRecord {
  std::uint32_t magic;
  std::uint8_t passwords;  // in use
  std::uint8_t entries;    // in use
  std::uint8_t default_read;
  std::uint8_t default_write;
  PasswordEntry password[kPasswords];
  AccessEntry entry[kAccessEntries];
  std::uint32_t checksum;  // of all before it
};
static_assert(sizeof(SecurityRecord) == 192);
static_assert(std::has_unique_object_representations_v<SecurityRecord>);

struct SecurityBytes {
  std::uint8_t bytes[sizeof(SecurityRecord)];
};

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const SecurityRecord& record) {
  const auto raw = std::bit_cast<SecurityBytes>(record);
  return record_checksum(raw.bytes, offsetof(SecurityRecord, checksum));
}

[[nodiscard]] constexpr bool is_valid(const SecurityRecord& record) {
  return record.magic == kSecurityMagic && record.passwords <= kPasswords &&
         record.entries <= kAccessEntries && record.checksum == checksum_of(record);
}

}  // namespace meterbench::firmware
