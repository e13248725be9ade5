#include "drivers/virtual_lab/host/usb_bus.h"

#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "drivers/virtual_lab/host/checked.h"
#include "drivers/virtual_lab/host/usb_descriptors.h"

namespace meterbench::virtual_lab {
namespace {

constexpr int kBus = 1;
constexpr std::string_view kPreload = "libumockdev-preload.so.0";

std::string packed_hex(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

void throw_if(GError* error, std::string_view what) {
  if (error == nullptr) return;
  const std::string text = fmt::format("{}: {}", what, error->message);
  g_error_free(error);
  throw std::runtime_error{text};
}

}  // namespace

UsbBus::UsbBus() : testbed_{umockdev_testbed_new()} {}

UsbBus::~UsbBus() { g_object_unref(testbed_); }

std::vector<std::pair<std::string, std::string>> UsbBus::environment() const {
  const char* const others = std::getenv("LD_PRELOAD");
  gchar* const root = umockdev_testbed_get_root_dir(testbed_);
  std::vector<std::pair<std::string, std::string>> variables{
      {"UMOCKDEV_DIR", root},
      {"LD_PRELOAD",
       fmt::format("{}{}{}", kPreload, others == nullptr ? "" : ":", others == nullptr ? "" : others)}};
  g_free(root);
  return variables;
}

UsbBus::Place UsbBus::add(const UsbDescription& device, UMockdevIoctlBase* handler,
                          const std::function<void(const Place&)>& ready) {
  const int number = ++last_number_;
  gchar* const root = umockdev_testbed_get_root_dir(testbed_);
  Place place{.node = fmt::format("/dev/bus/usb/{:03}/{:03}", kBus, number),
              .real_node = {},
              .sysfs = fmt::format("/sys/devices/usb{0}/{0}-{1}", kBus, number)};
  place.real_node = root + place.node;
  g_free(root);

  GError* error = nullptr;
  umockdev_testbed_attach_ioctl(testbed_, place.node.c_str(), handler, &error);
  throw_if(error, "an emulated USB device");
  // The form of umockdev's records: path, node, properties of the uevent, attributes in sysfs.
  const std::string record = fmt::format(
      "P: /devices/usb{bus}/{bus}-{number}\n"
      "N: bus/usb/{bus:03}/{number:03}\n"
      "E: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\nE: BUSNUM={bus:03}\nE: DEVNUM={number:03}\n"
      "E: DEVNAME={node}\n"
      "A: busnum={bus}\\n\nA: devnum={number}\\n\nA: bConfigurationValue=1\\n\nA: speed={speed}\\n\n"
      "A: idVendor={vendor:04x}\\n\nA: idProduct={product:04x}\\n\n"
      "A: manufacturer={manufacturer}\\n\nA: product={name}\\n\nA: serial={serial}\\n\n"
      "H: descriptors={descriptors}\n",
      fmt::arg("bus", kBus), fmt::arg("number", number), fmt::arg("node", place.node),
      fmt::arg("speed", is_high_speed(device) ? 480 : 12), fmt::arg("vendor", device.vendor),
      fmt::arg("product", device.product), fmt::arg("manufacturer", device.manufacturer),
      fmt::arg("name", device.name), fmt::arg("serial", device.serial),
      fmt::arg("descriptors", packed_hex(descriptors_of(device))));
  umockdev_testbed_add_from_string(testbed_, record.c_str(), &error);
  throw_if(error, "an emulated USB device");
  // umockdev made a plain file, which poll(2) always finds ready.
  checked(::unlink(place.real_node.c_str()), place.real_node);
  checked(::mkfifo(place.real_node.c_str(), 0660), place.real_node);
  ready(place);
  umockdev_testbed_uevent(testbed_, place.sysfs.c_str(), "add");
  return place;
}

void UsbBus::remove(const Place& place) {
  umockdev_testbed_uevent(testbed_, place.sysfs.c_str(), "remove");
  umockdev_testbed_remove_device(testbed_, place.sysfs.c_str());
  GError* error = nullptr;
  umockdev_testbed_detach_ioctl(testbed_, place.node.c_str(), &error);
  g_clear_error(&error);
}

}  // namespace meterbench::virtual_lab
