#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/link/usb_link.h"

namespace meterbench::keysight_53230a {

/// Where a USBTMC instrument is talked to.
struct UsbtmcEndpoints {
  std::uint8_t interface = 0;
  std::uint8_t bulk_out = 0;
  std::uint8_t bulk_in = 0;
  std::size_t bulk_packet = 0;               ///< bytes
  std::optional<std::uint8_t> interrupt_in;  ///< status bytes come here where there is one
  std::size_t interrupt_packet = 0;
};

/// As the device says; nothing when it is no USBTMC device with both bulk endpoints.
[[nodiscard]] std::optional<UsbtmcEndpoints> usbtmc_endpoints(const UsbDescription& description);

}  // namespace meterbench::keysight_53230a
