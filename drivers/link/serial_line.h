#pragma once

#include <string>

#include "bench/core/fault.h"
#include "drivers/link/descriptor.h"

namespace meterbench {

/// How a serial port is set: 8 data bits, no parity, no flow control.
struct SerialSettings {
  int baud = 9600;  ///< one of the standard rates, 300 to 921600
  int stop_bits = 1;
  bool dtr = true;  ///< levels of the modem lines, where the port has them
  bool rts = true;
  /// How long a device that is powered by the port's lines needs before its first byte counts.
  Duration warm_up{};
};

/// Throws std::invalid_argument when a port cannot be set like this.
void check(const SerialSettings& settings);

/// Opens the port at `path` for this program alone and discards what it has received. Blocks for the warm-up.
/// Fault::disconnected when it is not there or in use.
[[nodiscard]] Result<Descriptor> open_serial_line(const std::string& device, const std::string& path,
                                                  const SerialSettings& settings);

/// Before the descriptor is closed: others may have the port. Bytes on their way out still leave.
void leave_serial_line(int descriptor);

}  // namespace meterbench
