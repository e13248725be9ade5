// Packets of Radian RD-2x/RD-3x standards (instruments.md 4.4), without any input or output.
//
//   packet  = start type length data checksum     length and checksum 16 bits, most significant byte first
//   NOP ack = start type checksum                 the short acknowledge; it has no length
//   start   = port (high nibble A–D), kind (low nibble)
//   checksum = sum of all bytes before it
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"
#include "drivers/protocol/radian/float32.h"

namespace meterbench::radian {

enum class Kind : std::uint8_t { acknowledge = 0x3, request = 0x6, error = 0x9, data = 0xC };

/// Packet types that the bench uses.
enum class Packet : std::uint8_t {
  nop = 0x00,
  pulse_output = 0x1D,          ///< request: port, metric, phase
  instantaneous = 0x2E,         ///< request: 00, metric, FF, FD; answer: five floats
  pulse_output_constant = 0x32  ///< request: 00, metric, 00, float; answer: float
};

/// Metrics of Packet::instantaneous.
enum class Metric : std::uint8_t { volts = 0, amperes = 1, watts = 2, vars = 4, hertz = 5 };
/// Metrics of the pulse output.
inline constexpr std::uint8_t kWattHours = 0;

/// The slots of an answer to Packet::instantaneous.
enum class Slot : std::size_t { a = 0, b = 1, c = 2, neutral = 3, net = 4 };
inline constexpr std::size_t kSlots = 5;

struct Frame {
  static constexpr std::uint8_t kFirstPort = 0xA;

  Kind kind = Kind::request;
  std::uint8_t type = 0;
  Bytes data;
  std::uint8_t port = kFirstPort;

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// More data than the longest packet of the facts by far. The bound tells the short acknowledge from the
/// others: where they have a length, it has a checksum of at least A3h.
inline constexpr std::size_t kMostData = 0x80;

/// A packet with a length; at most kMostData bytes of data.
[[nodiscard]] Bytes encode(const Frame& frame);
[[nodiscard]] Bytes encode_short_acknowledge(std::uint8_t type);

/// Length of the packet that `received` begins with, nothing when more must come, or why it is none.
using End = tl::expected<std::optional<std::size_t>, std::string>;
/// A request of any type, as the standard sees it.
[[nodiscard]] End request_end(ByteView received);
/// An answer to a request of type `asked` on the first port, or an error acknowledge of any type.
[[nodiscard]] End reply_end(std::uint8_t asked, ByteView received);

/// The content of one whole packet that request_end() or reply_end() has accepted.
[[nodiscard]] Frame decode(ByteView packet);

/// Nothing in a slot: invalid or not supported. Nothing at all when `data` is not five floats.
using Slots = std::array<std::optional<double>, kSlots>;
[[nodiscard]] std::optional<Slots> decode_slots(ByteView data);
[[nodiscard]] Bytes encode_slots(const Slots& slots);

}  // namespace meterbench::radian
