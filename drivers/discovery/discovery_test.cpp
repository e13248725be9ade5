#include "drivers/discovery/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const SerialPort kAdapter{"/dev/ttyUSB0", "Dual RS232 - ttyUSB0",
                          SerialPort::Usb{0x0403, 0x6010, "Dual RS232", "FT1"}};
const UsbDevice kTimer{0x0957, 0x1907, true, true, "Agilent Technologies", "53230A", "MY50001484"};
const UsbDevice kCounter{0x09DB, 0x0127, false, true, "Measurement Computing", "USB-CTR08", "01A2B3C4"};
const UsbDevice kKeyboard{0x046D, 0xC31C, false, true, "Logitech", "Keyboard", ""};

TEST(Discovery, GivesEachInstrumentTheAddressThatAStationFileTakes) {
  const auto found = attached({kAdapter}, {kTimer, kCounter});
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].address, "ASRL/dev/ttyUSB0::INSTR");
  EXPECT_THAT(found[0].description, HasSubstr("FT1"));
  EXPECT_EQ(found[0].driver, "");
  EXPECT_EQ(found[1].address, "USB0::0x0957::0x1907::MY50001484::INSTR");
  EXPECT_EQ(found[1].driver, "keysight_53230a");
  EXPECT_EQ(found[2].address, "USB0::0x09DB::0x0127::01A2B3C4::RAW");
  EXPECT_EQ(found[2].role, "counter");
}

TEST(Discovery, LeavesOutWhatIsNoInstrument) {
  EXPECT_THAT(attached({}, {kKeyboard}), IsEmpty());
  UsbDevice unknown = kKeyboard;
  unknown.test_and_measurement = true;
  EXPECT_THAT(attached({}, {unknown}), SizeIs(1));
}

TEST(Discovery, TellsTheCureForADeviceThatMayNotBeOpened) {
  UsbDevice shut = kCounter;
  shut.readable = false;
  shut.serial.clear();
  EXPECT_THAT(attached({}, {shut})[0].remark, HasSubstr("ATTR{idVendor}==\"09db\""));
}

}  // namespace
}  // namespace meterbench
