#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/core/fault.h"

namespace meterbench {

/// A USB device of this machine.
struct UsbDevice {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  bool test_and_measurement = false;  ///< has a USBTMC interface
  bool readable = false;              ///< this program may open it; without that the texts are empty
  std::string manufacturer;
  std::string name;
  std::string serial;
};

/// In the order of the bus, without hubs. Opens each device for its texts.
[[nodiscard]] Result<std::vector<UsbDevice>> usb_devices();

}  // namespace meterbench
