// Where an instrument is, as a station file says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace meterbench {

/// `TCPIP0::10.0.0.5::5025::SOCKET`; an IPv6 address stands in brackets: `TCPIP0::[fd00::5]::5025::SOCKET`
struct TcpAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  friend bool operator==(const TcpAddress&, const TcpAddress&) = default;
};

/// `USB0::0x0957::0x1907::MY5001::INSTR` (USBTMC) or `…::RAW`; the ids also in decimals, and the number of
/// the interface before the last word
struct UsbAddress {
  enum class Kind { instr, raw };
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string serial;
  std::optional<std::uint8_t> interface_number;  ///< nothing: the first that fits
  Kind kind = Kind::instr;
  friend bool operator==(const UsbAddress&, const UsbAddress&) = default;
};

/// `ASRL/dev/ttyUSB0::INSTR`
struct SerialAddress {
  std::string path;
  friend bool operator==(const SerialAddress&, const SerialAddress&) = default;
};

/// `modbus-tcp://host:502/1`; without a port 502
struct ModbusTcpAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 502;
  std::uint8_t unit = 1;
  friend bool operator==(const ModbusTcpAddress&, const ModbusTcpAddress&) = default;
};

/// `modbus-rtu:///dev/ttyUSB1/1`
struct ModbusRtuAddress {
  std::string path;
  std::uint8_t unit = 1;  ///< 1 to 247
  friend bool operator==(const ModbusRtuAddress&, const ModbusRtuAddress&) = default;
};

/// `virtual:NAME`
struct VirtualAddress {
  std::string name;
  friend bool operator==(const VirtualAddress&, const VirtualAddress&) = default;
};

using Address =
    std::variant<TcpAddress, UsbAddress, SerialAddress, ModbusTcpAddress, ModbusRtuAddress, VirtualAddress>;

/// VISA's words in capitals or not. Else a sentence what is wrong, with an example.
[[nodiscard]] tl::expected<Address, std::string> parse_address(std::string_view text);

}  // namespace meterbench
