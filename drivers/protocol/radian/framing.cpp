#include "drivers/protocol/radian/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace meterbench::radian {
namespace {

constexpr std::size_t kHeader = 4;  // start, type, length
constexpr std::size_t kChecksum = 2;
constexpr std::size_t kShort = 4;  // start, type, checksum
constexpr std::uint8_t kLastPort = 0xD;

std::uint8_t start_byte(std::uint8_t port, Kind kind) {
  return static_cast<std::uint8_t>((port << 4U) | static_cast<std::uint8_t>(kind));
}

std::size_t word_at(ByteView bytes, std::size_t at) { return (std::size_t{bytes[at]} << 8U) | bytes[at + 1]; }

void append_word(Bytes& bytes, std::size_t word) {
  bytes.push_back(static_cast<std::uint8_t>(word >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(word));
}

std::size_t sum_of(ByteView bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::size_t{0}) & 0xFFFFU;
}

Bytes with_checksum(Bytes bytes) {
  append_word(bytes, sum_of(bytes));
  return bytes;
}

bool is_short_acknowledge(ByteView bytes) {
  return (bytes[0] & 0x0FU) == static_cast<std::uint8_t>(Kind::acknowledge) &&
         word_at(bytes, 2) == sum_of(bytes.first(2));
}

/// What all packets have in common once their start byte is found right.
End packet_end(ByteView received) {
  if (received.size() < kHeader) return std::nullopt;
  if (is_short_acknowledge(received)) return kShort;
  const std::size_t length = word_at(received, 2);
  if (length > kMostData) return tl::unexpected{fmt::format("packet with {} bytes of data", length)};
  const std::size_t whole = kHeader + length + kChecksum;
  if (received.size() < whole) return std::nullopt;
  const std::size_t stated = word_at(received, kHeader + length);
  const std::size_t found = sum_of(received.first(kHeader + length));
  if (stated != found) return tl::unexpected{fmt::format("checksum {:04X}, not {:04X}", stated, found)};
  return whole;
}

}  // namespace

Bytes encode(const Frame& frame) {
  if (frame.data.size() > kMostData) throw std::logic_error{"too much data for a packet"};
  Bytes bytes{start_byte(frame.port, frame.kind), frame.type};
  append_word(bytes, frame.data.size());
  bytes.insert(bytes.end(), frame.data.begin(), frame.data.end());
  return with_checksum(std::move(bytes));
}

Bytes encode_short_acknowledge(std::uint8_t type) {
  return with_checksum({start_byte(Frame::kFirstPort, Kind::acknowledge), type});
}

End request_end(ByteView received) {
  if (received.empty()) return std::nullopt;
  const unsigned port = received[0] >> 4U;
  if (port < Frame::kFirstPort || port > kLastPort ||
      (received[0] & 0x0FU) != static_cast<std::uint8_t>(Kind::request))
    return tl::unexpected{fmt::format("no request starts with {:02X}", received[0])};
  return packet_end(received);
}

End reply_end(std::uint8_t asked, ByteView received) {
  if (received.empty()) return std::nullopt;
  const auto starts = [&](Kind kind) { return received[0] == start_byte(Frame::kFirstPort, kind); };
  if (!starts(Kind::acknowledge) && !starts(Kind::data) && !starts(Kind::error))
    return tl::unexpected{fmt::format("no answer starts with {:02X}", received[0])};
  if (received.size() > 1 && !starts(Kind::error) && received[1] != asked)
    return tl::unexpected{fmt::format("answer to packet {:02X}, not {:02X}", received[1], asked)};
  return packet_end(received);
}

Frame decode(ByteView packet) {
  Frame frame{
      static_cast<Kind>(packet[0] & 0x0FU), packet[1], {}, static_cast<std::uint8_t>(packet[0] >> 4U)};
  if (is_short_acknowledge(packet)) return frame;
  const ByteView data = packet.subspan(kHeader, packet.size() - kHeader - kChecksum);
  frame.data.assign(data.begin(), data.end());
  return frame;
}

std::optional<Slots> decode_slots(ByteView data) {
  if (data.size() != kSlots * std::tuple_size_v<Float32>) return std::nullopt;
  Slots slots;
  for (std::size_t i = 0; i < kSlots; ++i)
    slots[i] = decode_float(std::span<const std::uint8_t, 4>{data.subspan(4 * i, 4)});
  return slots;
}

Bytes encode_slots(const Slots& slots) {
  Bytes bytes;
  for (const auto& slot : slots) {
    const Float32 number = slot ? encode_float(*slot) : kInvalid;
    bytes.insert(bytes.end(), number.begin(), number.end());
  }
  return bytes;
}

}  // namespace meterbench::radian
