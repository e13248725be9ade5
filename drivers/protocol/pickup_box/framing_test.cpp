// Lines of drivers/pickup_box/protocol.md; checksums reckoned by hand, byte by byte.
#include "drivers/protocol/pickup_box/framing.h"

#include <gtest/gtest.h>

#include <random>

namespace meterbench::pickup_box {
namespace {

TEST(PickupBoxFraming, WritesALine) {
  EXPECT_EQ(to_string(encode({7, "LIGHT A"})), "7 LIGHT A*28\n");
  EXPECT_EQ(to_string(encode({3, "OK"})), "3 OK*17\n");
}

TEST(PickupBoxFraming, ReadsALine) {
  const auto message = decode("7 OK 61.3 2.0 + 500*3B");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->number, 7U);
  EXPECT_EQ(message->text, "OK 61.3 2.0 + 500");
  EXPECT_EQ(decode("1 OK 0012.34 kWh →*BD")->text, "OK 0012.34 kWh →");  // UTF-8
}

TEST(PickupBoxFraming, RefusesWhatIsNoLine) {
  EXPECT_FALSE(decode(""));
  EXPECT_FALSE(decode("*00"));
  EXPECT_FALSE(decode("7 LIGHT A*29"));
  EXPECT_FALSE(decode("7 LIGHT B*28"));
  EXPECT_FALSE(decode("7 LIGHT A28"));
  EXPECT_FALSE(decode("99 OK*25"));
  for (const char* body : {"OK", "7", "-1 OK", "100 OK", "7OK", "7 O\tK"}) {
    std::uint8_t check = 0;
    for (const char* c = body; *c != 0; ++c)
      check = static_cast<std::uint8_t>(check ^ static_cast<std::uint8_t>(*c));
    EXPECT_FALSE(decode(std::string{body} + "*" + hex_text(Bytes{check}))) << body;
  }
}

TEST(PickupBoxFraming, FindsTheEndOfTheReplyItWaitsFor) {
  const Bytes reply = to_bytes("3 OK 12345.6 kWh*6A\n");
  for (std::size_t n = 0; n < reply.size(); ++n)
    EXPECT_EQ(reply_end(3, ByteView{reply}.first(n)).value(), std::nullopt) << n;
  EXPECT_EQ(reply_end(3, reply).value(), reply.size());
  EXPECT_FALSE(reply_end(4, reply));
  EXPECT_FALSE(reply_end(3, to_bytes("3 OK 12345.6 kWh*6A\n3")));
  EXPECT_FALSE(reply_end(3, to_bytes("3 OK 12345.7 kWh*6A\n")));
  EXPECT_FALSE(reply_end(3, Bytes(kLongestLine + 1, 'x')));
}

TEST(PickupBoxFraming, TakesAnyBytes) {
  std::mt19937 random{1};
  for (int n = 0; n < 10'000; ++n) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % 64 + 10);
    static_cast<void>(reply_end(1, bytes));
    static_cast<void>(decode(to_string(bytes)));
  }
}

}  // namespace
}  // namespace meterbench::pickup_box
