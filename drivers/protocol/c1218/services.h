// Requests and responses of ANSI C12.18 (optical-port.md 3): reading and writing of tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::c1218 {

/// First byte of every response.
enum class Code : std::uint8_t {
  ok = 0x00,
  error = 0x01,
  not_supported = 0x02,
  insufficient_clearance = 0x03,
  not_possible = 0x04,
  inappropriate = 0x05,
  busy = 0x06,
  not_ready = 0x07,
  locked = 0x08,
  renegotiate = 0x09,
  invalid_state = 0x0A,
};
/// `isc: insufficient security clearance (03)`
[[nodiscard]] std::string code_text(std::uint8_t code);

/// Baud code of 9,600 Bd; 0 is a rate set from outside.
inline constexpr std::uint8_t kBaud9600 = 6;
inline constexpr std::uint8_t kBaudExternal = 0;

// Requests.
[[nodiscard]] Bytes identify();
[[nodiscard]] Bytes terminate();
/// At most 11 baud codes.
[[nodiscard]] Bytes negotiate(std::uint16_t packet_size, std::uint8_t packets, ByteView bauds);
/// `user` has at most 10 bytes and is filled with spaces.
[[nodiscard]] Bytes log_on(std::uint16_t user_id, std::string_view user);
/// `password` has at most 20 bytes and is filled with `filler`: meters differ.
[[nodiscard]] Bytes security(std::string_view password, char filler);
[[nodiscard]] Bytes log_off();
[[nodiscard]] Bytes full_read(std::uint16_t table);
/// `offset` below 2^24, `count` not 0: what that means is not sure.
[[nodiscard]] Bytes offset_read(std::uint16_t table, std::uint32_t offset, std::uint16_t count);
/// `content`: at most 65,535 bytes.
[[nodiscard]] Bytes full_write(std::uint16_t table, ByteView content);
/// `offset` below 2^24.
[[nodiscard]] Bytes offset_write(std::uint16_t table, std::uint32_t offset, ByteView content);

// What follows the code `ok`; on failure a sentence.

struct Identity {
  std::uint8_t standard = 0;  ///< 0 C12.18, 2 C12.21, 3 C12.22
  std::uint8_t version = 0;
  std::uint8_t revision = 0;
};
[[nodiscard]] tl::expected<Identity, std::string> parse_identity(ByteView response);

struct Agreement {
  std::uint16_t packet_size = 0;
  std::uint8_t packets = 0;
  std::uint8_t baud = 0;  ///< code
};
[[nodiscard]] tl::expected<Agreement, std::string> parse_agreement(ByteView response);

/// The bytes of a table or slice, count and checksum proven.
[[nodiscard]] tl::expected<Bytes, std::string> parse_table_data(ByteView response);

/// `ST-23`, `MT-13`
[[nodiscard]] std::string table_name(std::uint16_t table);

}  // namespace meterbench::c1218
