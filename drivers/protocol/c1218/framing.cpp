#include "drivers/protocol/c1218/framing.h"

#include <algorithm>
#include <stdexcept>

namespace meterbench::c1218 {
namespace {

constexpr std::uint8_t kMulti = 0x80, kFirst = 0x40, kToggle = 0x20;

std::size_t stated_length(const Bytes& packet) { return std::size_t{packet[4]} << 8U | packet[5]; }

}  // namespace

std::uint16_t check_of(ByteView bytes) {
  std::uint16_t crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<std::uint16_t>((crc >> 1U) ^ ((crc & 1U) != 0 ? 0x8408U : 0U));
  }
  return static_cast<std::uint16_t>(~crc);
}

Bytes encode(const Packet& packet) {
  if (packet.data.size() > kMostData) throw std::logic_error{"too much data for a packet"};
  const auto control = static_cast<std::uint8_t>((packet.multi ? kMulti : 0U) | (packet.first ? kFirst : 0U) |
                                                 (packet.toggle ? kToggle : 0U));
  Bytes bytes;
  bytes.reserve(kOverhead + packet.data.size());
  for (const std::size_t byte : {std::size_t{kStart}, std::size_t{packet.identity}, std::size_t{control},
                                 std::size_t{packet.sequence}, packet.data.size() >> 8U, packet.data.size()})
    bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.insert(bytes.end(), packet.data.begin(), packet.data.end());
  const std::uint16_t check = check_of(bytes);
  bytes.push_back(static_cast<std::uint8_t>(check));
  bytes.push_back(static_cast<std::uint8_t>(check >> 8U));
  return bytes;
}

std::vector<Bytes> encode_message(ByteView message, std::size_t packet_size, bool& toggle) {
  const std::size_t most = packet_size - kOverhead;
  const std::size_t count = std::max<std::size_t>(1, (message.size() + most - 1) / most);
  if (count > 256) throw std::logic_error{"too many packets for a message"};
  std::vector<Bytes> packets;
  for (std::size_t n = 0; n < count; ++n) {
    const ByteView part = message.subspan(n * most, std::min(most, message.size() - n * most));
    packets.push_back(encode({.identity = 0,
                              .multi = count > 1,
                              .first = count > 1 && n == 0,
                              .toggle = toggle,
                              .sequence = static_cast<std::uint8_t>(count - 1 - n),
                              .data = {part.begin(), part.end()}}));
    toggle = !toggle;
  }
  return packets;
}

PacketCollector::State PacketCollector::add(std::uint8_t byte, std::size_t most_data) {
  if (!underway_) {
    if (byte != kStart) return State::idle;
    underway_ = true;
    raw_.clear();
  }
  raw_.push_back(byte);
  if (raw_.size() < kHeader) return State::underway;
  const std::size_t length = stated_length(raw_);
  if (length <= most_data && raw_.size() < kOverhead + length) return State::underway;
  underway_ = false;
  if (length > most_data) return State::too_long;
  const ByteView checked = ByteView{raw_}.first(raw_.size() - 2);
  return check_of(checked) == check() ? State::whole : State::damaged;
}

std::uint16_t PacketCollector::check() const {
  return static_cast<std::uint16_t>(raw_[raw_.size() - 2] | raw_.back() << 8U);
}

Packet PacketCollector::packet() const {
  const std::uint8_t control = raw_[2];
  return {.identity = raw_[1],
          .multi = (control & kMulti) != 0,
          .first = (control & kFirst) != 0,
          .toggle = (control & kToggle) != 0,
          .sequence = raw_[3],
          .data = {raw_.begin() + kHeader, raw_.end() - 2}};
}

}  // namespace meterbench::c1218
