#include "drivers/protocol/c1219/security_tables.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;

// optical-port.md 6.10
const ActualSecurity kActual = decode_st41(from_hex("03 14 00 00 01 00"), {}).value();

TEST(C1219Security, ReadsTheActualDimensions) {
  EXPECT_EQ(kActual.passwords, 3);
  EXPECT_EQ(kActual.password_length, 20);
  EXPECT_EQ(kActual.keys, 0);
  EXPECT_EQ(kActual.key_length, 0);
  EXPECT_EQ(kActual.permissions, 1);
  EXPECT_EQ(decode_st41(from_hex("03 14 00 00 00 01"), {.big_endian = true})->permissions, 1);
  EXPECT_FALSE(decode_st41(from_hex("03 14 00 00 01"), {}));
}

TEST(C1219Security, ReadsTheGroupsOfThePasswords) {
  Bytes st42;
  for (const auto& [password, groups] : {std::pair{"READER", 1}, {"SHOP", 3}, {"MASTER", 7}}) {
    Bytes entry = to_bytes(password);
    entry.resize(20);
    entry.push_back(static_cast<std::uint8_t>(groups));
    st42.insert(st42.end(), entry.begin(), entry.end());
  }
  const auto groups = decode_st42(st42, {}, kActual);
  ASSERT_TRUE(groups) << groups.error();
  EXPECT_EQ(*groups, (std::vector<std::uint8_t>{1, 3, 7}));
  st42.pop_back();
  const auto cut = decode_st42(st42, {}, kActual);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().find("MASTER"), std::string::npos) << "a message tells no password";
}

TEST(C1219Security, ReadsWhoMayDoWhat) {
  const auto entries = decode_st44(from_hex("00 10 00 04"), {}, kActual);
  ASSERT_TRUE(entries) << entries.error();
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_TRUE(entries->at(0).procedure);
  EXPECT_EQ(entries->at(0).number, 0);
  EXPECT_EQ(entries->at(0).read, 0);
  EXPECT_EQ(entries->at(0).write, 4);
  const auto table = decode_st44(from_hex("08 0D 02 04"), {.big_endian = true}, kActual);
  ASSERT_TRUE(table) << table.error();
  EXPECT_FALSE(table->at(0).procedure);
  EXPECT_EQ(table->at(0).number, 2061);
  EXPECT_FALSE(decode_st44(from_hex("00 10 00"), {}, kActual));
  EXPECT_FALSE(decode_st44(from_hex("00 10 00 04 00"), {}, kActual));
}

TEST(C1219Security, ReadsWhatHoldsWithoutAnEntry) {
  const auto defaults = decode_st43(from_hex("00 00 00 02 00 10 00 04"), {});
  ASSERT_TRUE(defaults) << defaults.error();
  ASSERT_EQ(defaults->size(), 2U);
  EXPECT_EQ(defaults->at(0).write, 2);
  EXPECT_TRUE(defaults->at(1).procedure);
  EXPECT_FALSE(decode_st43(from_hex("00 00 00"), {}));
}

TEST(C1219Security, CountsKeysAndKeepsNone) {
  const ActualSecurity actual{.keys = 2, .key_length = 3};
  EXPECT_EQ(decode_st45(from_hex("01 02 03 04 05 06"), {}, actual), 2U);
  EXPECT_FALSE(decode_st45(from_hex("01 02 03 04 05"), {}, actual));
}

}  // namespace
}  // namespace meterbench::c1219
