// Requests and replies of the Modbus Application Protocol V1.1b3, section 6, without their framing.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"
#include "drivers/link/modbus_link.h"

namespace meterbench {

/// Why there is no reply, for a Fault.
struct ModbusTrouble {
  Errc code{};
  std::string detail;
};

/// Function code and data. Throws std::invalid_argument for what no PDU can carry: more than 125 registers
/// or 2,000 bits read, 123 or 1,968 written, none at all, or not just one where one is written.
[[nodiscard]] Bytes request_pdu(const ModbusLink::Request& request);

/// The registers or bits of the reply `pdu` to `request`, empty for a write. `refused` for an exception,
/// `garbled` for a reply that is none to this request: another function, count, address or value.
[[nodiscard]] tl::expected<std::vector<std::uint16_t>, ModbusTrouble> read_reply(
    const ModbusLink::Request& request, ByteView pdu);

}  // namespace meterbench
