// What stands at the far end of a Modbus link: a simulated device, whatever carries its frames.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/core/bytes.h"
#include "bench/core/time.h"

namespace meterbench {

/// How a reply goes wrong on its way, for a host to do: a device cannot bend its own framing.
enum class ModbusMishap {
  none,
  wrong_transaction,  ///< TCP: another transaction's number
  wrong_unit,
  cut_short,  ///< half of the frame, then silence
  bad_check,  ///< RTU: the CRC is wrong
  reset,      ///< the connection is closed instead of an answer
};

/// One thread, `now` never goes back. What happens without a request (a watchdog that expires) the device
/// does as an observer of its world.
class ModbusFarEnd {
 public:
  struct Reply {
    Instant due;  ///< when it starts on the wire, not before the request's `now`
    Bytes pdu;    ///< function code (with 0x80: exception) and data
    ModbusMishap mishap = ModbusMishap::none;
  };

  virtual ~ModbusFarEnd() = default;
  virtual void opened(Instant now) = 0;
  /// `pdu`: function code and data of one whole request to `unit`. Nothing: it is never answered.
  [[nodiscard]] virtual std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) = 0;
  /// Whether it has been taken off its wire: for good, whoever opens the link.
  [[nodiscard]] virtual bool unplugged() const { return false; }
  virtual void closed(Instant now) = 0;
};

}  // namespace meterbench
