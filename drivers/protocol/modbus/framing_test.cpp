#include "drivers/protocol/modbus/framing.h"

#include <gtest/gtest.h>

namespace meterbench::modbus {
namespace {

// Golden bytes of instruments.md 6.1 and 9.1, without the header of Modbus TCP.
TEST(ModbusFraming, ReadsTheSetPointOfAnF4t) {
  const auto request = parse_request(Bytes{0x03, 0x0A, 0xDE, 0x00, 0x02});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->function, 3);
  EXPECT_EQ(request->address, 2782);
  EXPECT_EQ(request->count, 2);
  EXPECT_FALSE(request->writes());
  EXPECT_EQ(read_reply(*request, to_words(23.0F, WordOrder::low_word_first)),
            (Bytes{0x03, 0x04, 0x00, 0x00, 0x41, 0xB8}));
}

TEST(ModbusFraming, WritesTheSetPointOfAnF4t) {
  const auto request = parse_request(Bytes{0x10, 0x0A, 0xDE, 0x00, 0x02, 0x04, 0x00, 0x00, 0xC2, 0x20});
  ASSERT_TRUE(request);
  ASSERT_EQ(request->values.size(), 2U);
  EXPECT_EQ(to_float(request->values[0], request->values[1], WordOrder::low_word_first), -40.0F);
  EXPECT_EQ(write_reply(*request), (Bytes{0x10, 0x0A, 0xDE, 0x00, 0x02}));
  EXPECT_EQ(exception_reply(request->function, Exception::illegal_address), (Bytes{0x90, 0x02}));
}

TEST(ModbusFraming, SwitchesACoil) {
  const Bytes on{0x05, 0x00, 0x00, 0xFF, 0x00};
  const auto request = parse_request(on);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->values, std::vector<std::uint16_t>{1});
  EXPECT_EQ(write_reply(*request), on);
  EXPECT_EQ(parse_request(Bytes{0x05, 0x00, 0x00, 0x12, 0x34}).error(), Exception::illegal_value);
}

TEST(ModbusFraming, PacksBitsLowestFirst) {
  const auto request = parse_request(Bytes{0x01, 0x00, 0x00, 0x00, 0x0A});
  ASSERT_TRUE(request);
  const std::vector<std::uint16_t> bits{1, 0, 1, 1, 0, 0, 1, 1, 1, 0};  // the protocol's own example order
  EXPECT_EQ(read_reply(*request, bits), (Bytes{0x01, 0x02, 0xCD, 0x01}));
  const auto write = parse_request(Bytes{0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01});
  ASSERT_TRUE(write);
  EXPECT_EQ(write->values, bits);
  EXPECT_EQ(write_reply(*write), (Bytes{0x0F, 0x00, 0x13, 0x00, 0x0A}));
}

TEST(ModbusFraming, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(parse_request({}).error(), Exception::illegal_function);
  EXPECT_EQ(parse_request(Bytes{0x2B, 0x0E, 0x01, 0x00, 0x00}).error(), Exception::illegal_function);
  EXPECT_EQ(parse_request(Bytes{0x03, 0x00}).error(), Exception::illegal_value);
  EXPECT_EQ(parse_request(Bytes{0x03, 0x00, 0x00, 0x00, 0x00}).error(), Exception::illegal_value);
  EXPECT_EQ(parse_request(Bytes{0x03, 0x00, 0x00, 0x00, 0x7E}).error(), Exception::illegal_value);
  EXPECT_EQ(parse_request(Bytes{0x10, 0x00, 0x00, 0x00, 0x02, 0x04, 0x00, 0x00}).error(),
            Exception::illegal_value);
}

TEST(ModbusFraming, LaysAFloatOutInEitherOrder) {
  EXPECT_EQ(to_words(23.45F, WordOrder::high_word_first), (std::vector<std::uint16_t>{0x41BB, 0x999A}));
  EXPECT_EQ(to_words(53.0F, WordOrder::low_word_first), (std::vector<std::uint16_t>{0x0000, 0x4254}));
  EXPECT_EQ(to_float(0x41BB, 0x999A, WordOrder::high_word_first), 23.45F);
  EXPECT_EQ(to_float(0x999A, 0x41BB, WordOrder::low_word_first), 23.45F);
}

}  // namespace
}  // namespace meterbench::modbus
