#include "bench/cli/lab_server.h"

#include <regex>

#include <fmt/format.h>

#include "drivers/registry/registry.h"

namespace meterbench {
namespace {

constexpr int kModbusUnit = 1;
constexpr std::string_view kOptical = "optical.";
/// A port that nobody has: what a probe at a socket without a meter hears.
constexpr const char* kEmptySocket = "ASRL/dev/no-meter::INSTR";

/// The line of the driver that speaks to this far end; nothing where it is no serial one. A meter negotiates
/// its speed (C12.18), the others stay at theirs.
std::optional<virtual_lab::SerialWire> serial_wire(virtual_lab::Lab& lab, const std::string& name) {
  const bool optical = name.starts_with(kOptical);
  const DriverEntry* const driver = find_driver(optical ? "c1218_meter" : lab.model_of(name).name);
  if (driver == nullptr || driver->wire.baud <= 0) return std::nullopt;
  const auto stop_bits =
      static_cast<int>(driver->wire.bits_per_byte) - 9;  // beside start bit and eight of data
  return virtual_lab::SerialWire{driver->wire.baud, stop_bits, optical};
}

bool is_test_and_measurement(const UsbDescription& device) {
  return device.interface_class == 0xFE && device.interface_subclass == 3;
}

}  // namespace

LabServer::LabServer(virtual_lab::LabClock& clock, virtual_lab::Lab& lab, UsbPlugs* usb)
    : clock_{clock}, usb_{usb} {
  for (const std::string& name : lab.names()) {
    const auto far_end = lab.far_end(name).value();
    std::string address;
    if (auto* const* bytes = std::get_if<FarEnd*>(&far_end))
      address = serve(**bytes, serial_wire(lab, name));
    else if (auto* const* modbus = std::get_if<ModbusFarEnd*>(&far_end))
      address = serve(**modbus, serial_wire(lab, name));
    else
      address = serve(*std::get<UsbFarEnd*>(far_end));
    if (address.empty())
      not_served_.push_back(name);
    else
      addresses_.emplace(name, address);
  }
}

std::string LabServer::serve(FarEnd& far_end, const Wire& serial) {
  if (serial)
    return fmt::format("ASRL{}::INSTR", serial_hosts_.emplace_back(clock_, far_end, *serial).path());
  return fmt::format("TCPIP0::127.0.0.1::{}::SOCKET", tcp_hosts_.emplace_back(clock_, far_end).port());
}

std::string LabServer::serve(ModbusFarEnd& far_end, const Wire& serial) {
  if (serial)
    return fmt::format("modbus-rtu://{}/{}", modbus_rtu_hosts_.emplace_back(clock_, far_end, *serial).path(),
                       kModbusUnit);
  return fmt::format("modbus-tcp://127.0.0.1:{}/{}", modbus_tcp_hosts_.emplace_back(clock_, far_end).port(),
                     kModbusUnit);
}

std::string LabServer::serve(UsbFarEnd& far_end) {
  if (usb_ == nullptr) return {};
  plugged_in_.push_back(usb_->plug_in(clock_, far_end));
  const UsbDescription& device = far_end.description();
  return fmt::format("USB0::0x{:04X}::0x{:04X}::{}::{}", device.vendor, device.product, device.serial,
                     is_test_and_measurement(device) ? "INSTR" : "RAW");
}

std::string with_served_addresses(const std::string& station_text,
                                  const std::map<std::string, std::string>& addresses) {
  static const std::regex kAddress{R"((["']?)virtual:([A-Za-z0-9_.-]+)\1)"};
  std::string result;
  auto rest = station_text.cbegin();
  for (std::sregex_iterator at{station_text.begin(), station_text.end(), kAddress}, end; at != end; ++at) {
    result.append(rest, (*at)[0].first);
    const std::string name = (*at)[2].str();
    if (const auto found = addresses.find(name); found != addresses.end())
      result += "\"" + found->second + "\"";
    else
      result += name.starts_with(kOptical) ? kEmptySocket : (*at)[0].str();
    rest = (*at)[0].second;
  }
  result.append(rest, station_text.cend());
  static const std::regex kSimulated{R"((^|\n)simulated:[^\n]*)"};
  if (!std::regex_search(result, kSimulated)) return result + "\nsimulated: true\n";
  return std::regex_replace(result, kSimulated, "$1simulated: true");
}

}  // namespace meterbench
