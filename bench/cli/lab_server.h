#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/core/child_process.h"
#include "drivers/virtual_lab/host/modbus_host.h"
#include "drivers/virtual_lab/host/pty_host.h"
#include "drivers/virtual_lab/host/tcp_host.h"
#include "drivers/virtual_lab/lab/lab.h"

namespace meterbench {

/// An emulated USB bus, for the program that has one.
class UsbPlugs {
 public:
  virtual ~UsbPlugs() = default;
  /// Plugged in as long as the result lives.
  [[nodiscard]] virtual std::shared_ptr<void> plug_in(virtual_lab::LabClock& clock, UsbFarEnd& far_end) = 0;
  /// What a child process needs to see what is plugged in.
  [[nodiscard]] virtual Environment environment() const = 0;
};

/// Serves a lab's far ends on transports of this machine, each on the kind that its instrument has: a serial
/// line by its driver's speed, Modbus, USB, else TCP.
class LabServer {
 public:
  /// Without `usb` what is on USB is not served.
  LabServer(virtual_lab::LabClock& clock, virtual_lab::Lab& lab, UsbPlugs* usb);

  /// By name in the lab, as a station file has them.
  [[nodiscard]] const std::map<std::string, std::string>& addresses() const { return addresses_; }
  [[nodiscard]] const std::vector<std::string>& not_served() const { return not_served_; }

 private:
  using Wire = std::optional<virtual_lab::SerialWire>;
  [[nodiscard]] std::string serve(FarEnd& far_end, const Wire& serial);
  [[nodiscard]] std::string serve(ModbusFarEnd& far_end, const Wire& serial);
  /// Empty when it is not served.
  [[nodiscard]] std::string serve(UsbFarEnd& far_end);

  virtual_lab::LabClock& clock_;
  UsbPlugs* usb_;
  std::list<virtual_lab::PtyHost> serial_hosts_;
  std::list<virtual_lab::TcpHost> tcp_hosts_;
  std::list<virtual_lab::ModbusTcpHost> modbus_tcp_hosts_;
  std::list<virtual_lab::ModbusRtuHost> modbus_rtu_hosts_;
  std::vector<std::shared_ptr<void>> plugged_in_;
  std::map<std::string, std::string> addresses_;
  std::vector<std::string> not_served_;
};

/// The text of a station file with every `virtual:NAME` replaced by the address at which it is served, and a
/// note that simulators stand there. The optical port of an empty socket gets an address where nothing is.
[[nodiscard]] std::string with_served_addresses(const std::string& station_text,
                                                const std::map<std::string, std::string>& addresses);

}  // namespace meterbench
