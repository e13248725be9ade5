// What is attached to this machine that a station file could name.
#pragma once

#include <string>
#include <vector>

#include "drivers/link/serial_ports.h"
#include "drivers/link/usb_devices.h"

namespace meterbench {

struct Attached {
  std::string address;  ///< as a station file has it
  std::string description;
  std::string driver;  ///< that fits by its USB ids; empty where they do not tell
  std::string role;    ///< of that driver
  std::string remark;  ///< what keeps it from being used, and the cure; empty where nothing does
};

/// Serial ports first, then USB devices that are instruments: USBTMC, or known by their ids.
[[nodiscard]] std::vector<Attached> attached(const std::vector<SerialPort>& ports,
                                             const std::vector<UsbDevice>& devices);

/// A station file to begin with: what is attached and known in its role, the rest to be filled in.
[[nodiscard]] std::string station_draft(const std::vector<Attached>& found);

}  // namespace meterbench
