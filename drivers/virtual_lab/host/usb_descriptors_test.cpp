#include "drivers/virtual_lab/host/usb_descriptors.h"

#include <gtest/gtest.h>

namespace meterbench::virtual_lab {
namespace {

/// A USB488 instrument with the three endpoints of its class.
UsbDescription instrument() {
  using Kind = UsbDescription::Endpoint::Kind;
  return {
      0x0957,    0x1907,   "Maker",
      "Counter", "MY5001", 0xFE,
      3,         1,        {{0x01, Kind::bulk, 512}, {0x82, Kind::bulk, 512}, {0x83, Kind::interrupt, 8}}};
}

std::optional<Bytes> ask(std::uint16_t value, std::uint16_t length, std::uint8_t request = 6) {
  return standard_answer(instrument(), {0x80, request, value, 0, length});
}

// USB 2.0, tables 9-8, 9-10, 9-12 and 9-13.
TEST(UsbDescriptors, AreThoseOfTheStandardByteForByte) {
  EXPECT_EQ(hex_text(descriptors_of(instrument())),
            "12 01 00 02 00 00 00 40 57 09 07 19 00 01 01 02 03 01 "
            "09 02 27 00 01 01 00 C0 00 "
            "09 04 00 00 03 FE 03 01 00 "
            "07 05 01 02 00 02 00 "
            "07 05 82 02 00 02 00 "
            "07 05 83 03 08 00 09");
}

TEST(UsbDescriptors, OfDeviceAndConfigurationAreToldApart) {
  EXPECT_EQ(ask(0x0100, 64)->size(), 18U);
  EXPECT_EQ(ask(0x0200, 255)->size(), 39U);
  EXPECT_EQ(hex_text(*ask(0x0200, 9)), "09 02 27 00 01 01 00 C0 00") << "cut to what was asked for";
  EXPECT_FALSE(ask(0x0201, 9)) << "there is one configuration";
}

TEST(UsbDescriptors, StringsAreUtf16WithTheirLength) {
  EXPECT_EQ(hex_text(*ask(0x0300, 255)), "04 03 09 04");
  EXPECT_EQ(hex_text(*ask(0x0303, 255)), "0E 03 4D 00 59 00 35 00 30 00 30 00 31 00");
  EXPECT_FALSE(ask(0x0304, 255));
}

TEST(UsbDescriptors, AnUnknownStandardRequestStalls) { EXPECT_FALSE(ask(0, 1, 0x0C)); }

TEST(UsbDescriptors, OnlyStandardRequestsAreTheHosts) {
  EXPECT_TRUE(is_standard({0x80, 6, 0, 0, 0}));
  EXPECT_FALSE(is_standard({0xA1, 7, 0, 0, 0})) << "of the class";
  EXPECT_FALSE(is_standard({0xC0, 7, 0, 0, 0})) << "of the vendor";
}

TEST(UsbDescriptors, TheSpeedFollowsFromThePackets) {
  EXPECT_TRUE(is_high_speed(instrument()));
  UsbDescription slow = instrument();
  slow.endpoints.resize(1);
  slow.endpoints.front().most_packet = 64;
  EXPECT_FALSE(is_high_speed(slow));
}

}  // namespace
}  // namespace meterbench::virtual_lab
