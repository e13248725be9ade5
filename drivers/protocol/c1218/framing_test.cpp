#include "drivers/protocol/c1218/framing.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "drivers/protocol/c1218/services.h"
#include "tests/support/optical_packets.h"

namespace meterbench::c1218 {
namespace {

using namespace golden::packets;
using golden::from_hex;
using State = PacketCollector::State;

struct Golden {
  Hex packet;
  bool toggle;
  Bytes data;
};

// optical-port.md 1.2, byte for byte.
const Golden kGolden[] = {
    {kIdentify, false, identify()},
    {kIdentify1, true, identify()},
    {kIdentified, false, from_hex("00 00 01 00 00")},
    {kIdentified2, false, from_hex("00 00 02 00 00")},
    {kOk, false, {0}},
    {kOk1, true, {0}},
    {kErr, false, {1}},
    {kSns, false, {2}},
    {kIsc, false, {3}},
    {kOnp, false, {4}},
    {kBsy, false, {6}},
    {kIsss, false, {10}},
    {kNegotiate512, true, negotiate(512, 2, Bytes{6})},
    {kNegotiate64, true, negotiate(64, 1, Bytes{6})},
    {kNegotiateWithoutBaud, false, negotiate(128, 4, {})},
    {kNegotiated64, true, from_hex("00 00 40 01 06")},
    {kLogOn, false, log_on(2, "BENCH")},
    {kSecurityShopNul, true, security("SHOP", '\0')},
    {kSecurityShopSpaces, true, security("SHOP", ' ')},
    {kSecurityReader, true, security("READER", '\0')},
    {kReadSt01, false, full_read(1)},
    {kSt01, false,
     from_hex("00 00 20 54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 30 30 30 31 32 "
              "33 34 35 36 37 38 50")},
    {kReadSt01Slice, false, offset_read(1, 4, 8)},
    {kSt01Slice, false, from_hex("00 00 08 56 4D 45 54 45 52 31 20 DC")},
    {kReadSt64Slice, false, offset_read(64, 26, 26)},
    {kReadMt13, false, full_read(2048 + 13)},
    {kWait30, false, from_hex("70 1E")},
    {kLogOff, true, log_off()},
    {kTerminate, false, terminate()},
};

TEST(C1218Framing, EncodesThePacketsOfTheFacts) {
  for (const auto& [packet, toggle, data] : kGolden)
    EXPECT_EQ(encode({.toggle = toggle, .data = data}), from_hex(packet)) << packet;
}

State gather(PacketCollector& collector, ByteView bytes, std::size_t most = kMostData) {
  State state = State::idle;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    state = collector.add(bytes[n], most);
    EXPECT_TRUE(n + 1 == bytes.size() || state == State::underway) << n;
  }
  return state;
}

TEST(C1218Framing, DecodesThePacketsOfTheFacts) {
  for (const auto& [packet, toggle, data] : kGolden) {
    PacketCollector collector;
    ASSERT_EQ(gather(collector, from_hex(packet)), State::whole) << packet;
    EXPECT_EQ(collector.packet(), (Packet{.toggle = toggle, .data = data})) << packet;
    EXPECT_FALSE(collector.underway());
  }
}

TEST(C1218Framing, ChecksByCrc16X25) {
  EXPECT_EQ(check_of(to_bytes("123456789")), 0x906E);
  // Over a whole packet the register is left at F0B8, here complemented.
  EXPECT_EQ(check_of(from_hex(kSt01)), static_cast<std::uint16_t>(~0xF0B8));
}

TEST(C1218Framing, SplitsAMessageIntoTheAgreedSize) {
  bool toggle = false;
  const Bytes message = from_hex(kSt01.substr(18, 35 * 3 + 2));
  ASSERT_EQ(message.size(), 36U);
  const auto parts = encode_message(message, 32, toggle);
  EXPECT_EQ(parts, (std::vector<Bytes>{from_hex(kSt01Part1), from_hex(kSt01Part2)}));
  EXPECT_FALSE(toggle);
  EXPECT_EQ(encode_message(message, 64, toggle), std::vector<Bytes>{from_hex(kSt01)});
  EXPECT_TRUE(toggle);
}

TEST(C1218Framing, KnowsThePartsOfAMessage) {
  PacketCollector collector;
  gather(collector, from_hex(kSt01Part1));
  EXPECT_TRUE(collector.packet().multi && collector.packet().first);
  EXPECT_EQ(collector.packet().sequence, 1);
  gather(collector, from_hex(kSt01Part2));
  EXPECT_TRUE(collector.packet().multi && !collector.packet().first && collector.packet().toggle);
}

TEST(C1218Framing, FindsEveryDamagedBit) {
  const Bytes good = from_hex(kSt03);
  for (std::size_t byte = 1; byte < good.size(); ++byte)
    for (unsigned bit = 0; bit < 8; ++bit) {
      if (byte == 4 || byte == 5) continue;  // another length: not whole yet
      Bytes bad = good;
      bad[byte] ^= static_cast<std::uint8_t>(1U << bit);
      PacketCollector collector;
      EXPECT_EQ(gather(collector, bad), State::damaged) << byte << '.' << bit;
    }
}

TEST(C1218Framing, DoesNotTakeSwappedCheckBytes) {
  Bytes swapped = from_hex(kIdentified);
  std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
  PacketCollector collector;
  EXPECT_EQ(gather(collector, swapped), State::damaged);
}

TEST(C1218Framing, RefusesALengthBeyondWhatIsAllowed) {
  for (const auto& [header, most] : {std::pair{"EE 00 00 00 1F F7", kMostData - 1},
                                     {"EE 00 00 00 FF FF", kMostData},
                                     {"EE 00 00 00 00 39", std::size_t{56}}}) {
    PacketCollector collector;
    EXPECT_EQ(gather(collector, from_hex(header), most), State::too_long) << header;
  }
  PacketCollector collector;
  EXPECT_EQ(gather(collector, from_hex("EE 00 00 00 1F F7")), State::underway);
}

TEST(C1218Framing, HasALongestPacket) {
  const Packet longest{.data = Bytes(kMostData, 0x55)};
  PacketCollector collector;
  EXPECT_EQ(gather(collector, encode(longest)), State::whole);
  EXPECT_EQ(collector.packet(), longest);
  EXPECT_THROW(static_cast<void>(encode({.data = Bytes(kMostData + 1)})), std::logic_error);
}

TEST(C1218Framing, TakesNoiseForNothing) {
  PacketCollector collector;
  EXPECT_EQ(collector.add(0x55, kMostData), State::idle);
  EXPECT_EQ(gather(collector, from_hex(kIdentify)), State::whole);
  std::mt19937 random{1};
  for (int n = 0; n < 1'000'000; ++n) {
    const State state = collector.add(static_cast<std::uint8_t>(random() % 3 == 0 ? 0xEE : random()), 504);
    ASSERT_LE(collector.raw().size(), 512U);
    if (state == State::whole) static_cast<void>(collector.packet());
  }
}

}  // namespace
}  // namespace meterbench::c1218
