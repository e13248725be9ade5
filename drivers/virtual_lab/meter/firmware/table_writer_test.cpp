// Numbers and times as optical-port.md 4 has them, byte for byte.
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "tests/support/optical_packets.h"

namespace meterbench::firmware {
namespace {

using golden::from_hex;
using Octets = std::vector<std::uint8_t>;

template <class Write>
Octets written(const ConfigurationRecord& formats, Write write) {
  TableImage image;
  TableWriter writer{image, formats};
  write(writer);
  return {image.from(0), image.from(0) + image.size()};
}

Octets number(std::uint8_t format, const Decimal& value, bool big_endian = false,
              std::uint8_t integer_form = 0) {
  ConfigurationRecord formats{};
  formats.ni_1 = format;
  formats.big_endian = big_endian ? 1 : 0;
  formats.integer_form = integer_form;
  return written(formats, [&](TableWriter& writer) { writer.ni_1(value); });
}

TEST(TableWriter, WritesTheNumbersOfTheFacts) {
  constexpr Decimal kRegister{1'714'666, 0};
  EXPECT_EQ(number(kNiDouble, kRegister), from_hex("00 00 00 00 EA 29 3A 41"));
  EXPECT_EQ(number(kNiFloat, kRegister), from_hex("50 4F D1 49"));
  EXPECT_EQ(number(kNiInt48, kRegister), from_hex("EA 29 1A 00 00 00"));
  EXPECT_EQ(number(kNiInt32With4Decimals, {123'455'952, 4}), from_hex("D0 C9 5B 07"));
}

TEST(TableWriter, TurnsNumbersButNeverDigitsRoundForTheOtherByteOrder) {
  EXPECT_EQ(number(kNiDouble, {1'714'666, 0}, true), from_hex("41 3A 29 EA 00 00 00 00"));
  EXPECT_EQ(number(kNiInt24, {0x123456, 0}, true), from_hex("12 34 56"));
  EXPECT_EQ(number(kNiInt40, {0x123456, 0}, true), from_hex("00 00 12 34 56"));
  for (const bool big : {false, true}) {
    EXPECT_EQ(number(kNiBcd4, {123'456, 0}, big), from_hex("00 12 34 56"));
    EXPECT_EQ(number(kNiText6, {-42, 0}, big), from_hex("20 20 20 2D 34 32"));
  }
}

TEST(TableWriter, WritesWhatIsBelowZeroInEachForm) {
  EXPECT_EQ(number(kNiInt32, {-2, 0}, true, 0), from_hex("FF FF FF FE"));
  EXPECT_EQ(number(kNiInt32, {-2, 0}, true, 1), from_hex("FF FF FF FD"));
  EXPECT_EQ(number(kNiInt32, {-2, 0}, true, 2), from_hex("80 00 00 02"));
  EXPECT_EQ(number(kNiBcd6, {-2, 0}), from_hex("A0 00 00 00 00 02"));
}

TEST(TableWriter, WritesTheGreatestThatAFormatHolds) {
  constexpr Decimal kMuch{99'999'999'999'999, 0};
  EXPECT_EQ(number(kNiInt24, kMuch, true), from_hex("7F FF FF"));
  EXPECT_EQ(number(kNiInt24, {-99'999'999, 0}, true, 0), from_hex("80 00 01"));
  EXPECT_EQ(number(kNiBcd4, kMuch), from_hex("99 99 99 99"));
  EXPECT_EQ(number(kNiText6, kMuch), from_hex("39 39 39 39 39 39"));
  EXPECT_EQ(number(kNiInt32With4Decimals, {214'749, 0}, true), from_hex("7F FF FF FF"));
}

TEST(TableWriter, RoundsDecimalsThatAFormatDoesNotHold) {
  EXPECT_EQ(number(kNiInt32, {15, 1}, true), from_hex("00 00 00 02"));
  EXPECT_EQ(number(kNiInt32, {14, 1}, true), from_hex("00 00 00 01"));
  EXPECT_EQ(number(kNiInt32, {-15, 1}, true), from_hex("FF FF FF FE"));
  EXPECT_EQ(number(kNiBcd4, {123'456, 3}), from_hex("01 23 D4 56"));
  EXPECT_EQ(number(kNiText6, {1'234'567, 4}), from_hex("31 32 33 2E 34 36"));
}

// 2024-06-15 13:45:30, taken as UTC.
TEST(TableWriter, WritesTheTimeOfTheFactsInEachFormat) {
  const LocalTime time = local_time({2024, 6, 15, 13, 45, 30});
  const char* const longs[] = {"24 06 15 13 45 30", "18 06 0F 0D 2D 1E", "D9 06 B5 01 1E", "FA 9A 6D 66"};
  const char* const shorts[] = {"24 06 15 13 45", "18 06 0F 0D 2D", "D9 06 B5 01", "FA 9A 6D 66"};
  for (std::uint8_t format = 1; format <= 4; ++format) {
    ConfigurationRecord formats{};
    formats.time_format = format;
    EXPECT_EQ(written(formats, [&](TableWriter& w) { w.long_time(time); }), from_hex(longs[format - 1]));
    EXPECT_EQ(written(formats, [&](TableWriter& w) { w.short_time(time); }), from_hex(shorts[format - 1]));
    const Octets none = written(formats, [](TableWriter& w) { w.long_time(kNoTime); });
    EXPECT_EQ(none, Octets(from_hex(longs[format - 1]).size())) << "zeros";
    const Octets bytes = from_hex(longs[format - 1]);
    EXPECT_EQ((TableParser{bytes.data(), formats}.long_time()), time);
    EXPECT_EQ(TableParser::long_time_size(formats), bytes.size());
  }
}

TEST(TableParser, KnowsWhatIsNoTime) {
  ConfigurationRecord formats{};
  formats.time_format = 2;
  for (const char* wrong :
       {"18 0D 0F 0D 2D 1E", "18 02 1E 0D 2D 1E", "18 06 0F 18 2D 1E", "18 06 0F 0D 3C 1E",
        "18 06 0F 0D 2D 3C", "18 00 0F 0D 2D 1E", "18 06 00 0D 2D 1E"}) {
    const Octets bytes = from_hex(wrong);
    EXPECT_EQ((TableParser{bytes.data(), formats}.long_time()), kNoTime) << wrong;
  }
}

}  // namespace
}  // namespace meterbench::firmware
