// ST-24 to ST-28 of the meter of optical-port.md 6.9, and of others.
#include <gtest/gtest.h>

#include "drivers/protocol/c1219/register_tables.h"
#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;
using namespace std::chrono;

const Formats kFormats{.time = 2, .ni_1 = 0, .ni_2 = 8};
const Bytes kSt21 = from_hex("16 02 01 02 01 00 01 00 01 01");
const Bytes kSt25 = from_hex(
    "18 06 01 00 00 02 00 00 00 00 A0 F0 39 41 00 00 00 00 00 00 5E 40 18 05 14 12 0F 00 00 00 00 C0 E7 D2 "
    "40 "
    "7E 13 00 00");

ActualRegisters actual() { return decode_st21(kSt21, kFormats).value(); }

void expect_example(const KeptRegisters& kept) {
  EXPECT_EQ(kept.ended, local_days{2024y / June / 1});
  EXPECT_FALSE(kept.season);
  EXPECT_EQ(kept.registers.resets, 2);
  EXPECT_EQ(kept.registers.total.summations.at(0).value, 1'700'000);
  EXPECT_EQ(kept.registers.total.summations.at(1).value, 120);
  const Demand& demand = kept.registers.total.demands.at(0);
  EXPECT_EQ(demand.times.at(0), local_days{2024y / May / 20} + 18h + 15min);
  EXPECT_EQ(demand.cumulative->value, 19359);
  EXPECT_EQ(demand.values.at(0).value, 4990);
}

TEST(C1219Billing, ReadsTheActualDimensions) {
  const ActualRegisters st21 = actual();
  EXPECT_FALSE(st21.season);
  EXPECT_FALSE(st21.time_remaining);
  EXPECT_TRUE(st21.self_read_sequence);
  EXPECT_EQ(st21.self_reads, 1);
  EXPECT_EQ(st21.present_demands, 1);
  EXPECT_EQ(st21.present_values, 1);
}

TEST(C1219Billing, ReadsThePreviousDemandReset) {
  const auto kept = decode_st25(kSt25, kFormats, actual());
  ASSERT_TRUE(kept) << kept.error();
  expect_example(*kept);
}

TEST(C1219Billing, ReadsThePreviousSeasonWithItsNumber) {
  Bytes st24 = kSt25;
  st24.insert(st24.begin() + 5, 3);
  ActualRegisters with = actual();
  with.season = true;
  auto kept = decode_st24(st24, kFormats, with);
  ASSERT_TRUE(kept) << kept.error();
  EXPECT_EQ(kept->season, 3);
  kept->season.reset();
  expect_example(*kept);
}

TEST(C1219Billing, ReadsTheSelfReads) {
  Bytes st26 = from_hex("04 01 00 07 00 01 07 00");
  st26.insert(st26.end(), kSt25.begin(), kSt25.end());
  ASSERT_EQ(st26.size(), 47U);
  const auto reads = decode_st26(st26, kFormats, actual());
  ASSERT_TRUE(reads) << reads.error();
  EXPECT_EQ(reads->status.last_sequence, 7U);
  EXPECT_EQ(reads->status.unread, 1);
  EXPECT_FALSE(reads->status.overflowed());
  ASSERT_EQ(reads->entries.size(), 1U);
  EXPECT_EQ(reads->entries[0].sequence, 7);
  expect_example(reads->entries[0].kept);
  st26[1] = 0;
  EXPECT_TRUE(decode_st26(st26, kFormats, actual())->entries.empty()) << "no entry is valid";
  st26[1] = 2;
  EXPECT_FALSE(decode_st26(st26, kFormats, actual())) << "more than the list holds";
}

/// Three self reads of nothing but a sequence number, in places 0, 1, 2.
std::vector<unsigned> order_of(const char* status) {
  Bytes st26 = from_hex(status);
  const Bytes numbers = from_hex("0A 00 0B 00 0C 00");
  st26.insert(st26.end(), numbers.begin(), numbers.end());
  const auto reads =
      decode_st26(st26, {.time = 2}, ActualRegisters{.self_read_sequence = true, .self_reads = 3});
  if (!reads) return {};
  std::vector<unsigned> sequence;
  for (const auto& entry : reads->entries) sequence.push_back(entry.sequence.value());
  return sequence;
}

