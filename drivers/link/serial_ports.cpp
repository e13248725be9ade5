#include "drivers/link/serial_ports.h"

#include <libserialport.h>

#include <algorithm>
#include <memory>
#include <span>

namespace meterbench {
namespace {

std::string text(const char* text_or_null) { return text_or_null == nullptr ? "" : text_or_null; }

SerialPort described(const sp_port* port) {
  SerialPort result{text(::sp_get_port_name(port)), text(::sp_get_port_description(port)), {}};
  int vendor = 0;
  int product = 0;
  if (::sp_get_port_transport(port) == SP_TRANSPORT_USB &&
      ::sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK)
    result.usb = SerialPort::Usb{static_cast<std::uint16_t>(vendor), static_cast<std::uint16_t>(product),
                                 text(::sp_get_port_usb_product(port)), text(::sp_get_port_usb_serial(port))};
  return result;
}

}  // namespace

Result<std::vector<SerialPort>> serial_ports() {
  sp_port** list = nullptr;
  if (::sp_list_ports(&list) != SP_OK)
    return fault(Errc::disconnected, "serial ports", "list", "the system does not tell what it has");
  const std::unique_ptr<sp_port*, decltype(&::sp_free_port_list)> owner{list, &::sp_free_port_list};
  std::vector<SerialPort> ports;
  for (sp_port** port = list; *port != nullptr; ++port) ports.push_back(described(*port));
  std::ranges::sort(ports, {}, &SerialPort::path);
  return ports;
}

}  // namespace meterbench
