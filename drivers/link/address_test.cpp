#include "drivers/link/address.h"

#include <gmock/gmock.h>

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Address, IsAVisaResourceNameOrAModbusAddressOrAName) {
  EXPECT_EQ(parse_address("TCPIP0::10.0.0.5::5025::SOCKET"), Address{(TcpAddress{"10.0.0.5", 5025})});
  EXPECT_EQ(parse_address("USB0::0x0957::0x1907::MY5001::INSTR"),
            Address{(UsbAddress{0x0957, 0x1907, "MY5001", {}, UsbAddress::Kind::instr})});
  EXPECT_EQ(parse_address("USB::0x09DB::0x0127::01A2B3::RAW"),
            Address{(UsbAddress{0x09DB, 0x0127, "01A2B3", {}, UsbAddress::Kind::raw})});
  EXPECT_EQ(parse_address("ASRL/dev/ttyUSB0::INSTR"), Address{(SerialAddress{"/dev/ttyUSB0"})});
  EXPECT_EQ(parse_address("modbus-tcp://chamber.lab:1502/1"),
            Address{(ModbusTcpAddress{"chamber.lab", 1502, 1})});
  EXPECT_EQ(parse_address("modbus-rtu:///dev/serial/by-id/usb-FTDI/17"),
            Address{(ModbusRtuAddress{"/dev/serial/by-id/usb-FTDI", 17})});
  EXPECT_EQ(parse_address("virtual:source"), Address{VirtualAddress{"source"}});
}

TEST(Address, TakesWhatVisaAllows) {
  EXPECT_EQ(parse_address("usb1::2391::6407::MY5001::3::instr"),
            Address{(UsbAddress{0x0957, 0x1907, "MY5001", 3, UsbAddress::Kind::instr})});
  EXPECT_EQ(parse_address("tcpip::meter-bench::5025::socket"), Address{(TcpAddress{"meter-bench", 5025})});
  EXPECT_EQ(parse_address("USB0::0XFFFF::0xabcd::s::RAW"),
            Address{(UsbAddress{0xFFFF, 0xABCD, "s", {}, UsbAddress::Kind::raw})});
}

TEST(Address, HasIpv6InBrackets) {
  EXPECT_EQ(parse_address("TCPIP0::[fd00::5]::5025::SOCKET"), Address{(TcpAddress{"fd00::5", 5025})});
  EXPECT_EQ(parse_address("modbus-tcp://[::1]:502/255"), Address{(ModbusTcpAddress{"::1", 502, 255})});
  EXPECT_EQ(parse_address("modbus-tcp://[::1]/0"), Address{(ModbusTcpAddress{"::1", 502, 0})});
}

TEST(Address, HasPort502WhereModbusTcpNamesNone) {
  EXPECT_EQ(parse_address("modbus-tcp://10.0.0.7/1"), Address{(ModbusTcpAddress{"10.0.0.7", 502, 1})});
}

TEST(Address, IsRefusedInASentenceWithAnExample) {
  EXPECT_EQ(parse_address("TCPIP0::10.0.0.5::INSTR").error(),
            "'TCPIP0::10.0.0.5::INSTR' is no address: a TCP resource is TCPIP, host, port and SOCKET; "
            "for example TCPIP0::10.0.0.5::5025::SOCKET");
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "begins with TCPIP, USB, ASRL"},
      {"10.0.0.5:5025", "begins with TCPIP, USB, ASRL"},
      {"TCPIPx::10.0.0.5::5025::SOCKET", "begins with TCPIP, USB, ASRL"},
      {"TCPIP0::fd00::5::5025::SOCKET", "a TCP resource is"},
      {"TCPIP0::10.0.0.5::65536::SOCKET", "from 1 to 65535"},
      {"TCPIP0::10.0.0.5::0::SOCKET", "from 1 to 65535"},
      {"TCPIP0::10.0.0.5::5025x::SOCKET", "from 1 to 65535"},
      {"TCPIP0::::5025::SOCKET", "the host is missing"},
      {"USB0::0x0957::0x1907::INSTR", "a USB resource is"},
      {"USB0::0x0957::0x1907::MY5001::SOCKET", "a USB resource is"},
      {"USB0::0x10957::0x1907::MY5001::INSTR", "up to 0xFFFF"},
      {"USB0::0x0957::0x::MY5001::INSTR", "up to 0xFFFF"},
      {"USB0::-1::0x1907::MY5001::INSTR", "up to 0xFFFF"},
      {"USB0::0x0957::0x1907::::INSTR", "serial number is missing"},
      {"USB0::0x0957::0x1907::MY5001::256::INSTR", "up to 255"},
      {"USB0", "a USB resource is"},
      {"ASRL1::INSTR", "the port's device file"},
      {"ASRL/dev/ttyUSB0", "the port's device file"},
      {"modbus-tcp://10.0.0.7:502", "a unit from 0 to 255"},
      {"modbus-tcp://10.0.0.7:502/256", "a unit from 0 to 255"},
      {"modbus-tcp://10.0.0.7:70000/1", "from 1 to 65535"},
      {"modbus-tcp://[::1/1", "a bracket is not closed"},
      {"modbus-tcp://[::1]502/1", "from 1 to 65535"},
      {"modbus-tcp:///1", "the host is missing"},
      {"modbus-tcp://a/b/1", "the host is missing"},
      {"modbus-rtu:///dev/ttyUSB1", "a unit from 1 to 247"},
      {"modbus-rtu:///dev/ttyUSB1/0", "a unit from 1 to 247"},
      {"modbus-rtu:///dev/ttyUSB1/248", "a unit from 1 to 247"},
      {"modbus-rtu://ttyUSB1/1", "device file stands after the two slashes"},
      {"virtual:", "the name is missing"},
  };
  for (const auto& [text, why] : mistakes) {
    const auto parsed = parse_address(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), StartsWith("'" + std::string{text} + "' is no address: "));
    EXPECT_THAT(parsed.error(), HasSubstr(why)) << text;
    EXPECT_THAT(parsed.error(), HasSubstr("; for example ")) << text;
  }
}

}  // namespace
}  // namespace meterbench
