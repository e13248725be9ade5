#include "bench/core/bytes.h"

#include <fmt/format.h>

namespace meterbench {

std::string hex_text(ByteView bytes) { return fmt::format("{:02X}", fmt::join(bytes, " ")); }

std::string printable_text(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte >= 0x20 && byte < 0x7F)
      text += static_cast<char>(byte);
    else
      text += fmt::format("\\x{:02X}", byte);
  }
  return text;
}

}  // namespace meterbench
