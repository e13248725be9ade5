#pragma once

#include <modbus/modbus.h>

#include <memory>

#include "drivers/link/descriptor.h"
#include "drivers/link/modbus_pdu.h"

namespace meterbench {

/// Wall time that calls of libmodbus have taken, with waiting for replies, over all sessions of this process.
[[nodiscard]] double modbus_seconds();

/// How a PDU is framed on the line.
struct ModbusFraming {
  enum class Kind { tcp, rtu };
  Kind kind = Kind::tcp;
  std::uint8_t unit = 1;
  Duration pause{};  ///< silence before a request
};

/// One opening of a Modbus line by libmodbus, which can only block: where that may take its time, exchange()
/// is made on one thread, and cancel() on another. No recovery of its own: after any trouble but an exception
/// the session is spent.
///
/// libmodbus waits, finds the end of a reply and checks its CRC. Requests are framed here and replies
/// compared here, as its own calls look neither at the unit on TCP nor at what a write repeats, and its raw
/// requests all have the transaction 0.
class ModbusSession {
 public:
  /// `line`: connected, non-blocking. Throws std::system_error when the system lacks memory or descriptors.
  ModbusSession(const ModbusFraming& framing, Descriptor line);

  /// Sends `pdu` and waits for the reply's, without a limit of its own: the caller keeps the time.
  [[nodiscard]] tl::expected<Bytes, ModbusTrouble> exchange(ByteView pdu);
  /// The two halves of it, for whoever knows that the line takes the request, and that the reply is there.
  [[nodiscard]] tl::expected<void, ModbusTrouble> send_request(ByteView pdu);
  [[nodiscard]] tl::expected<Bytes, ModbusTrouble> receive_reply() const;
  /// Ends the exchange that is under way and every later one. On a serial line in the middle of a reply it
  /// takes up to 0.1 s.
  void cancel();
  [[nodiscard]] int line() const { return line_.get(); }

 private:
  /// False when cancelled.
  [[nodiscard]] bool wait_for(short events) const;
  [[nodiscard]] bool wait_for_silence() const;
  [[nodiscard]] tl::expected<void, ModbusTrouble> send(ByteView frame) const;
  [[nodiscard]] tl::unexpected<ModbusTrouble> trouble_of(int error) const;
  [[nodiscard]] bool is_tcp() const { return framing_.kind == ModbusFraming::Kind::tcp; }

  ModbusFraming framing_;
  Descriptor line_;
  Descriptor cancelled_;  // eventfd
  std::unique_ptr<modbus_t, decltype(&::modbus_free)> library_;
  std::uint16_t transaction_ = 0;
};

}  // namespace meterbench
