#include "drivers/protocol/c1219/profile_tables.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;

/// A meter with ST-64 alone; `sets`: byte 8 of its tables.
GeneralConfiguration with_sets(std::uint8_t sets) {
  Bytes tables(9);
  tables[8] = sets;
  return {.formats = {}, .standard_tables = tables};
}

// optical-port.md 6.12: 52 bytes, 2 blocks of 4 × 15 min, 1 channel.
const Bytes kSt61 = from_hex("34 00 00 00 10 0C 02 02 00 04 00 01 0F");

TEST(C1219Profile, ReadsTheActualDimensions) {
  const auto st61 = decode_st61(kSt61, with_sets(1));
  ASSERT_TRUE(st61) << st61.error();
  EXPECT_EQ(st61->memory_bytes, 52U);
  ASSERT_EQ(st61->sets.size(), 1U);
  EXPECT_EQ(st61->sets[0].number, 1);
  EXPECT_EQ(st61->sets[0].blocks, 2);
  EXPECT_EQ(st61->sets[0].intervals, 4);
  EXPECT_EQ(st61->sets[0].channels, 1);
  EXPECT_EQ(st61->sets[0].interval_min, 15);
  EXPECT_FALSE(st61->sets[0].scalars);
  EXPECT_FALSE(decode_st61(kSt61, with_sets(3))) << "two sets have more bytes";
  EXPECT_FALSE(decode_st61(kSt61, with_sets(0)));
}

TEST(C1219Profile, ReadsChannels) {
  const auto actual = decode_st61(kSt61, with_sets(1)).value();
  const auto st62 = decode_st62(from_hex("01 00 00 02"), {}, actual);
  ASSERT_TRUE(st62) << st62.error();
  ASSERT_EQ(st62->size(), 1U);
  EXPECT_TRUE(st62->at(0).channels.at(0).end_reading);
  EXPECT_EQ(st62->at(0).format, 2);
  // With scalars and divisors, as the flags of the set say: bit 6.
  const auto scaled = decode_st61(from_hex("34 00 00 00 40 00 02 02 00 04 00 01 0F"), with_sets(1)).value();
  const auto with = decode_st62(from_hex("01 00 00 02 03 00 04 00"), {}, scaled);
  ASSERT_TRUE(with) << with.error();
  EXPECT_EQ(with->at(0).channels.at(0).scalar, 3);
  EXPECT_EQ(with->at(0).channels.at(0).divisor, 4);
}

TEST(C1219Profile, ReadsHowFarItIs) {
  const auto actual = decode_st61(kSt61, with_sets(1)).value();
  const auto st63 = decode_st63(from_hex("24 02 00 01 00 02 00 00 00 02 00 04 00"), {}, actual);
  ASSERT_TRUE(st63) << st63.error();
  ASSERT_EQ(st63->size(), 1U);
  EXPECT_TRUE(st63->at(0).active());
  EXPECT_EQ(st63->at(0).blocks.valid, 2);
  EXPECT_EQ(st63->at(0).blocks.last, 1);
  EXPECT_EQ(st63->at(0).blocks.last_sequence, 2U);
  EXPECT_EQ(st63->at(0).valid_intervals, 4);
  EXPECT_FALSE(decode_st63(from_hex("24 02 00"), {}, actual));
}

}  // namespace
}  // namespace meterbench::c1219
