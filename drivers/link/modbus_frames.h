// Modbus frames on the wire: how a PDU (function code and data) travels over TCP (Modbus Messaging on TCP/IP
// Implementation Guide V1.0b, 3.1.3) and over a serial line (Modbus over Serial Line V1.02, 2.5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"
#include "drivers/far_end/modbus_far_end.h"

namespace meterbench {

/// MBAP header and `pdu`. A mishap that TCP does not know (bad_check) cuts the frame short; `reset` gives no
/// bytes: the caller closes the connection.
[[nodiscard]] Bytes tcp_frame(std::uint16_t transaction, std::uint8_t unit, ByteView pdu,
                              ModbusMishap mishap = ModbusMishap::none);

/// Unit, `pdu` and CRC. A mishap that a serial line does not know (wrong_transaction) cuts the frame short;
/// `reset` gives no bytes: the line stays silent.
[[nodiscard]] Bytes rtu_frame(std::uint8_t unit, ByteView pdu, ModbusMishap mishap = ModbusMishap::none);

/// CRC-16 of a serial frame; its low byte goes first on the wire.
[[nodiscard]] std::uint16_t rtu_check(ByteView bytes);

/// One request as it came over TCP.
struct ModbusTcpRequest {
  std::uint16_t transaction = 0;
  std::uint8_t unit = 0;
  Bytes pdu;
};

/// Takes the first whole request off the beginning of `received`; nothing when more must come, or a sentence
/// why these bytes can be no request.
[[nodiscard]] tl::expected<std::optional<ModbusTcpRequest>, std::string> take_tcp_request(Bytes& received);

/// How long the reply is that begins with `pdu`, as its function code and count of bytes say; nothing when
/// too little of it is there.
[[nodiscard]] std::optional<std::size_t> reply_length(ByteView pdu);

}  // namespace meterbench
