#include "drivers/protocol/modbus/framing.h"

#include <bit>
#include <utility>

namespace meterbench::modbus {
namespace {

// Limits of the protocol for one request.
constexpr std::uint16_t kMostReadBits = 2000;
constexpr std::uint16_t kMostWrittenBits = 1968;
constexpr std::uint16_t kMostReadRegisters = 125;
constexpr std::uint16_t kMostWrittenRegisters = 123;
constexpr std::uint16_t kBitOn = 0xFF00;

std::uint16_t word_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

void append(Bytes& bytes, std::uint16_t word) {
  bytes.push_back(static_cast<std::uint8_t>(word >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(word));
}

bool of_bits(std::uint8_t function) {
  return function == 1 || function == 2 || function == 5 || function == 15;
}

std::size_t packed(std::size_t bits) { return (bits + 7) / 8; }

tl::expected<Request, Exception> parse_several(Request request, ByteView pdu) {
  const bool bits = of_bits(request.function);
  const std::size_t bytes = bits ? packed(request.count) : 2U * request.count;
  if (request.count == 0 || request.count > (bits ? kMostWrittenBits : kMostWrittenRegisters) ||
      pdu.size() != 6 + bytes || pdu[5] != bytes)
    return tl::unexpected{Exception::illegal_value};
  for (std::size_t i = 0; i < request.count; ++i)
    request.values.push_back(bits ? static_cast<std::uint16_t>((pdu[6 + i / 8] >> (i % 8)) & 1U)
                                  : word_at(pdu, 6 + 2 * i));
  return request;
}

}  // namespace

tl::expected<Request, Exception> parse_request(ByteView pdu) {
  if (pdu.empty()) return tl::unexpected{Exception::illegal_function};
  Request request{.function = pdu[0], .address = 0, .count = 0, .values = {}};
  const bool known =
      (request.function >= 1 && request.function <= 6) || request.function == 15 || request.function == 16;
  if (!known) return tl::unexpected{Exception::illegal_function};
  if (pdu.size() < 5) return tl::unexpected{Exception::illegal_value};
  request.address = word_at(pdu, 1);
  request.count = word_at(pdu, 3);
  if (request.function >= 15) return parse_several(std::move(request), pdu);
  if (pdu.size() != 5) return tl::unexpected{Exception::illegal_value};
  if (request.function <= 4) {
    if (request.count == 0 ||
        request.count > (of_bits(request.function) ? kMostReadBits : kMostReadRegisters))
      return tl::unexpected{Exception::illegal_value};
    return request;
  }
  const std::uint16_t value = std::exchange(request.count, std::uint16_t{1});
  if (request.function == 5 && value != 0 && value != kBitOn) return tl::unexpected{Exception::illegal_value};
  request.values = {request.function == 5 ? static_cast<std::uint16_t>(value == kBitOn ? 1 : 0) : value};
  return request;
}

Bytes read_reply(const Request& request, std::span<const std::uint16_t> values) {
  Bytes pdu{request.function};
  if (of_bits(request.function)) {
    pdu.push_back(static_cast<std::uint8_t>(packed(values.size())));
    pdu.resize(2 + packed(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != 0) pdu[2 + i / 8] = static_cast<std::uint8_t>(pdu[2 + i / 8] | (1U << (i % 8)));
    return pdu;
  }
  pdu.push_back(static_cast<std::uint8_t>(2 * values.size()));
  for (const std::uint16_t value : values) append(pdu, value);
  return pdu;
}

Bytes write_reply(const Request& request) {
  Bytes pdu{request.function};
  append(pdu, request.address);
  if (request.function >= 15)
    append(pdu, request.count);
  else if (request.function == 5)
    append(pdu, request.values.at(0) != 0 ? kBitOn : std::uint16_t{0});
  else
    append(pdu, request.values.at(0));
  return pdu;
}

Bytes exception_reply(std::uint8_t function, Exception exception) {
  return {static_cast<std::uint8_t>(function | 0x80U), static_cast<std::uint8_t>(exception)};
}

float to_float(std::uint16_t at_lower_address, std::uint16_t at_higher_address, WordOrder order) {
  if (order == WordOrder::low_word_first) std::swap(at_lower_address, at_higher_address);
  return std::bit_cast<float>((std::uint32_t{at_lower_address} << 16U) | at_higher_address);
}

std::vector<std::uint16_t> to_words(float value, WordOrder order) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  std::vector<std::uint16_t> words{static_cast<std::uint16_t>(bits >> 16U), static_cast<std::uint16_t>(bits)};
  if (order == WordOrder::low_word_first) std::swap(words[0], words[1]);
  return words;
}

}  // namespace meterbench::modbus
