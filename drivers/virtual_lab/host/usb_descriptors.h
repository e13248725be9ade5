// What a USB device answers about itself (USB 2.0, 9.4 to 9.6): the same for every device.
#pragma once

#include <optional>

#include "drivers/far_end/usb_far_end.h"

namespace meterbench::virtual_lab {

/// Device descriptor, then the one configuration with its interface and endpoints, as sysfs has them.
[[nodiscard]] Bytes descriptors_of(const UsbDescription& device);
/// String descriptor `index`; nothing when there is none.
[[nodiscard]] std::optional<Bytes> string_descriptor(const UsbDescription& device, std::uint8_t index);

/// Whether a request is of the standard kind, which the host answers for every device.
[[nodiscard]] constexpr bool is_standard(const UsbSetup& setup) { return (setup.request_type & 0x60U) == 0; }
/// The answer to a standard request, cut to the length asked for; nothing: a stall.
[[nodiscard]] std::optional<Bytes> standard_answer(const UsbDescription& device, const UsbSetup& setup);

/// A device with a packet of more than 64 bytes is a high-speed one.
[[nodiscard]] bool is_high_speed(const UsbDescription& device);

}  // namespace meterbench::virtual_lab
