#pragma once

#include <memory>

#include "drivers/far_end/modbus_far_end.h"
#include "drivers/virtual_lab/host/pty_host.h"
#include "drivers/virtual_lab/host/tcp_host.h"

namespace meterbench::virtual_lab {

/// A Modbus device as a server on loopback, for several clients at a time. It is open while it has one.
class ModbusTcpHost {
 public:
  ModbusTcpHost(LabClock& clock, ModbusFarEnd& far_end);
  [[nodiscard]] int port() const { return host_.port(); }

 private:
  class Client;
  /// Of all clients.
  struct Device {
    ModbusFarEnd& far_end;
    int clients = 0;
  };
  Device device_;
  TcpHost host_;
};

/// A Modbus device on a serial line, which a pseudo-terminal stands for.
class ModbusRtuHost {
 public:
  ModbusRtuHost(LabClock& clock, ModbusFarEnd& far_end, const SerialWire& wire);
  ~ModbusRtuHost();
  [[nodiscard]] const std::string& path() const { return host_.path(); }

 private:
  class Line;
  std::unique_ptr<Line> line_;
  PtyHost host_;
};

}  // namespace meterbench::virtual_lab
