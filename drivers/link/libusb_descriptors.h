// What the sources of this room that use libusb read of a device. libusb's own header is included here, so
// this one is for *.cpp files only.
#pragma once

#include <libusb-1.0/libusb.h>

#include <array>
#include <cstdint>
#include <string>

namespace meterbench {

/// Class FE, subclass 3: USBTMC.
[[nodiscard]] inline bool is_test_and_measurement(const libusb_interface_descriptor& interface) {
  return interface.bInterfaceClass == LIBUSB_CLASS_APPLICATION && interface.bInterfaceSubClass == 3;
}

/// A string descriptor; empty where there is none. Waits for the device, some milliseconds.
[[nodiscard]] inline std::string usb_text(libusb_device_handle* device, std::uint8_t index) {
  std::array<unsigned char, 256> text{};
  const int length =
      index == 0 ? 0 : libusb_get_string_descriptor_ascii(device, index, text.data(), text.size());
  return length > 0 ? std::string{text.begin(), text.begin() + length} : std::string{};
}

}  // namespace meterbench
