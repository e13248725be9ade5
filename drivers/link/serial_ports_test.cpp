// On a machine that umockdev makes up: one USB adapter, one port of the board.
#include "drivers/link/serial_ports.h"

#include <gmock/gmock.h>
#include <umockdev.h>

#include <memory>

namespace meterbench {
namespace {

using ::testing::IsEmpty;

class SerialPorts : public testing::Test {
 protected:
  void add(const char* record) {
    ASSERT_TRUE(umockdev_testbed_add_from_string(machine_.get(), record, nullptr));
  }
  void add_adapter(const std::string& tty, const std::string& about) {
    const std::string device = "/devices/pci0000:00/0000:00:14.0/usb1/1-2";
    add(("P: " + device + "\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n" + about +
         "A: busnum=1\nA: devnum=4\n")
            .c_str());
    add(("P: " + device + "/1-2:1.0\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nA: bInterfaceNumber=00\n")
            .c_str());
    add(("P: " + device + "/1-2:1.0/" + tty + "\nE: SUBSYSTEM=usb-serial\n").c_str());
    add(("P: " + device + "/1-2:1.0/" + tty + "/tty/" + tty + "\nN: " + tty + "\nE: DEVNAME=/dev/" + tty +
         "\nE: SUBSYSTEM=tty\nL: device=../../../" + tty + "\n")
            .c_str());
  }

  static std::vector<SerialPort> list() {
    auto ports = serial_ports();
    EXPECT_TRUE(ports) << ports.error().text();
    return ports.value_or(std::vector<SerialPort>{});
  }

  struct Release {
    void operator()(UMockdevTestbed* machine) const { g_object_unref(machine); }
  };
  std::unique_ptr<UMockdevTestbed, Release> machine_{umockdev_testbed_new()};
};

TEST_F(SerialPorts, AreAFaultWhereTheSystemDoesNotTell) {
  const auto ports = serial_ports();
  ASSERT_FALSE(ports);
  EXPECT_EQ(ports.error().text(), "serial ports: list: the system does not tell what it has (disconnected)");
}

TEST_F(SerialPorts, AreNoConsoles) {
  add("P: /devices/virtual/tty/tty0\nN: tty0\nE: DEVNAME=/dev/tty0\nE: SUBSYSTEM=tty\n");
  EXPECT_THAT(list(), IsEmpty());
}

TEST_F(SerialPorts, HaveTheNameOfTheirUsbAdapter) {
  add_adapter("ttyUSB0",
              "A: idVendor=0403\nA: idProduct=6001\nA: product=FT232R USB UART\nA: serial=A50285BI\n");
  const auto ports = list();
  ASSERT_EQ(ports.size(), 1U);
  EXPECT_EQ(ports[0].path, "/dev/ttyUSB0");
  EXPECT_EQ(ports[0].description, "FT232R USB UART - A50285BI");
  ASSERT_TRUE(ports[0].usb);
  EXPECT_EQ(ports[0].usb->vendor, 0x0403);
  EXPECT_EQ(ports[0].usb->product, 0x6001);
  EXPECT_EQ(ports[0].usb->name, "FT232R USB UART");
  EXPECT_EQ(ports[0].usb->serial, "A50285BI");
}

TEST_F(SerialPorts, HaveEmptyTextsWhereAnAdapterSaysNothing) {
  add_adapter("ttyUSB0", "A: idVendor=1a86\nA: idProduct=7523\n");
  const auto ports = list();
  ASSERT_EQ(ports.size(), 1U);
  ASSERT_TRUE(ports[0].usb);
  EXPECT_EQ(ports[0].usb->vendor, 0x1A86);
  EXPECT_EQ(ports[0].usb->name, "");
  EXPECT_EQ(ports[0].usb->serial, "");
}

TEST_F(SerialPorts, StandInTheOrderOfTheirPaths) {
  add_adapter("ttyUSB0", "A: idVendor=0403\nA: idProduct=6001\n");
  add("P: /devices/platform/soc/ttyAMA0\nE: SUBSYSTEM=amba\n");
  add("P: /devices/platform/soc/ttyAMA0/tty/ttyAMA0\nN: ttyAMA0\nE: DEVNAME=/dev/ttyAMA0\nE: SUBSYSTEM=tty\n"
      "L: device=../../../ttyAMA0\n");
  const auto ports = list();
  ASSERT_EQ(ports.size(), 2U);
  EXPECT_EQ(ports[0].path, "/dev/ttyAMA0");
  EXPECT_FALSE(ports[0].usb);
  EXPECT_EQ(ports[1].path, "/dev/ttyUSB0");
}

}  // namespace
}  // namespace meterbench
