// Packets of the optical port, ANSI C12.18 (optical-port.md 1), without any input or output.
//
//   packet = EE identity control sequence length data check    length 16 bits, most significant byte first
//   check  = CRC-16/X-25 over all before it, low byte first
//
// A message longer than a packet goes in several; `sequence` counts those that still follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::c1218 {

inline constexpr std::uint8_t kStart = 0xEE;
inline constexpr std::uint8_t kAcknowledge = 0x06;  // alone, without frame
inline constexpr std::uint8_t kRefuse = 0x15;

inline constexpr std::size_t kHeader = 6;
inline constexpr std::size_t kOverhead = 8;        ///< header and check
inline constexpr std::size_t kMostData = 8183;     ///< of one packet
inline constexpr std::size_t kDefaultPacket = 64;  ///< whole packet, before Negotiate
inline constexpr std::size_t kLeastPacket = 32;    ///< a client refuses less

struct Packet {
  std::uint8_t identity = 0;
  bool multi = false;  ///< part of a message of several packets
  bool first = false;  ///< of these
  bool toggle = false;
  std::uint8_t sequence = 0;
  Bytes data;

  friend bool operator==(const Packet&, const Packet&) = default;
};

/// CRC-16/X-25.
[[nodiscard]] std::uint16_t check_of(ByteView bytes);

/// Throws std::logic_error when there is too much data.
[[nodiscard]] Bytes encode(const Packet& packet);

/// `message` in packets of at most `packet_size` bytes. The first bears the toggle `toggle`, which then is
/// that of the next message.
[[nodiscard]] std::vector<Bytes> encode_message(ByteView message, std::size_t packet_size, bool& toggle);

/// Gathers one packet from its start byte on.
class PacketCollector {
 public:
  enum class State {
    idle,      ///< waits for a start byte
    underway,  ///< more bytes must come
    whole,     ///< packet() is there; idle again
    damaged,   ///< the check is wrong; idle again
    too_long,  ///< the header states more data than is allowed; idle again
  };

  /// `most_data`: bytes of data that are allowed. A byte that is no start byte is not taken while idle.
  State add(std::uint8_t byte, std::size_t most_data);
  [[nodiscard]] bool underway() const { return underway_; }
  void drop() { underway_ = false; }

  /// Of the last packet that was whole.
  [[nodiscard]] const Bytes& raw() const { return raw_; }
  [[nodiscard]] Packet packet() const;
  [[nodiscard]] std::uint16_t check() const;

 private:
  bool underway_ = false;
  Bytes raw_;
};

}  // namespace meterbench::c1218
