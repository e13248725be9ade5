#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"

namespace meterbench {

/// A serial port of this machine, with what its USB adapter says of itself.
struct SerialPort {
  struct Usb {
    std::uint16_t vendor = 0;
    std::uint16_t product = 0;
    std::string name;  ///< empty where the adapter has none; the next too
    std::string serial;
  };
  std::string path;         ///< `/dev/ttyUSB0`
  std::string description;  ///< for people
  std::optional<Usb> usb;   ///< nothing: no USB adapter
};

/// In the order of their paths; consoles and pseudo-terminals are not among them.
[[nodiscard]] Result<std::vector<SerialPort>> serial_ports();

}  // namespace meterbench
