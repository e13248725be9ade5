#include "drivers/link/modbus_frames.h"

#include <fmt/format.h>

#include <algorithm>

namespace meterbench {
namespace {

constexpr std::size_t kHeader = 7;     // MBAP: transaction, protocol, length, unit
constexpr std::size_t kLargest = 253;  // bytes of a PDU

std::uint8_t high(std::size_t word) { return static_cast<std::uint8_t>(word >> 8U); }
std::uint8_t low(std::size_t word) { return static_cast<std::uint8_t>(word); }
std::uint16_t word(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

std::uint8_t sender(std::uint8_t unit, ModbusMishap mishap) {
  return mishap == ModbusMishap::wrong_unit ? low(unit + 1U) : unit;
}

Bytes sent(Bytes frame, ModbusMishap mishap, ModbusMishap unknown_here) {
  if (mishap == ModbusMishap::reset) return {};
  if (mishap == ModbusMishap::cut_short || mishap == unknown_here) frame.resize(frame.size() / 2);
  return frame;
}

}  // namespace

Bytes tcp_frame(std::uint16_t transaction, std::uint8_t unit, ByteView pdu, ModbusMishap mishap) {
  const std::size_t number =
      mishap == ModbusMishap::wrong_transaction ? transaction + 1U : std::size_t{transaction};
  const std::size_t length = 1 + pdu.size();  // from the unit on
  Bytes frame{high(number), low(number), 0, 0, high(length), low(length), sender(unit, mishap)};
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  return sent(std::move(frame), mishap, ModbusMishap::bad_check);
}

Bytes rtu_frame(std::uint8_t unit, ByteView pdu, ModbusMishap mishap) {
  Bytes frame{sender(unit, mishap)};
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  const std::size_t check = rtu_check(frame) ^ (mishap == ModbusMishap::bad_check ? 0x0100U : 0U);
  frame.push_back(low(check));
  frame.push_back(high(check));
  return sent(std::move(frame), mishap, ModbusMishap::wrong_transaction);
}

std::uint16_t rtu_check(ByteView bytes) {
  unsigned check = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    check ^= byte;
    for (int bit = 0; bit < 8; ++bit) check = (check & 1U) != 0 ? check >> 1U ^ 0xA001U : check >> 1U;
  }
  return static_cast<std::uint16_t>(check);
}

tl::expected<std::optional<ModbusTcpRequest>, std::string> take_tcp_request(Bytes& received) {
  if (received.size() < kHeader) return std::nullopt;
  if (word(received, 2) != 0)
    return tl::unexpected{fmt::format("protocol {}, which is not Modbus (0)", word(received, 2))};
  const std::size_t length = word(received, 4);
  if (length < 2 || length > 1 + kLargest)
    return tl::unexpected{
        fmt::format("{} bytes after the length, where 2 to {} can be", length, 1 + kLargest)};
  const std::size_t end = kHeader - 1 + length;
  if (received.size() < end) return std::nullopt;
  const auto at = [&](std::size_t index) { return received.begin() + static_cast<std::ptrdiff_t>(index); };
  ModbusTcpRequest request{word(received, 0), received[6], {at(kHeader), at(end)}};
  received.erase(received.begin(), at(end));
  return request;
}

std::optional<std::size_t> reply_length(ByteView pdu) {
  if (pdu.empty()) return std::nullopt;
  const std::uint8_t function = pdu[0];
  if ((function & 0x80U) != 0) return 2;  // exception: its code
  if (function > 4) return 5;             // writes: address and value or count
  if (pdu.size() < 2) return std::nullopt;
  return 2U + pdu[1];
}

}  // namespace meterbench
