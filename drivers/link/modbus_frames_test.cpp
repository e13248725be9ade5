#include "drivers/link/modbus_frames.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

// Read of the F4T's set point and its answer (section 6.1 of the instruments' facts).
const Bytes kRead{0x03, 0x0A, 0xDE, 0x00, 0x02};
const Bytes kAnswer{0x03, 0x04, 0x00, 0x00, 0x41, 0xB8};

TEST(ModbusFrames, AreThoseOfTheFactsOverTcp) {
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kRead)), "00 01 00 00 00 06 01 03 0A DE 00 02");
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer)), "00 01 00 00 00 07 01 03 04 00 00 41 B8");
  EXPECT_EQ(hex_text(tcp_frame(2, 1, Bytes{0x90, 0x02})), "00 02 00 00 00 03 01 90 02");
  EXPECT_EQ(hex_text(tcp_frame(0xABCD, 255, Bytes{0x90, 0x02})), "AB CD 00 00 00 03 FF 90 02");
}

TEST(ModbusFrames, AreThoseOfTheFactsOnASerialLine) {
  EXPECT_EQ(hex_text(rtu_frame(1, kRead)), "01 03 0A DE 00 02 A7 E9");
  EXPECT_EQ(hex_text(rtu_frame(1, Bytes{0x03, 0x00, 0x64, 0x00, 0x01})), "01 03 00 64 00 01 C5 D5");
  EXPECT_EQ(hex_text(rtu_frame(1, Bytes{0x06, 0x01, 0x2C, 0xFE, 0x70})), "01 06 01 2C FE 70 08 7B");
}

TEST(ModbusFrames, HaveTheCheckWhoseLowByteGoesFirst) {
  EXPECT_EQ(rtu_check(Bytes{0x01, 0x03, 0x0A, 0xDE, 0x00, 0x02}), 0xE9A7);
  EXPECT_EQ(rtu_check({}), 0xFFFF);
}

TEST(ModbusMishaps, BendATcpFrameInOnePlaceEach) {
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer, ModbusMishap::wrong_transaction)),
            "00 02 00 00 00 07 01 03 04 00 00 41 B8");
  EXPECT_EQ(hex_text(tcp_frame(0xFFFF, 1, kAnswer, ModbusMishap::wrong_transaction)),
            "00 00 00 00 00 07 01 03 04 00 00 41 B8");
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer, ModbusMishap::wrong_unit)),
            "00 01 00 00 00 07 02 03 04 00 00 41 B8");
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer, ModbusMishap::cut_short)), "00 01 00 00 00 07");
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer, ModbusMishap::bad_check)), "00 01 00 00 00 07");
  EXPECT_EQ(hex_text(tcp_frame(1, 1, kAnswer, ModbusMishap::reset)), "");
}

TEST(ModbusMishaps, BendASerialFrameInOnePlaceEach) {
  EXPECT_EQ(hex_text(rtu_frame(1, kRead, ModbusMishap::bad_check)), "01 03 0A DE 00 02 A7 E8");
  // The check of the wrong unit's frame is right: nothing but the unit tells.
  const Bytes other = rtu_frame(1, kRead, ModbusMishap::wrong_unit);
  EXPECT_EQ(other[0], 2);
  EXPECT_EQ(rtu_check(other), 0) << "over frame and check";
  EXPECT_EQ(hex_text(rtu_frame(1, kRead, ModbusMishap::cut_short)), "01 03 0A DE");
  EXPECT_EQ(hex_text(rtu_frame(1, kRead, ModbusMishap::wrong_transaction)), "01 03 0A DE");
  EXPECT_EQ(hex_text(rtu_frame(1, kRead, ModbusMishap::reset)), "");
}

TEST(ModbusRequests, AreTakenOffAStreamOneByOneHoweverTheyArrive) {
  Bytes received;
  const Bytes stream{0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x01, 0x03, 0x0A, 0xDE, 0x00,
                     0x02, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x07, 0x90, 0x02, 0x55};
  std::vector<ModbusTcpRequest> requests;
  for (const std::uint8_t byte : stream) {
    received.push_back(byte);
    auto request = take_tcp_request(received);
    ASSERT_TRUE(request);
    if (*request) requests.push_back(**request);
  }
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].transaction, 1);
  EXPECT_EQ(requests[0].unit, 1);
  EXPECT_EQ(requests[0].pdu, kRead);
  EXPECT_EQ(requests[1].transaction, 2);
  EXPECT_EQ(requests[1].unit, 7);
  EXPECT_EQ(requests[1].pdu, (Bytes{0x90, 0x02}));
  EXPECT_EQ(received, (Bytes{0x55})) << "what follows stays";
}

TEST(ModbusRequests, AreRefusedWhenTheHeaderIsNoModbus) {
  Bytes text = to_bytes("GET / HTTP");
  EXPECT_FALSE(take_tcp_request(text));
  Bytes empty{0, 1, 0, 0, 0, 1, 1};
  EXPECT_FALSE(take_tcp_request(empty)) << "a unit without a function";
  Bytes huge{0, 1, 0, 0, 0, 255, 1};
  EXPECT_FALSE(take_tcp_request(huge));
  Bytes largest{0, 1, 0, 0, 0, 254, 1};
  EXPECT_TRUE(take_tcp_request(largest));
}

TEST(ModbusReplies, SayTheirLength) {
  EXPECT_EQ(reply_length(kAnswer), 6U);
  EXPECT_EQ(reply_length(Bytes{0x01}), std::nullopt);
  EXPECT_EQ(reply_length(Bytes{0x01, 0x01}), 3U);
  EXPECT_EQ(reply_length(Bytes{0x05}), 5U);
  EXPECT_EQ(reply_length(Bytes{0x10}), 5U);
  EXPECT_EQ(reply_length(Bytes{0x83}), 2U);
  EXPECT_EQ(reply_length({}), std::nullopt);
}

}  // namespace
}  // namespace meterbench
