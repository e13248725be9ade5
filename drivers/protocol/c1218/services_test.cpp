#include "drivers/protocol/c1218/services.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/optical_packets.h"

namespace meterbench::c1218 {
namespace {

using golden::from_hex;

// Packets of requests without table data stand in framing_test.cpp.

/// The data of a packet.
Bytes data_of(golden::packets::Hex packet) {
  const Bytes bytes = from_hex(packet);
  return {bytes.begin() + 6, bytes.end() - 2};
}

TEST(C1218Services, WritesTablesWithCountAndChecksum) {
  using namespace golden::packets;
  EXPECT_EQ(full_write(5, to_bytes("UNIT-0002           ")), data_of(kWriteSt05));
  EXPECT_EQ(offset_write(5, 8, to_bytes("3")), data_of(kOffsetWriteSt05));
  EXPECT_EQ(full_write(7, from_hex("00 00 11")), data_of(kColdStart));
  EXPECT_EQ(full_write(2061, {}), from_hex("40 08 0D 00 00 00"));
  EXPECT_EQ(offset_write(5, 0x012345, from_hex("FF")), from_hex("4F 00 05 01 23 45 00 01 FF 01"));
}

TEST(C1218Services, WritesNoMoreThanACountCanTell) {
  EXPECT_EQ(full_write(5, Bytes(65'535)).size(), 65'541U);
  EXPECT_THROW(static_cast<void>(full_write(5, Bytes(65'536))), std::logic_error);
}

TEST(C1218Services, ReadsTableDataAndProvesItsChecksum) {
  // optical-port.md 3.2
  EXPECT_EQ(parse_table_data(from_hex("00 03 54 08 00 A4")), from_hex("54 08 00"));
  EXPECT_EQ(parse_table_data(from_hex("00 05 01 00 00 00 00 FF")), from_hex("01 00 00 00 00"));
  EXPECT_EQ(parse_table_data(from_hex("00 00 00")), Bytes{});
}

TEST(C1218Services, RefusesTableDataThatDoesNotAddUp) {
  for (const char* wrong : {"", "00", "00 00", "00 03 54 08 00 A3", "00 03 54 08 A4", "00 02 54 08 00 A4",
                            "FF FF 54 08 00 A4", "00 03 54 08 00 A4 00"})
    EXPECT_FALSE(parse_table_data(from_hex(wrong))) << wrong;
}

TEST(C1218Services, DoesNotTakeTheOnesComplementForAChecksum) {
  EXPECT_FALSE(parse_table_data(from_hex("00 03 54 08 00 A3")));
}

TEST(C1218Services, ReadsIdentityAndSkipsFeatures) {
  const auto identity = parse_identity(from_hex("00 02 00 01 00"));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->standard, 0);
  EXPECT_EQ(identity->version, 2);
  EXPECT_FALSE(parse_identity(from_hex("00 02")));
}

TEST(C1218Services, ReadsAnAgreement) {
  const auto agreement = parse_agreement(from_hex("02 00 FF 06"));
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->packet_size, 512);
  EXPECT_EQ(agreement->packets, 255);
  EXPECT_EQ(agreement->baud, kBaud9600);
  EXPECT_FALSE(parse_agreement(from_hex("02 00 FF")));
  EXPECT_FALSE(parse_agreement(from_hex("02 00 FF 06 00")));
}

TEST(C1218Services, NamesEveryResponseCode) {
  const std::pair<int, const char*> codes[] = {
      {0, "ok"},    {1, "err"},   {2, "sns"},   {3, "isc"},   {4, "onp"},   {5, "iar"},  {6, "bsy"},
      {7, "dnr"},   {8, "dlk"},   {9, "rno"},   {10, "isss"}, {11, "sme"},  {12, "uat"}, {13, "nett"},
      {14, "netr"}, {15, "rqtl"}, {16, "rstl"}, {17, "sgnp"}, {18, "sgerr"}};
  for (const auto& [code, name] : codes)
    EXPECT_TRUE(code_text(static_cast<std::uint8_t>(code)).starts_with(std::string{name} + ": ")) << code;
  EXPECT_EQ(code_text(0x03), "isc: insufficient security clearance (03)");
  EXPECT_EQ(code_text(0x80), "a code that no document tells (80)");
}

TEST(C1218Services, RefusesWhatHasNoRoom) {
  EXPECT_THROW(static_cast<void>(log_on(1, "01234567890")), std::logic_error);
  EXPECT_THROW(static_cast<void>(security("012345678901234567890", ' ')), std::logic_error);
  EXPECT_THROW(static_cast<void>(negotiate(64, 1, Bytes(12))), std::logic_error);
}

TEST(C1218Services, NamesTables) {
  EXPECT_EQ(table_name(1), "ST-01");
  EXPECT_EQ(table_name(2048 + 13), "MT-13");
  EXPECT_EQ(table_name(4096 + 2048 + 7), "MT-07 pending");
}

}  // namespace
}  // namespace meterbench::c1218
