#include "drivers/protocol/c1219/table_reader.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;
using namespace std::chrono;

struct NumberCase {
  const char* bytes;
  std::uint8_t format;
  double value;
  double step;
};

class NiFormats : public testing::TestWithParam<NumberCase> {};

TEST_P(NiFormats, ReadsTheNumberAndItsStep) {
  const auto& [hex, format, value, step] = GetParam();
  const Bytes bytes = from_hex(hex);
  TableReader reader{bytes, {.ni_1 = format}};
  const Number number = reader.ni_1();
  reader.expect_end();
  EXPECT_FALSE(reader.failure()) << *reader.failure();
  EXPECT_DOUBLE_EQ(number.value, value);
  EXPECT_DOUBLE_EQ(number.step, step);
}

// The first four and format 4 stand in optical-port.md 4; the others follow from its rules.
INSTANTIATE_TEST_SUITE_P(
    Table, NiFormats,
    testing::Values(
        NumberCase{"00 00 00 00 EA 29 3A 41", 0, 1714666, 0x1p-32},
        NumberCase{"50 4F D1 49", 1, 1714666, 0.125}, NumberCase{"EA 29 1A 00 00 00", 10, 1714666, 1},
        NumberCase{"D0 C9 5B 07", 4, 12345.5952, 1e-4},
        NumberCase{"20 20 31 37 31 34 36 36 36 2E 32 35", 2, 1714666.25, 0.01},
        NumberCase{"2D 31 2E 35 20 20", 3, -1.5, 0.1},
        NumberCase{"31 37 31 34 36 36 36 20 20 20 20 20 20 20 20 20 20 20 20 20 20", 13, 1714666, 1},
        NumberCase{"00 00 01 71 46 66", 5, 1714666, 1}, NumberCase{"A1 23 D4 5B", 6, -123.45, 0.01},
        NumberCase{"00 00 00 00 01 71 46 66", 12, 1714666, 1}, NumberCase{"FE FF FF", 7, -2, 1},
        NumberCase{"C9 14 00 00", 8, 5321, 1}, NumberCase{"FF FF FF FF FF", 9, -1, 1},
        NumberCase{"00 00 00 00 00 00 00 80", 11, -0x1p63, 1}));

TEST(TableReader, ReadsBothByteOrders) {
  const Bytes bytes = from_hex("01 02 03 04 05 06 07");
  TableReader little{bytes, {}};
  EXPECT_EQ(little.u16(), 0x0201);
  EXPECT_EQ(little.u32(), 0x06050403U);
  EXPECT_EQ(little.u8(), 7);
  TableReader big{bytes, {.big_endian = true}};
  EXPECT_EQ(big.u16(), 0x0102);
  EXPECT_EQ(big.u32(), 0x03040506U);
  const Bytes number = from_hex("41 3A 29 EA 00 00 00 00");
  TableReader registers{number, {.big_endian = true, .ni_1 = 0}};
  EXPECT_EQ(registers.ni_1().value, 1714666);
}

TEST(TableReader, KnowsThreeFormsOfNegativeIntegers) {
  for (const auto& [form, hex] : {std::pair{0, "FE FF FF"}, {1, "FD FF FF"}, {2, "02 00 80"}}) {
    const Bytes bytes = from_hex(hex);
    TableReader reader{bytes, {.integer = static_cast<std::uint8_t>(form), .ni_2 = 7}};
    EXPECT_EQ(reader.ni_2().value, -2) << form;
  }
}

TEST(TableReader, ReadsTheTimeInEveryFormat) {
  // optical-port.md 4: 2024-06-15 13:45:30
  const MeterTime expected = local_days{2024y / June / 15} + 13h + 45min + 30s;
  for (const auto& [format, hex] : {std::pair{1, "24 06 15 13 45 30"},
                                    {2, "18 06 0F 0D 2D 1E"},
                                    {3, "D9 06 B5 01 1E"},
                                    {4, "FA 9A 6D 66"}}) {
    const Bytes bytes = from_hex(hex);
    TableReader whole{bytes, {.time = static_cast<std::uint8_t>(format)}};
    EXPECT_EQ(whole.long_time(), expected) << format;
    whole.expect_end();
    EXPECT_FALSE(whole.failure()) << format;
    TableReader without_seconds{bytes, {.time = static_cast<std::uint8_t>(format)}};
    EXPECT_EQ(without_seconds.short_time(), format == 4 ? expected : expected - 30s) << format;
  }
  TableReader no_clock{{}, {.time = 0}};
  EXPECT_EQ(no_clock.short_time(), std::nullopt);
  EXPECT_FALSE(no_clock.failure());
}

TEST(TableReader, TakesATimeThatWasNeverSetForNone) {
  for (const char* hex : {"00 00 00 00 00", "18 0D 01 00 00", "18 06 1F 00 00", "18 06 0F 18 00"}) {
    const Bytes bytes = from_hex(hex);
    TableReader reader{bytes, {.time = 2}};
    EXPECT_EQ(reader.short_time(), std::nullopt) << hex;
    EXPECT_FALSE(reader.failure()) << hex;
  }
}

TEST(TableReader, TakesTheBeginningOfTheEpochForNoTime) {
  const Bytes bytes(5);
  for (const std::uint8_t format : {3, 4}) {
    TableReader reader{bytes, {.time = format}};
    EXPECT_EQ(reader.long_time(), std::nullopt) << int{format};
    EXPECT_FALSE(reader.failure());
  }
}

TEST(TableReader, CountsYearsBelowNinetyInThisCentury) {
  const Bytes bytes = from_hex("59 01 01 00 00 5A 01 01 00 00");
  TableReader reader{bytes, {.time = 2}};
  EXPECT_EQ(reader.short_time(), local_days{2089y / January / 1});
  EXPECT_EQ(reader.short_time(), local_days{1990y / January / 1});
}

TEST(TableReader, ReadsIdentifiersAsTextOrBcd) {
  const Bytes text = from_hex("41 42 20 00"), digits = from_hex("12 34");
  EXPECT_EQ((TableReader{text, {}}.identifier(4)), "AB");
  EXPECT_EQ((TableReader{digits, {.bcd_identifiers = true}}.identifier(4)), "1234");
}

TEST(TableReader, NeverReadsANumberThatIsNone) {
  const std::pair<int, const char*> wrong[] = {{0, "00 00 00 00 00 00 F0 7F"},
                                               {0, "00 00 00 00 00 00 F8 7F"},
                                               {1, "00 00 80 FF"},
                                               {3, "31 32 78 20 20 20"},
                                               {3, "20 20 20 20 20 20"},
                                               {6, "1C 00 00 00"},
                                               {6, "BB BB BB BB"},
                                               {14, "00 00 00 00 00 00 00 00"}};
  for (const auto& [format, hex] : wrong) {
    const Bytes bytes = from_hex(hex);
    TableReader reader{bytes, {.ni_1 = static_cast<std::uint8_t>(format)}};
    static_cast<void>(reader.ni_1());
    EXPECT_TRUE(reader.failure()) << hex;
  }
}

TEST(TableReader, TellsTheFirstFailureAndReadsNothingAfterIt) {
  const Bytes bytes = from_hex("01 02 03");
  TableReader reader{bytes, {}};
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_EQ(reader.failure(), "the table is too short: 1 bytes missing");
}

}  // namespace
}  // namespace meterbench::c1219
