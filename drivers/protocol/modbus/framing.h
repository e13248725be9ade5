// The protocol data unit of Modbus (function code and data) as a device sees it, and how numbers lie in its
// registers. No link, no time, no state. Clients get their frames from libmodbus.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::modbus {

enum class Exception : std::uint8_t {
  illegal_function = 1,
  illegal_address = 2,
  illegal_value = 3,
  device_failure = 4,
  busy = 6,
};

/// A request of functions 1 to 6, 15 and 16.
struct Request {
  std::uint8_t function = 0;
  std::uint16_t address = 0;
  std::uint16_t count = 0;            ///< registers or bits, of reads and writes
  std::vector<std::uint16_t> values;  ///< what is written: registers, or bits as 0 and 1
  [[nodiscard]] bool writes() const { return !values.empty(); }
};

/// Or the exception that a device answers: an unknown function, a count that the protocol forbids, a length
/// that does not fit.
[[nodiscard]] tl::expected<Request, Exception> parse_request(ByteView pdu);

/// The reply to a read: `values` are registers, or bits as 0 and 1, `request.count` of them.
[[nodiscard]] Bytes read_reply(const Request& request, std::span<const std::uint16_t> values);
/// The reply to a write that was done.
[[nodiscard]] Bytes write_reply(const Request& request);
[[nodiscard]] Bytes exception_reply(std::uint8_t function, Exception exception);

/// Which half of a 32-bit number lies at the lower address.
enum class WordOrder { low_word_first, high_word_first };

/// IEEE 754 single precision in two registers: 23.45 is 41BB 999A. Own arithmetic, since libmodbus 3.1.6 has
/// the bytes of its own helpers wrong on little-endian machines.
[[nodiscard]] float to_float(std::uint16_t at_lower_address, std::uint16_t at_higher_address,
                             WordOrder order);
[[nodiscard]] std::vector<std::uint16_t> to_words(float value, WordOrder order);

}  // namespace meterbench::modbus
