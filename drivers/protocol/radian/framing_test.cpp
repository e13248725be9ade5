#include "drivers/protocol/radian/framing.h"

#include <gtest/gtest.h>

#include <random>

namespace meterbench::radian {
namespace {

constexpr std::uint8_t kInstantaneous = 0x2E;

// Every packet of instruments.md 4.4 that is given whole.
struct Golden {
  Frame frame;
  Bytes bytes;
};
const Golden kRequests[] = {
    {{Kind::request, 0x00, {}}, {0xA6, 0x00, 0x00, 0x00, 0x00, 0xA6}},
    {{Kind::request, 0x2E, {0x00, 0x02, 0xFF, 0xFD}},
     {0xA6, 0x2E, 0x00, 0x04, 0x00, 0x02, 0xFF, 0xFD, 0x02, 0xD6}},
    {{Kind::request, 0x2E, {0x00, 0x00, 0xFF, 0xFD}},
     {0xA6, 0x2E, 0x00, 0x04, 0x00, 0x00, 0xFF, 0xFD, 0x02, 0xD4}},
    {{Kind::request, 0x08, {0x01, 0x00, 0x00}}, {0xA6, 0x08, 0x00, 0x03, 0x01, 0x00, 0x00, 0x00, 0xB2}},
    {{Kind::request, 0x09, {}}, {0xA6, 0x09, 0x00, 0x00, 0x00, 0xAF}},
    {{Kind::request, 0x2F, {0x00, 0x00}}, {0xA6, 0x2F, 0x00, 0x02, 0x00, 0x00, 0x00, 0xD7}},
};
const Golden kPulseOutputAnswer{{Kind::data, 0x1D, {0x00, 0x0A}},
                                {0xAC, 0x1D, 0x00, 0x02, 0x00, 0x0A, 0x00, 0xD5}};
const Bytes kNopAcknowledge{0xA3, 0x00, 0x00, 0xA3};

TEST(RadianFraming, EncodesTheGoldenRequests) {
  for (const auto& [frame, bytes] : kRequests) EXPECT_EQ(hex_text(encode(frame)), hex_text(bytes));
}

TEST(RadianFraming, DecodesTheGoldenRequests) {
  for (const auto& [frame, bytes] : kRequests) {
    ASSERT_EQ(request_end(bytes), End{bytes.size()});
    EXPECT_EQ(decode(bytes), frame);
  }
}

TEST(RadianFraming, TheAcknowledgeOfNopHasNoLength) {
  EXPECT_EQ(hex_text(encode_short_acknowledge(0x00)), hex_text(kNopAcknowledge));
  ASSERT_EQ(reply_end(0x00, kNopAcknowledge), End{4U});
  EXPECT_EQ(decode(kNopAcknowledge), (Frame{Kind::acknowledge, 0x00, {}}));
}

TEST(RadianFraming, DecodesADataAcknowledge) {
  EXPECT_EQ(hex_text(encode(kPulseOutputAnswer.frame)), hex_text(kPulseOutputAnswer.bytes));
  ASSERT_EQ(reply_end(0x1D, kPulseOutputAnswer.bytes), End{8U});
  EXPECT_EQ(decode(kPulseOutputAnswer.bytes), kPulseOutputAnswer.frame);
}

TEST(RadianFraming, AnAcknowledgeWithLengthCarriesData) {
  // A3 32 00 04 …: the constant of the pulse output, here 1.0.
  const Bytes answer{0xA3, 0x32, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD9};
  ASSERT_EQ(reply_end(0x32, answer), End{answer.size()});
  EXPECT_EQ(decode(answer), (Frame{Kind::acknowledge, 0x32, {0, 0, 0, 0}}));
}

TEST(RadianFraming, AnErrorAcknowledgeCarriesItsCode) {
  const Bytes answer{0xA9, 0x2E, 0x00, 0x01, 0x07, 0x00, 0xDF};
  ASSERT_EQ(reply_end(kInstantaneous, answer), End{answer.size()});
  EXPECT_EQ(decode(answer), (Frame{Kind::error, 0x2E, {0x07}}));
}

TEST(RadianFraming, WaitsForMoreWhenBytesComeOneByOne) {
  for (std::size_t n = 0; n < kPulseOutputAnswer.bytes.size(); ++n)
    EXPECT_EQ(reply_end(0x1D, ByteView{kPulseOutputAnswer.bytes}.first(n)), End{std::nullopt}) << n;
  for (std::size_t n = 0; n < kNopAcknowledge.size(); ++n)
    EXPECT_EQ(reply_end(0x00, ByteView{kNopAcknowledge}.first(n)), End{std::nullopt}) << n;
}

TEST(RadianFraming, TakesOnlyTheFirstOfTwoPackets) {
  Bytes two = kNopAcknowledge;
  two.insert(two.end(), kNopAcknowledge.begin(), kNopAcknowledge.end());
  EXPECT_EQ(reply_end(0x00, two), End{4U});
}

TEST(RadianFraming, AnyWrongByteOfAnAnswerIsNoticed) {
  // A changed length makes the packet wait for more, which ends as a time-out; all else is refused.
  for (std::size_t at = 0; at < kPulseOutputAnswer.bytes.size(); ++at)
    for (unsigned change = 1; change < 256; ++change) {
      Bytes bytes = kPulseOutputAnswer.bytes;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
      const End end = reply_end(0x1D, bytes);
      EXPECT_TRUE(!end || !end->has_value()) << at << ' ' << change;
    }
}

TEST(RadianFraming, AnAnswerToAnotherRequestIsRefused) {
  EXPECT_FALSE(reply_end(kInstantaneous, kNopAcknowledge));
  EXPECT_FALSE(reply_end(0x00, kPulseOutputAnswer.bytes));
  EXPECT_FALSE(reply_end(0x00, Bytes{0xB3, 0x00, 0x00, 0xB3})) << "another port";
}

TEST(RadianFraming, ARequestIsNoReplyAndAReplyNoRequest) {
  EXPECT_FALSE(reply_end(0x00, kRequests[0].bytes));
  EXPECT_FALSE(request_end(kNopAcknowledge));
  EXPECT_FALSE(request_end(Bytes{0x56}));
  EXPECT_FALSE(request_end(Bytes{0xE6}));
}

TEST(RadianFraming, AnImpossibleLengthIsRefusedAtOnce) {
  EXPECT_FALSE(reply_end(kInstantaneous, Bytes{0xAC, 0x2E, 0x7F, 0xFF}));
}

TEST(RadianFraming, FiveFloatsAndNothingElseAreAnAnswerToAMetric) {
  const Slots slots{240.0, -1.5, std::nullopt, 0.0, 5.0};
  const Bytes data{0x07, 0x70, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x7F, 0x7F,
                   0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x02, 0x20, 0x00, 0x00};
  EXPECT_EQ(hex_text(encode_slots(slots)), hex_text(data));
  EXPECT_EQ(decode_slots(data), slots);
  EXPECT_EQ(decode_slots(ByteView{data}.first(16)), std::nullopt);
  EXPECT_EQ(decode_slots({}), std::nullopt);
}

TEST(RadianFraming, RandomBytesNeverReadBeyondTheirEnd) {
  std::mt19937 draw{7};
  for (int i = 0; i < 200000; ++i) {
    // A fresh allocation of the exact size, so that the address sanitizer sees one byte too many.
    Bytes bytes(draw() % 12);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(draw());
    if (!bytes.empty() && i % 2 == 0)
      bytes[0] = std::array<std::uint8_t, 4>{0xA3, 0xA6, 0xA9, 0xAC}[draw() % 4];
    if (bytes.size() > 2 && i % 4 == 0) bytes[2] = 0;
    const std::uint8_t asked = bytes.size() > 1 ? bytes[1] : std::uint8_t{0};
    for (const End& end : {reply_end(asked, bytes), request_end(bytes)}) {
      if (!end || !end->has_value()) continue;
      ASSERT_LE(**end, bytes.size());
      static_cast<void>(decode(ByteView{bytes}.first(**end)));
    }
  }
}

}  // namespace
}  // namespace meterbench::radian
