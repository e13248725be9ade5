#include "drivers/link/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace meterbench {
namespace {

using Parsed = tl::expected<Address, std::string>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

bool begins(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && same_word(text.substr(0, word.size()), word);
}

/// Decimals, or 0x and hexadecimal digits.
template <class Number>
std::optional<Number> number(std::string_view text) {
  const int base = begins(text, "0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto port = number<std::uint16_t>(text);
  return port && *port > 0 ? port : std::nullopt;
}

/// `a::[b::c]::d` → a, b::c, d
std::vector<std::string_view> fields(std::string_view text) {
  std::vector<std::string_view> result;
  while (true) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const std::size_t end = text.find("::", bracket == std::string_view::npos ? 0 : bracket);
    std::string_view field = text.substr(0, end);
    if (field.size() > 2 && field.front() == '[' && field.back() == ']')
      field = field.substr(1, field.size() - 2);
    result.push_back(field);
    if (end == std::string_view::npos) return result;
    text.remove_prefix(end + 2);
  }
}

/// `TCPIP`, `TCPIP0`: the word and the number of the board, which says nothing here.
bool is_board(std::string_view field, std::string_view word) {
  if (!begins(field, word)) return false;
  field.remove_prefix(word.size());
  return field.empty() || number<unsigned>(field);
}

tl::unexpected<std::string> wrong(std::string_view text, std::string_view why, std::string_view example) {
  return tl::unexpected{fmt::format("'{}' is no address: {}; for example {}", text, why, example)};
}

Parsed tcp(std::string_view text, const std::vector<std::string_view>& parts) {
  constexpr std::string_view kExample = "TCPIP0::10.0.0.5::5025::SOCKET";
  if (parts.size() != 4 || !same_word(parts[3], "SOCKET"))
    return wrong(text, "a TCP resource is TCPIP, host, port and SOCKET", kExample);
  const auto port = port_number(parts[2]);
  if (!port) return wrong(text, "the port is a number from 1 to 65535", kExample);
  if (parts[1].empty()) return wrong(text, "the host is missing", kExample);
  return TcpAddress{std::string{parts[1]}, *port};
}

Parsed usb(std::string_view text, const std::vector<std::string_view>& parts) {
  constexpr std::string_view kExample = "USB0::0x0957::0x1907::MY5001::INSTR";
  const bool raw = same_word(parts.back(), "RAW");
  if ((parts.size() != 5 && parts.size() != 6) || (!raw && !same_word(parts.back(), "INSTR")))
    return wrong(text, "a USB resource is USB, vendor, product, serial number and INSTR or RAW", kExample);
  const auto vendor = number<std::uint16_t>(parts[1]);
  const auto product = number<std::uint16_t>(parts[2]);
  if (!vendor || !product) return wrong(text, "vendor and product are numbers up to 0xFFFF", kExample);
  if (parts[3].empty()) return wrong(text, "the serial number is missing", kExample);
  UsbAddress address{
      *vendor, *product, std::string{parts[3]}, {}, raw ? UsbAddress::Kind::raw : UsbAddress::Kind::instr};
  if (parts.size() == 6) {
    address.interface_number = number<std::uint8_t>(parts[4]);
    if (!address.interface_number)
      return wrong(text, "the interface is a number up to 255", "USB0::0x0957::0x1907::MY5001::0::INSTR");
  }
  return address;
}

Parsed serial(std::string_view text, const std::vector<std::string_view>& parts) {
  constexpr std::string_view kExample = "ASRL/dev/ttyUSB0::INSTR";
  const std::string_view path = parts[0].substr(std::string_view{"ASRL"}.size());
  if (parts.size() != 2 || !same_word(parts[1], "INSTR") || !path.starts_with('/'))
    return wrong(text, "a serial resource is ASRL, the port's device file and INSTR", kExample);
  return SerialAddress{std::string{path}};
}

/// What follows the last slash, and the rest before it.
struct Unit {
  std::string_view before;
  std::optional<std::uint8_t> number;
};
Unit split_unit(std::string_view rest) {
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return {rest, std::nullopt};
  return {rest.substr(0, slash), number<std::uint8_t>(rest.substr(slash + 1))};
}

Parsed modbus_tcp(std::string_view text, std::string_view rest) {
  constexpr std::string_view kExample = "modbus-tcp://10.0.0.7:502/1";
  const Unit unit = split_unit(rest);
  if (!unit.number) return wrong(text, "a unit from 0 to 255 follows the last slash", kExample);
  const bool bracketed = unit.before.starts_with('[');
  const std::size_t host_end = bracketed ? unit.before.find(']') : unit.before.find(':');
  std::string_view host = unit.before.substr(0, host_end);
  std::string_view after =
      host_end == std::string_view::npos ? std::string_view{} : unit.before.substr(host_end);
  if (bracketed) {
    if (after.empty()) return wrong(text, "a bracket is not closed", "modbus-tcp://[fd00::5]:502/1");
    host.remove_prefix(1);
    after.remove_prefix(1);
  }
  if (host.empty() || host.find('/') != std::string_view::npos)
    return wrong(text, "the host is missing", kExample);
  ModbusTcpAddress address{std::string{host}, 502, *unit.number};
  if (after.empty()) return address;
  const auto port = after.front() == ':' ? port_number(after.substr(1)) : std::nullopt;
  if (!port) return wrong(text, "the port is a number from 1 to 65535", kExample);
  address.port = *port;
  return address;
}

Parsed modbus_rtu(std::string_view text, std::string_view rest) {
  constexpr std::string_view kExample = "modbus-rtu:///dev/ttyUSB1/1";
  constexpr std::uint8_t kLastUnit =
      247;  // Modbus over Serial Line V1.02, 2.2; 0 is everyone, without answer
  const Unit unit = split_unit(rest);
  if (!unit.number || *unit.number == 0 || *unit.number > kLastUnit)
    return wrong(text, "a unit from 1 to 247 follows the last slash", kExample);
  if (!unit.before.starts_with('/') || unit.before.size() < 2)
    return wrong(text, "the port's device file stands after the two slashes", kExample);
  return ModbusRtuAddress{std::string{unit.before}, *unit.number};
}

}  // namespace

Parsed parse_address(std::string_view text) {
  const auto rest_after = [&](std::string_view scheme) { return text.substr(scheme.size()); };
  if (begins(text, "modbus-tcp://")) return modbus_tcp(text, rest_after("modbus-tcp://"));
  if (begins(text, "modbus-rtu://")) return modbus_rtu(text, rest_after("modbus-rtu://"));
  if (text.starts_with("virtual:")) {
    const std::string_view name = rest_after("virtual:");
    if (name.empty()) return wrong(text, "the name is missing", "virtual:source");
    return VirtualAddress{std::string{name}};
  }
  const auto parts = fields(text);
  if (is_board(parts[0], "TCPIP")) return tcp(text, parts);
  if (is_board(parts[0], "USB")) return usb(text, parts);
  if (begins(parts[0], "ASRL")) return serial(text, parts);
  return wrong(text, "it begins with TCPIP, USB, ASRL, modbus-tcp://, modbus-rtu:// or virtual:",
               "TCPIP0::10.0.0.5::5025::SOCKET or virtual:source");
}

}  // namespace meterbench