TEST(C1219Billing, PutsAListInTheOrderOfTime) {
  using Order = std::vector<unsigned>;
  EXPECT_EQ(order_of("04 03 02 0C 00 00"), (Order{0x0A, 0x0B, 0x0C}));
  EXPECT_EQ(order_of("04 03 00 0A 00 00"), (Order{0x0B, 0x0C, 0x0A})) << "the newest took the oldest's place";
  EXPECT_EQ(order_of("04 02 01 0B 00 00"), (Order{0x0A, 0x0B}));
  EXPECT_EQ(order_of("05 02 00 0A 00 00"), (Order{0x0B, 0x0A})) << "newest first";
  EXPECT_EQ(order_of("04 01 03 0B 00 00"), Order{}) << "there is no place 3";
}

TEST(C1219Billing, ReadsThePresentValues) {
  const auto selection = decode_st27(from_hex("02 03"), kFormats, actual());
  ASSERT_TRUE(selection) << selection.error();
  EXPECT_EQ(selection->demands, std::vector<std::uint8_t>{2});
  EXPECT_EQ(selection->values, std::vector<std::uint8_t>{3});
  const auto present = decode_st28(from_hex("E2 04 00 00 00 00 00 00 00 10 6E 40"), kFormats, actual());
  ASSERT_TRUE(present) << present.error();
  ASSERT_EQ(present->demands.size(), 1U);
  EXPECT_EQ(present->demands[0].value.value, 1250);
  EXPECT_FALSE(present->demands[0].remaining);
  ASSERT_EQ(present->values.size(), 1U);
  EXPECT_EQ(present->values[0].value, 240.5);
}

TEST(C1219Billing, ReadsWhatIsLeftOfAnInterval) {
  ActualRegisters with{.time_remaining = true, .present_demands = 1};
  for (const auto& [format, hex] :
       {std::pair{1, "00 14 59 E2 04 00 00"}, {2, "00 0E 3B E2 04 00 00"}, {4, "83 03 00 00 E2 04 00 00"}}) {
    const auto present =
        decode_st28(from_hex(hex), {.time = static_cast<std::uint8_t>(format), .ni_2 = 8}, with);
    ASSERT_TRUE(present) << present.error();
    EXPECT_EQ(present->demands.at(0).remaining, 14min + 59s) << format;
    EXPECT_EQ(present->demands[0].value.value, 1250);
  }
}

// The same reading in the other byte order and other formats: 1700000 and 120 pulses in INT48, peak 4990 in
// INT24, cumulative 19359, times in seconds since 1970.
TEST(C1219Billing, ReadsOtherFormats) {
  const Formats formats{.big_endian = true, .time = 4, .ni_1 = 10, .ni_2 = 7};
  const auto kept = decode_st25(from_hex("66 5A 64 80 02 00 00 00 19 F0 A0 00 00 00 00 00 78 66 4B 93 24 "
                                         "00 00 00 00 4B 9F 00 13 7E"),
                                formats, actual());
  ASSERT_TRUE(kept) << kept.error();
  expect_example(*kept);
}

TEST(C1219Billing, RefusesTablesCutShortOrTooLong) {
  for (std::size_t size = 0; size < kSt25.size(); ++size) {
    const auto cut = decode_st25(ByteView{kSt25}.first(size), kFormats, actual());
    ASSERT_FALSE(cut) << size;
    EXPECT_TRUE(cut.error().starts_with("ST-25: ")) << cut.error();
  }
  Bytes longer = kSt25;
  longer.push_back(0);
  EXPECT_FALSE(decode_st25(longer, kFormats, actual()));
  EXPECT_FALSE(decode_st28(from_hex("E2 04 00 00 00 00 00 00 00 10 6E"), kFormats, actual()));
  EXPECT_FALSE(decode_st27(from_hex("02 03 04"), kFormats, actual()));
}

// 255 self reads of 256 blocks of 255 demands that would have no byte.
TEST(C1219Billing, TakesNoMemoryForWhatHasNoBytes) {
  const ActualRegisters greedy{.self_reads = 255, .demands = 255, .coincidents = 255, .tiers = 255};
  EXPECT_FALSE(decode_st26(from_hex("04 01 00 07 00 01"), {}, greedy));
  EXPECT_FALSE(decode_st23({}, {}, greedy));
}

}  // namespace
}  // namespace meterbench::c1219
