// What seals a record of the EEPROM. Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>

namespace meterbench::firmware {

/// CRC-32 of IEEE 802.3.
[[nodiscard]] constexpr std::uint32_t record_checksum(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t n = 0; n < count; ++n) {
    crc ^= bytes[n];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

}  // namespace meterbench::firmware
