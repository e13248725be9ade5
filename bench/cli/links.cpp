#include "bench/cli/links.h"

#include <fmt/format.h>

#include "drivers/link/address.h"
#include "drivers/link/libmodbus_link.h"
#include "drivers/link/libusb_link.h"
#include "drivers/link/memory_modbus_link.h"
#include "drivers/link/serial_link.h"
#include "drivers/link/tcp_link.h"

namespace meterbench {
namespace {

constexpr std::uint8_t kVirtualUnit = 1;
/// What controllers want between a reply and the next request (instruments.md 6.1).
constexpr Duration kRtuPause = std::chrono::milliseconds{30};

/// NAME of `virtual:NAME`, which the address is.
std::string virtual_name(const std::string& address) { return address.substr(address.find(':') + 1); }

/// The far end of the wanted kind at a virtual address.
template <class FarEndKind>
tl::expected<FarEndKind*, std::string> far_end_at(virtual_lab::Lab& lab, const std::string& address) {
  auto found = lab.far_end(virtual_name(address));
  if (!found) return tl::unexpected{found.error()};
  if (auto* const* end = std::get_if<FarEndKind*>(&*found)) return *end;
  return tl::unexpected{fmt::format("its driver and {} do not speak over the same kind of link", address)};
}

SerialSettings serial_settings(const WireTime& wire) {
  SerialSettings settings;
  settings.baud = static_cast<int>(wire.baud);
  settings.stop_bits = static_cast<int>(wire.bits_per_byte) - 9;  // beside start bit and eight of data
  return settings;
}

std::string wrong_kind(const std::string& address, const char* wanted) {
  return fmt::format("{}: this instrument is reached by {}", address, wanted);
}

}  // namespace

LinkMaker::Made<ByteLink> VirtualLinks::byte_link(const std::string& device, const std::string& address,
                                                  const WireTime& wire) {
  return far_end_at<FarEnd>(lab_, address).map([&](FarEnd* end) -> std::unique_ptr<ByteLink> {
    return std::make_unique<MemoryLink>(reactor_, device, *end, wire);
  });
}

LinkMaker::Made<UsbLink> VirtualLinks::usb_link(const std::string& device, const std::string& address,
                                                const WireTime& wire) {
  return far_end_at<UsbFarEnd>(lab_, address).map([&](UsbFarEnd* end) -> std::unique_ptr<UsbLink> {
    return std::make_unique<MemoryUsbLink>(reactor_, device, *end, wire);
  });
}

LinkMaker::Made<ModbusLink> VirtualLinks::modbus_link(const std::string& device, const std::string& address,
                                                      const WireTime& wire) {
  return far_end_at<ModbusFarEnd>(lab_, address).map([&](ModbusFarEnd* end) -> std::unique_ptr<ModbusLink> {
    return std::make_unique<MemoryModbusLink>(reactor_, device, *end, kVirtualUnit, wire);
  });
}

std::string VirtualLinks::far_end(const std::string& address) const {
  const std::string name = virtual_name(address);
  return "simulator " + (name.starts_with("optical.") ? "meter" : lab_.model_of(name).name);
}

LinkMaker::Made<ByteLink> RealLinks::byte_link(const std::string& device, const std::string& address,
                                               const WireTime& wire) {
  const auto parsed = parse_address(address);
  if (!parsed) return tl::unexpected{parsed.error()};
  if (const auto* tcp = std::get_if<TcpAddress>(&*parsed))
    return std::make_unique<TcpLink>(reactor_, device, TcpPeer{tcp->host, tcp->port});
  if (const auto* serial = std::get_if<SerialAddress>(&*parsed)) {
    if (wire.baud > 0)
      return std::make_unique<SerialLink>(reactor_, device, serial->path, serial_settings(wire));
    return tl::unexpected{wrong_kind(address, "a socket: TCPIP0::HOST::PORT::SOCKET")};
  }
  return tl::unexpected{
      wrong_kind(address, "a socket or a serial port: TCPIP0::HOST::PORT::SOCKET, ASRL/dev/ttyUSB0::INSTR")};
}

LinkMaker::Made<UsbLink> RealLinks::usb_link(const std::string& device, const std::string& address,
                                             const WireTime&) {
  const auto parsed = parse_address(address);
  if (!parsed) return tl::unexpected{parsed.error()};
  if (const auto* usb = std::get_if<UsbAddress>(&*parsed))
    return std::make_unique<LibusbLink>(reactor_, device,
                                        UsbDeviceId{usb->vendor, usb->product, usb->serial});
  return tl::unexpected{wrong_kind(address, "USB: USB0::0xVID::0xPID::SERIAL::INSTR")};
}

LinkMaker::Made<ModbusLink> RealLinks::modbus_link(const std::string& device, const std::string& address,
                                                   const WireTime& wire) {
  const auto parsed = parse_address(address);
  if (!parsed) return tl::unexpected{parsed.error()};
  if (const auto* tcp = std::get_if<ModbusTcpAddress>(&*parsed))
    return std::make_unique<ModbusTcpLink>(reactor_, device, TcpPeer{tcp->host, tcp->port}, tcp->unit);
  if (const auto* rtu = std::get_if<ModbusRtuAddress>(&*parsed))
    return std::make_unique<ModbusRtuLink>(reactor_, device, rtu->path,
                                           wire.baud > 0 ? serial_settings(wire) : SerialSettings{},
                                           rtu->unit, kRtuPause);
  return tl::unexpected{
      wrong_kind(address, "Modbus: modbus-tcp://HOST:PORT/UNIT or modbus-rtu:///dev/ttyUSB0/UNIT")};
}

}  // namespace meterbench
