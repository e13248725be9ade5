#include "drivers/mcc_usb_ctr08/scan_decoder.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace meterbench::mcc_usb_ctr08 {
namespace {

constexpr Duration kPeriod = std::chrono::milliseconds{1};
constexpr std::uint32_t kMost = 5000;

Instant at_ms(double ms) { return Instant{from_seconds(ms / 1000)}; }

/// The samples of one scan, as the device sends them: 16 bits each, low byte first.
Bytes scan(std::uint32_t reference, std::vector<std::uint16_t> leds) {
  std::vector<std::uint32_t> words{reference & 0xFFFFU, reference >> 16U};
  words.insert(words.end(), leds.begin(), leds.end());
  Bytes bytes;
  for (const auto word : words) {
    bytes.push_back(static_cast<std::uint8_t>(word & 0xFFU));
    bytes.push_back(static_cast<std::uint8_t>(word >> 8U));
  }
  return bytes;
}

Bytes scans(const std::vector<Bytes>& each) {
  Bytes all;
  for (const Bytes& one : each) all.insert(all.end(), one.begin(), one.end());
  return all;
}

TEST(ScanDecoder, AnEdgeLiesBetweenTwoScansInTimeAndInCount) {
  ScanDecoder decoder{1, at_ms(100), kPeriod, kMost};
  const auto edges =
      decoder.decode(scans({scan(1000, {0}), scan(1400, {0}), scan(1800, {1}), scan(2200, {1})}));
  ASSERT_TRUE(edges);
  ASSERT_EQ(edges->size(), 1U);
  const Edge& edge = edges->front().edge;
  EXPECT_EQ(edge.number, 0U);
  EXPECT_EQ(edge.time, at_ms(102.5));
  EXPECT_EQ(edge.reference_count, 600);  // between 400 and 800 since the first scan
}

TEST(ScanDecoder, TheFirstScanOnlySaysWhereTheCountsBegin) {
  ScanDecoder decoder{1, at_ms(0), kPeriod, kMost};
  const auto edges = decoder.decode(scan(123456789, {77}));
  ASSERT_TRUE(edges);
  EXPECT_TRUE(edges->empty());
}

TEST(ScanDecoder, NumbersTheEdgesOfEachLedWithoutGapsAndAcrossTransfers) {
  ScanDecoder decoder{2, at_ms(0), kPeriod, kMost};
  auto edges = decoder.decode(scans({scan(0, {0, 5}), scan(10, {1, 6})}));
  ASSERT_TRUE(edges);
  ASSERT_EQ(edges->size(), 2U);
  EXPECT_EQ((*edges)[0].led, 0U);
  EXPECT_EQ((*edges)[1].led, 1U);
  edges = decoder.decode(scans({scan(20, {1, 7}), scan(30, {2, 7})}));
  ASSERT_TRUE(edges);
  ASSERT_EQ(edges->size(), 2U);
  EXPECT_EQ((*edges)[0].led, 1U);
  EXPECT_EQ((*edges)[0].edge.number, 1U);
  EXPECT_EQ((*edges)[0].edge.time, at_ms(2.5));
  EXPECT_EQ((*edges)[0].edge.reference_count, 15);
  EXPECT_EQ((*edges)[1].led, 0U);
  EXPECT_EQ((*edges)[1].edge.number, 1U);
  EXPECT_EQ((*edges)[1].edge.time, at_ms(3.5));
}

TEST(ScanDecoder, SeveralPulsesWithinOnePeriodAreAsManyEdges) {
  ScanDecoder decoder{1, at_ms(0), kPeriod, kMost};
  const auto edges = decoder.decode(scans({scan(0, {0}), scan(7, {3})}));
  ASSERT_TRUE(edges);
  ASSERT_EQ(edges->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*edges)[i].edge.number, i);
    EXPECT_EQ((*edges)[i].edge.time, at_ms(1.5));
    EXPECT_EQ((*edges)[i].edge.reference_count, 3.5);
  }
}

TEST(ScanDecoder, ALedCountWrapsAt16Bits) {
  ScanDecoder decoder{1, at_ms(0), kPeriod, kMost};
  const auto edges = decoder.decode(scans({scan(0, {0xFFFF}), scan(2, {0x0001})}));
  ASSERT_TRUE(edges);
  EXPECT_EQ(edges->size(), 2U);
}

TEST(ScanDecoder, TheReferenceCountWrapsAt32Bits) {
  ScanDecoder decoder{1, at_ms(0), kPeriod, kMost};
  const auto edges =
      decoder.decode(scans({scan(0xFFFFFF00, {0}), scan(0x00000100, {0}), scan(0x00000300, {1})}));
  ASSERT_TRUE(edges);
  ASSERT_EQ(edges->size(), 1U);
  EXPECT_EQ(edges->front().edge.reference_count, 512 + 256);
}

TEST(ScanDecoder, CountsFarBeyond32Bits) {
  // 4000 counts a scan reach 2³² after 1.07 million scans, here in one step of the counter's own width.
  ScanDecoder decoder{1, at_ms(0), kPeriod, 0xFFFFFFFF};
  ASSERT_TRUE(decoder.decode(scans({scan(0, {0}), scan(0xC0000000, {0}), scan(0x80000000, {0})})));
  const auto edges = decoder.decode(scan(0x80000000, {1}));
  ASSERT_TRUE(edges);
  EXPECT_EQ(edges->front().edge.reference_count, 6442450944.0);  // 1.5 · 2³²
}

TEST(ScanDecoder, MorePulsesThanAnInputCanGiveAreRefused) {
  ScanDecoder reference{1, at_ms(0), kPeriod, kMost};
  EXPECT_FALSE(reference.decode(scans({scan(0, {0}), scan(kMost + 1, {0})})));
  ScanDecoder backwards{1, at_ms(0), kPeriod, kMost};
  EXPECT_FALSE(backwards.decode(scans({scan(10, {0}), scan(9, {0})})));
  ScanDecoder led{1, at_ms(0), kPeriod, kMost};
  EXPECT_FALSE(led.decode(scans({scan(0, {10}), scan(0, {9})})));
}

TEST(ScanDecoder, APartOfAScanIsABug) {
  ScanDecoder decoder{1, at_ms(0), kPeriod, kMost};
  EXPECT_THROW(static_cast<void>(decoder.decode(Bytes{1, 2, 3, 4})), std::logic_error);
}

}  // namespace
}  // namespace meterbench::mcc_usb_ctr08
