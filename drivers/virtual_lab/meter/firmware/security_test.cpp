#include "drivers/virtual_lab/meter/firmware/security.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/optical_client.h"

namespace meterbench::firmware {
namespace {

using namespace meterbench::testing;
using Texts = std::vector<std::string>;

const Octets kOk{0x00}, kError{0x01}, kIsc{0x03}, kBusy{0x06};
constexpr std::uint16_t kSt03 = 3, kSt05 = 5, kSt06 = 6;
constexpr std::uint8_t kReader = 0x01, kShop = 0x02, kMaster = 0x04;  // what only they have

/// Says each password of the list in turn to a session of user 5.
std::vector<Octets> answers(OpticalClient& client, const std::vector<std::string>& passwords) {
  client.open(5);
  std::vector<Octets> all;
  for (const std::string& password : passwords) all.push_back(client.request(security(password)));
  return all;
}

struct PasswordCase {
  const char* why;
  std::string password;  // bytes, filled with NUL
  bool right;
};

TEST(Security, TakesAPasswordWithEitherFiller) {
  const PasswordCase cases[] = {
      {"filled with NUL", "SHOP", true},
      {"filled with spaces", "SHOP                ", true},
      {"with both", std::string{"SHOP  \0 \0", 9}, true},
      {"of other letters", "SHOT", false},
      {"in lower case", "shop", false},
      {"longer", "SHOPS", false},
      {"shorter", "SHO", false},
      {"with a filler before it", " SHOP", false},
      {"with a NUL inside", std::string{"SH\0OP", 5}, false},
      {"blank", "", false},
      {"of spaces", "                    ", false},
  };
  for (const auto& [why, password, right] : cases) {
    OpticalClient client{{.security = secured({})}};
    EXPECT_EQ(answers(client, {password}).front(), right ? kOk : kError) << why;
  }
}

TEST(Security, LooksAtAllTwentyBytes) {
  SecurityRecord record = secured({});
  std::ranges::copy(std::string_view{"ABCDEFGHIJKLMNOPQRST"}, record.password[0].password);
  record.checksum = checksum_of(record);
  for (const auto& [password, answer] :
       {std::pair{"ABCDEFGHIJKLMNOPQRST", kOk}, std::pair{"ABCDEFGHIJKLMNOPQRSU", kError},
        std::pair{"ABCDEFGHIJKLMNOPQRS", kError}}) {
    OpticalClient client{{.security = record}};
    EXPECT_EQ(answers(client, {password}).front(), answer) << password;
  }
}

TEST(Security, ABlankEntryOpensNothing) {
  SecurityRecord record = secured({});
  record.password[0] = {};
  record.password[0].groups = 0xFF;
  record.checksum = checksum_of(record);
  OpticalClient client{{.security = record}};
  EXPECT_EQ(answers(client, {"", "READER"}), (std::vector{kError, kError}));
}

TEST(Security, LogsAWrongPasswordWithItsUser) {
  OpticalClient client{{.security = secured({})}};
  client.open(0x1234);
  client.request(security("SHOP"));
  EXPECT_TRUE(client.functions.events.empty());
  client.request(security("WRONG"));
  EXPECT_EQ(client.functions.events, Texts{"2048 by 4660 of 0"});
}

TEST(Security, LooksAtNoPasswordForAMinuteAfterThreeWrongOnes) {
  OpticalClient client{{.security = secured({})}};
  EXPECT_EQ(answers(client, {"A", "B", "C", "MASTER"}), (std::vector{kError, kError, kError, kBusy}));
  client.pass(59.8);  // beside the requests, which take 20 ms each
  EXPECT_EQ(answers(client, {"MASTER"}).front(), kBusy) << "in a session of its own";
  client.pass(0.3);
  EXPECT_EQ(answers(client, {"MASTER"}).front(), kOk);
  EXPECT_EQ(client.functions.events.size(), 3U) << "what is not looked at is not wrong";
}

TEST(Security, CountsWrongPasswordsAcrossSessions) {
  OpticalClient client{{.security = secured({})}};
  for (int n = 0; n < 3; ++n) EXPECT_EQ(answers(client, {"WRONG"}).front(), kError) << n;
  EXPECT_EQ(answers(client, {"MASTER"}).front(), kBusy);
  client.request({0x21});
  client.pass(30);  // of silence: base state
  EXPECT_EQ(answers(client, {"MASTER"}).front(), kBusy);
}

TEST(Security, CountsAnewAfterARightPasswordAndAfterTheMinute) {
  OpticalClient client{{.security = secured({})}};
  EXPECT_EQ(answers(client, {"A", "B", "READER", "A", "B", "READER"}),
            (std::vector{kError, kError, kOk, kError, kError, kOk}));
  answers(client, {"A", "B", "C"});
  client.pass(60.1);
  EXPECT_EQ(answers(client, {"A", "B", "MASTER"}), (std::vector{kError, kError, kOk}));
}

struct RightsCase {
  std::uint8_t needed;          // by the entry or the default
  std::array<bool, 4> allowed;  // without a password, READER, SHOP, MASTER
};
// Allowed if the byte is 0 or shares a bit with the session's group byte: 0, 01h, 03h, 07h.
const RightsCase kRights[] = {
    {0x00, {true, true, true, true}},   {0x01, {false, true, true, true}},
    {0x02, {false, false, true, true}}, {0x04, {false, false, false, true}},
    {0x06, {false, false, true, true}}, {0x08, {false, false, false, false}},
    {0xFF, {false, true, true, true}},
};
constexpr const char* kPasswordsByRank[] = {"", "READER", "SHOP", "MASTER"};

template <class Try>
void expect_rights(const RightsCase& rights, const SecurityRecord& record, Try allows) {
  for (std::size_t rank = 0; rank < 4; ++rank) {
    OpticalClient client{{.security = record}};
    client.open();
    if (rank > 0) {
      EXPECT_EQ(client.request(security(kPasswordsByRank[rank])), kOk);
    }
    EXPECT_EQ(allows(client), rights.allowed[rank]) << int{rights.needed} << " " << kPasswordsByRank[rank];
  }
}

/// Refused, it is `isc`.
bool reads(OpticalClient& client, std::uint16_t table) {
  const Octets said = client.read(table);
  EXPECT_TRUE(said.size() > 1 || said == kIsc);
  return said != kIsc;
}
bool writes(OpticalClient& client, std::uint16_t table, const Octets& content) {
  const Octets said = client.write(table, content);
  EXPECT_TRUE(said == kOk || said == kIsc);
  return said == kOk;
}
/// Refused, the write is answered `ok` and ST-08 has result 5.
bool runs(OpticalClient& client, std::uint16_t procedure, const Octets& parameters) {
  const Octets request{static_cast<std::uint8_t>(procedure), static_cast<std::uint8_t>(procedure >> 8U), 1};
  EXPECT_EQ(client.write(7, request + parameters), kOk);
  const Octets said = client.read(8);
  const std::uint8_t result = said.size() < 4 ? std::uint8_t{0xFF} : said[3];
  EXPECT_TRUE(result == 0 || result == 5) << int{result};
  return result == 0;
}

TEST(Security, GroupsSayWhoMayRead) {
  for (const RightsCase& rights : kRights) {
    expect_rights(rights, secured({{kSt03, rights.needed, 0}}),
                  [](OpticalClient& client) { return reads(client, kSt03); });
    expect_rights(rights, secured({}, rights.needed),
                  [](OpticalClient& client) { return reads(client, kSt03); });
  }
}

TEST(Security, GroupsSayWhoMayWrite) {
  const auto write = [](OpticalClient& client) { return writes(client, kSt05, text("X", 20, ' ')); };
  for (const RightsCase& rights : kRights) {
    expect_rights(rights, secured({{kSt05, 0, rights.needed}}), write);
    expect_rights(rights, secured({}, 0, rights.needed), write);
  }
}

TEST(Security, GroupsSayWhoMayRunAProcedure) {
  for (const RightsCase& rights : kRights) {
    expect_rights(rights, secured({{1 | kIdcProcedure, 0, rights.needed}}),
                  [](OpticalClient& client) { return runs(client, 1, {}); });
    // MP-01, test mode.
    expect_rights(rights, secured({{1 | 2048 | kIdcProcedure, 0, rights.needed}}),
                  [](OpticalClient& client) { return runs(client, 2049, {1}); });
    // By the default; ST-07 itself is free.
    expect_rights(rights, secured({{7, 0, 0}}, 0, rights.needed),
                  [](OpticalClient& client) { return runs(client, 1, {}); });
  }
}

TEST(Security, AnEntryIsForItsOwnTableAndDirection) {
  OpticalClient client{{.security = secured({{kSt05, 0, kMaster}, {5 | kIdcProcedure, 0, kMaster}})}};
  client.open();
  EXPECT_TRUE(reads(client, kSt05));
  EXPECT_FALSE(writes(client, kSt05, text("X", 20, ' ')));
  EXPECT_TRUE(writes(client, kSt06, Octets(230, ' ')));
  EXPECT_TRUE(runs(client, 7, {}));
  EXPECT_FALSE(runs(client, 5, {1, 0, 0}));
}

TEST(Security, WhoMayNotWriteSt07RunsNoProcedureAtAll) {
  OpticalClient client{{.security = secured({{7, 0, kShop}})}};
  client.open(2, "READER");
  EXPECT_EQ(client.write(7, {9, 0, 1, 1}), kIsc);
  EXPECT_TRUE(client.functions.calls.empty());
}

TEST(Security, PasswordsAndKeysAreForTheHighestGroupAlone) {
  // Whatever an entry says.
  const SecurityRecord record = secured({{42, 0, 0}, {45, 0, 0}});
  const RightsCase highest{kMaster, {false, false, false, true}};
  expect_rights(highest, record, [](OpticalClient& client) { return reads(client, 42); });
  expect_rights(highest, record, [](OpticalClient& client) { return client.request(full_read(45)) != kIsc; });
  expect_rights(highest, record, [](OpticalClient& client) { return writes(client, 42, Octets(63, 'A')); });
  expect_rights({kMaster, {false, false, false, false}}, secured({{42, 0x08, 0x08}}),
                [](OpticalClient& client) { return reads(client, 42); });
}

TEST(Security, GivesNoSliceOfAnImageThatWasTakenWithMoreRights) {
  const Octets slice{0x3F, 0, 42, 0, 0, 0, 0, 20};
  OpticalClient client{{.security = secured({})}};
  client.open(2, "MASTER");
  EXPECT_EQ(client.request(slice), table_data(text("READER", 20, '\0')));
  EXPECT_EQ(client.request(security("WRONG")), kError);
  EXPECT_EQ(client.request(slice), kIsc);
}

TEST(Security, LosesItsRightsWithAWrongPassword) {
  OpticalClient client{{.security = secured({{kSt03, kReader, 0}})}};
  client.open(2, "MASTER");
  EXPECT_TRUE(reads(client, kSt03));
  client.request(security("WRONG"));
  EXPECT_FALSE(reads(client, kSt03));
  EXPECT_EQ(client.request(security("READER")), kOk);
  EXPECT_TRUE(reads(client, kSt03));
}

TEST(Security, APasswordThatIsWrittenIsTheOneFromThenOn) {
  OpticalClient client{{.security = secured({})}};
  client.open(2, "MASTER");
  const Octets passwords = text("ONE", 20, '\0') + Octets{0x01} + text("TWO", 20, ' ') + Octets{0x03} +
                           text("THREE", 20, '\0') + Octets{0x07};
  EXPECT_EQ(client.write(42, passwords), kOk);
  EXPECT_EQ(client.read(42), passwords);
  EXPECT_EQ(answers(client, {"MASTER", "ONE", "TWO", "THREE"}), (std::vector{kError, kOk, kOk, kOk}));
}

TEST(Security, AMeterWithoutPasswordsTakesAnyAndLetsEverybodyDoEverything) {
  OpticalClient client;
  EXPECT_EQ(answers(client, {"A", "B", "C", "D"}), (std::vector{kOk, kOk, kOk, kOk}));
  EXPECT_TRUE(writes(client, kSt05, text("X", 20, ' ')));
  EXPECT_TRUE(runs(client, 0, {}));
  EXPECT_TRUE(client.functions.calls == Texts{"cold_start by 5"});
}

// The history (optical-port.md 6.13): 10 table written, 9 procedure run; with who did it.
TEST(Security, WhatIsWrittenAndRunIsNotedWithItsUser) {
  OpticalClient client{{.security = secured({})}};
  client.open(77);
  writes(client, kSt05, text("X", 20, ' '));
  runs(client, 9, {1});
  runs(client, 2049, {1});
  EXPECT_EQ(client.functions.events, (Texts{"10 by 77 of 5", "9 by 77 of 9", "9 by 77 of 2049"}));
}

// --- Sealed (optical-port.md 8) ---

TEST(Security, ASealedMeterRefusesProgrammingAndAColdStartToEverybody) {
  OpticalClient client{{.security = secured({})}};
  client.data.sealed = true;
  client.open(2, "MASTER");
  for (const auto& [table, content] :
       {std::pair{kSt05, text("X", 20, ' ')}, std::pair{kSt06, Octets(230, ' ')},
        std::pair{std::uint16_t{13}, client.read(13)}, std::pair{std::uint16_t{42}, client.read(42)},
        std::pair{std::uint16_t{2050}, client.read(2050)}})
    EXPECT_EQ(client.write(table, content), kIsc) << table;
  EXPECT_EQ(client.write(7, {0, 0, 1}), kIsc) << "cold start";
  EXPECT_EQ(client.read(8), Octets{0x07}) << "nothing to tell of it";
  EXPECT_TRUE(client.functions.calls.empty());
  EXPECT_TRUE(client.functions.events.empty());
  EXPECT_EQ(client.board->eeprom_writes.written, 0U);
  // What is no programming goes on.
  EXPECT_TRUE(runs(client, 9, {1}));
  EXPECT_EQ(client.functions.calls, Texts{"demand_reset by 2"});
}

TEST(Security, AnUnsealedMeterIsProgrammedByWhoMay) {
  OpticalClient client{{.security = secured({}, 0, kMaster)}};
  client.open(2, "MASTER");
  for (const auto& [table, content] :
       {std::pair{kSt05, text("X", 20, ' ')}, std::pair{kSt06, Octets(230, ' ')},
        std::pair{std::uint16_t{13}, client.read(13)}, std::pair{std::uint16_t{42}, client.read(42)},
        std::pair{std::uint16_t{2050}, client.read(2050)}}) {
    client.eeprom();  // takes the writes
    EXPECT_EQ(client.write(table, content), kOk) << table;
    EXPECT_EQ(client.read(table), content) << table;
  }
  EXPECT_TRUE(runs(client, 0, {}));
  EXPECT_EQ(client.functions.calls, Texts{"cold_start by 2"});
}

}  // namespace
}  // namespace meterbench::firmware
