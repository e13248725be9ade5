#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meterbench {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }
[[nodiscard]] inline std::string to_string(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
/// `A6 2E 00 04`
[[nodiscard]] std::string hex_text(ByteView bytes);
/// Text as it is, bytes outside printable ASCII as `\x0D`: for messages and logs.
[[nodiscard]] std::string printable_text(ByteView bytes);

}  // namespace meterbench
