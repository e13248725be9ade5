#include "drivers/protocol/c1219/log_tables.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;
using namespace std::chrono;

// optical-port.md 6.13
const GeneralConfiguration kConfiguration{.formats = {.time = 2}, .standard_version = 1};
const Bytes kSt71 = from_hex("06 04 00 00 00 02 00 02 00");
const Bytes kSt76 = from_hex(
    "00 02 00 01 00 02 00 00 00 02 00 18 06 0F 08 00 00 01 00 00 00 02 00 18 06 0F 09 1E 05 02 00 01 00 14 "
    "00");

ActualLogs actual() { return decode_st71(kSt71, kConfiguration).value(); }

TEST(C1219Logs, ReadsTheActualDimensions) {
  const ActualLogs st71 = actual();
  EXPECT_FALSE(st71.event_number);
  EXPECT_TRUE(st71.history_time);
  EXPECT_TRUE(st71.history_sequence);
  EXPECT_EQ(st71.standard_events, 4);
  EXPECT_EQ(st71.manufacturer_events, 0);
  EXPECT_EQ(st71.history_entries, 2);
  EXPECT_EQ(st71.event_entries, 2);
  Bytes later = kSt71;
  later.insert(later.end(), 3, 0);
  EXPECT_FALSE(decode_st71(later, kConfiguration));
  GeneralConfiguration newer = kConfiguration;
  newer.standard_version = 2;
  EXPECT_TRUE(decode_st71(later, newer));
}

TEST(C1219Logs, ReadsTheEventLog) {
  const auto log = decode_st76(kSt76, kConfiguration.formats, actual());
  ASSERT_TRUE(log) << log.error();
  EXPECT_EQ(log->status.last_sequence, 2U);
  EXPECT_EQ(log->status.unread, 2);
  ASSERT_EQ(log->entries.size(), 2U);
  EXPECT_EQ(log->entries[0].time, local_days{2024y / June / 15} + 8h);
  EXPECT_EQ(log->entries[0].sequence, 1);
  EXPECT_EQ(log->entries[0].user, 0);
  EXPECT_EQ(event_text(log->entries[0].code), "power up (2)");
  EXPECT_EQ(log->entries[1].time, local_days{2024y / June / 15} + 9h + 30min + 5s);
  EXPECT_EQ(log->entries[1].user, 1);
  EXPECT_EQ(event_text(log->entries[1].code), "demand reset (20)");
}

TEST(C1219Logs, ReadsTheHistoryByItsFlags) {
  const auto same = decode_st74(kSt76, kConfiguration.formats, actual());
  ASSERT_TRUE(same) << same.error();
  EXPECT_EQ(same->entries.at(1).code, 20);
  // Neither time nor sequence, but event numbers and an argument of one byte; big-endian.
  const ActualLogs other{.event_number = true, .history_argument = 1, .history_entries = 1};
  const auto log = decode_st74(from_hex("00 00 01 00 00 00 00 00 05 00 00 00 07 00 03 08 05 AA"),
                               {.big_endian = true, .time = 2}, other);
  ASSERT_TRUE(log) << log.error();
  const LogEntry& entry = log->entries.at(0);
  EXPECT_FALSE(entry.time);
  EXPECT_FALSE(entry.sequence);
  EXPECT_EQ(entry.number, 7);
  EXPECT_EQ(entry.user, 3);
  EXPECT_EQ(entry.code, 2048 + 5);
  EXPECT_EQ(entry.argument, Bytes{0xAA});
}

TEST(C1219Logs, PutsEntriesInTheOrderOfTime) {
  Bytes turned = kSt76;
  turned[3] = 0;  // the newest is the first
  const auto log = decode_st76(turned, kConfiguration.formats, actual());
  ASSERT_TRUE(log) << log.error();
  EXPECT_EQ(log->entries.at(0).sequence, 2);
  EXPECT_EQ(log->entries.at(1).sequence, 1);
}

TEST(C1219Logs, RefusesLogsThatCannotBe) {
  for (std::size_t size = 0; size < kSt76.size(); ++size) {
    const auto cut = decode_st76(ByteView{kSt76}.first(size), kConfiguration.formats, actual());
    ASSERT_FALSE(cut) << size;
    EXPECT_TRUE(cut.error().starts_with("ST-76: ")) << cut.error();
  }
  Bytes more = kSt76;
  more[1] = 3;
  EXPECT_FALSE(decode_st76(more, kConfiguration.formats, actual())) << "three of two";
  Bytes beyond = kSt76;
  beyond[3] = 2;
  EXPECT_FALSE(decode_st76(beyond, kConfiguration.formats, actual())) << "there is no place 2";
}

TEST(C1219Logs, ReadsWhatIsKnownAndWhatIsNoted) {
  const auto known = decode_st72(from_hex("06 00 10 00"), {}, actual());
  ASSERT_TRUE(known) << known.error();
  EXPECT_EQ(known->standard, from_hex("06 00 10 00"));
  EXPECT_TRUE(known->manufacturer.empty());
  const GeneralConfiguration with{.formats = {},
                                  .standard_tables = Bytes(2),
                                  .manufacturer_tables = Bytes(1),
                                  .standard_procedures = Bytes(1),
                                  .manufacturer_procedures = Bytes(1)};
  const Bytes sets = from_hex("01 02 03 04 05 06 07 08 09");
  for (const auto decode : {decode_st73, decode_st75}) {
    const auto noted = decode(sets, with, actual());
    ASSERT_TRUE(noted) << noted.error();
    EXPECT_EQ(noted->events.standard, from_hex("01 02 03 04"));
    EXPECT_EQ(noted->standard_tables, from_hex("05 06"));
    EXPECT_EQ(noted->manufacturer_tables, from_hex("07"));
    EXPECT_EQ(noted->standard_procedures, from_hex("08"));
    EXPECT_EQ(noted->manufacturer_procedures, from_hex("09"));
    EXPECT_FALSE(decode(ByteView{sets}.first(8), with, actual()));
  }
}

// optical-port.md 6.13; 37 to 46 are the flags 1 to 10 of ST-03.
TEST(C1219Logs, NamesEvents) {
  for (const auto& [code, text] : {std::pair{1, "power down (1)"},
                                   {4, "clock set, time after (4)"},
                                   {9, "procedure run (9)"},
                                   {21, "self read (21)"},
                                   {27, "tier change (27)"},
                                   {32, "test mode on (32)"},
                                   {33, "test mode off (33)"},
                                   {37, "configuration error (37)"},
                                   {46, "demand overload (46)"},
                                   {47, "tamper (47)"},
                                   {48, "reverse rotation (48)"},
                                   {56, "sealed (56)"},
                                   {57, "unsealed (57)"},
                                   {58, "an event that no document tells (58)"},
                                   {50, "an event that no document tells (50)"},
                                   {2051, "manufacturer's event 3 (2051)"}})
    EXPECT_EQ(event_text(static_cast<std::uint16_t>(code)), text);
}

}  // namespace
}  // namespace meterbench::c1219
