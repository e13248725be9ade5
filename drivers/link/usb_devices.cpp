#include "drivers/link/usb_devices.h"

#include <libusb-1.0/libusb.h>

#include <memory>

#include "drivers/link/libusb_descriptors.h"

namespace meterbench {
namespace {

bool has_test_and_measurement(libusb_device* device, std::uint8_t configurations) {
  for (std::uint8_t c = 0; c < configurations; ++c) {
    libusb_config_descriptor* raw = nullptr;
    if (libusb_get_config_descriptor(device, c, &raw) != 0) continue;
    const std::unique_ptr<libusb_config_descriptor, decltype(&libusb_free_config_descriptor)> config{
        raw, &libusb_free_config_descriptor};
    for (int i = 0; i < config->bNumInterfaces; ++i)
      for (int a = 0; a < config->interface[i].num_altsetting; ++a) {
        const libusb_interface_descriptor& interface = config->interface[i].altsetting[a];
        if (is_test_and_measurement(interface)) return true;
      }
  }
  return false;
}

UsbDevice describe(libusb_device* device, const libusb_device_descriptor& descriptor) {
  UsbDevice found;
  found.vendor = descriptor.idVendor;
  found.product = descriptor.idProduct;
  found.test_and_measurement = has_test_and_measurement(device, descriptor.bNumConfigurations);
  libusb_device_handle* raw = nullptr;
  if (libusb_open(device, &raw) != 0) return found;
  const std::unique_ptr<libusb_device_handle, decltype(&libusb_close)> handle{raw, &libusb_close};
  found.readable = true;
  found.manufacturer = usb_text(raw, descriptor.iManufacturer);
  found.name = usb_text(raw, descriptor.iProduct);
  found.serial = usb_text(raw, descriptor.iSerialNumber);
  return found;
}

}  // namespace

Result<std::vector<UsbDevice>> usb_devices() {
  libusb_context* raw = nullptr;
  if (const int error = libusb_init(&raw); error != 0)
    return fault(Errc::disconnected, "USB", "list devices", libusb_strerror(error));
  const std::unique_ptr<libusb_context, decltype(&libusb_exit)> context{raw, &libusb_exit};
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(raw, &list);
  if (count < 0)
    return fault(Errc::disconnected, "USB", "list devices", libusb_strerror(static_cast<int>(count)));
  std::vector<UsbDevice> devices;
  for (ssize_t i = 0; i < count; ++i) {
    libusb_device_descriptor descriptor{};
    if (libusb_get_device_descriptor(list[i], &descriptor) != 0) continue;
    if (descriptor.bDeviceClass != LIBUSB_CLASS_HUB) devices.push_back(describe(list[i], descriptor));
  }
  libusb_free_device_list(list, 1);
  return devices;
}

}  // namespace meterbench
