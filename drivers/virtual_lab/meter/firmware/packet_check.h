// The check of C12.18 packets (optical-port.md 1.1). Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// CRC-16/X-25, byte by byte; the packet carries the value with its low byte first.
class PacketCheck {
 public:
  constexpr void add(std::uint8_t byte) {
    register_ ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      register_ = static_cast<std::uint16_t>((register_ >> 1U) ^ ((register_ & 1U) != 0 ? 0x8408U : 0U));
  }
  [[nodiscard]] constexpr std::uint16_t value() const { return static_cast<std::uint16_t>(~register_); }

 private:
  std::uint16_t register_ = 0xFFFF;
};

}  // namespace meterbench::firmware
