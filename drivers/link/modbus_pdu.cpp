#include "drivers/link/modbus_pdu.h"

#include <fmt/format.h>
#include <modbus/modbus.h>

#include <algorithm>
#include <stdexcept>

namespace meterbench {
namespace {

constexpr std::uint16_t kCoilOn = 0xFF00;

void put(Bytes& bytes, std::size_t word) {
  bytes.push_back(static_cast<std::uint8_t>(word >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(word));
}

bool reads_bits(ModbusFunction function) {
  return function == ModbusFunction::read_coils || function == ModbusFunction::read_discrete_inputs;
}
bool reads(ModbusFunction function) { return function <= ModbusFunction::read_input_registers; }

std::size_t bytes_of_bits(std::size_t count) { return (count + 7) / 8; }

void require(std::size_t count, std::size_t most) {
  if (count < 1 || count > most)
    throw std::invalid_argument{fmt::format("Modbus: {} items where 1 to {} are possible", count, most)};
}

void put_bits(Bytes& bytes, const std::vector<std::uint16_t>& bits) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + bytes_of_bits(bits.size()));
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] != 0) bytes[begin + i / 8] |= static_cast<std::uint8_t>(1U << i % 8);
}

std::vector<std::uint16_t> words_of(ByteView data, std::size_t count) {
  std::vector<std::uint16_t> words;
  for (std::size_t i = 0; i < count; ++i)
    words.push_back(static_cast<std::uint16_t>(data[2 * i] << 8U | data[2 * i + 1]));
  return words;
}

std::vector<std::uint16_t> bits_of(ByteView data, std::size_t count) {
  std::vector<std::uint16_t> bits;
  for (std::size_t i = 0; i < count; ++i)
    bits.push_back(static_cast<std::uint16_t>(data[i / 8] >> i % 8 & 1U));
  return bits;
}

}  // namespace

Bytes request_pdu(const ModbusLink::Request& request) {
  const auto& values = request.values;
  Bytes pdu{static_cast<std::uint8_t>(request.function)};
  put(pdu, request.address);
  switch (request.function) {
    case ModbusFunction::read_coils:
    case ModbusFunction::read_discrete_inputs:
      require(request.count, MODBUS_MAX_READ_BITS);
      put(pdu, request.count);
      break;
    case ModbusFunction::read_holding_registers:
    case ModbusFunction::read_input_registers:
      require(request.count, MODBUS_MAX_READ_REGISTERS);
      put(pdu, request.count);
      break;
    case ModbusFunction::write_coil:
      require(values.size(), 1);
      put(pdu, values[0] != 0 ? kCoilOn : 0);
      break;
    case ModbusFunction::write_register:
      require(values.size(), 1);
      put(pdu, values[0]);
      break;
    case ModbusFunction::write_coils:
      require(values.size(), MODBUS_MAX_WRITE_BITS);
      put(pdu, values.size());
      pdu.push_back(static_cast<std::uint8_t>(bytes_of_bits(values.size())));
      put_bits(pdu, values);
      break;
    case ModbusFunction::write_registers:
      require(values.size(), MODBUS_MAX_WRITE_REGISTERS);
      put(pdu, values.size());
      pdu.push_back(static_cast<std::uint8_t>(2 * values.size()));
      for (const std::uint16_t value : values) put(pdu, value);
      break;
  }
  return pdu;
}

tl::expected<std::vector<std::uint16_t>, ModbusTrouble> read_reply(const ModbusLink::Request& request,
                                                                   ByteView pdu) {
  const auto garbled = [&](std::string_view why) {
    return tl::unexpected{ModbusTrouble{Errc::garbled, fmt::format("{}: '{}'", why, hex_text(pdu))}};
  };
  const Bytes sent = request_pdu(request);
  if (pdu.size() == 2 && pdu[0] == (sent[0] | 0x80U))
    return tl::unexpected{ModbusTrouble{
        Errc::refused, fmt::format("exception {}: {}", pdu[1],
                                   ::modbus_strerror(MODBUS_ENOBASE + static_cast<int>(pdu[1])))}};
  if (pdu.empty() || pdu[0] != sent[0]) return garbled("the answer to another function");
  if (!reads(request.function)) {
    // A device repeats function, address and what it wrote, or how many.
    constexpr std::size_t kEcho = 5;
    if (!std::ranges::equal(pdu, ByteView{sent}.first(kEcho)))
      return garbled("the answer does not repeat what was to be written");
    return std::vector<std::uint16_t>{};
  }
  const bool bits = reads_bits(request.function);
  const std::size_t size = bits ? bytes_of_bits(request.count) : 2U * request.count;
  if (pdu.size() != 2 + size || pdu[1] != size) return garbled("the answer to another count");
  const ByteView data = pdu.subspan(2);
  return bits ? bits_of(data, request.count) : words_of(data, request.count);
}

}  // namespace meterbench
