// Who may do what with a meter as it leaves the factory, by the answers of its optical port.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/factory.h"
#include "tests/support/optical_client.h"

namespace meterbench::virtual_lab {
namespace {

using namespace meterbench::testing;
using golden::from_hex;

const Octets kOk{0x00}, kIsc{0x03};
constexpr std::uint16_t kMaker = 2048;

/// Without a password where it is empty.
OpticalClient session(const std::string& password) {
  OpticalClient client{{.security = factory_security()}};
  client.data.now = 0;
  client.open();
  if (!password.empty()) {
    EXPECT_EQ(client.request(security(password)), kOk);
  }
  return client;
}

struct Rank {
  const char* password;
  int rank;
};
const Rank kRanks[] = {{"", 0}, {"READER", 1}, {"SHOP", 2}, {"MASTER", 3}};

TEST(FactorySecurity, HasThePasswordsOfTheFacts) {
  const Octets passwords = text("READER", 20, '\0') + Octets{1} + text("SHOP", 20, '\0') + Octets{3} +
                           text("MASTER", 20, '\0') + Octets{7};  // optical-port.md 6.10
  EXPECT_EQ(session("MASTER").read(42), passwords);
  for (const char* password : {"", "READER", "SHOP"}) EXPECT_EQ(session(password).read(42), kIsc) << password;
}

TEST(FactorySecurity, LetsEverybodyReadAllElse) {
  OpticalClient client = session("");
  for (const std::uint16_t table : {0, 1, 3, 5, 21, 23, 28, 41, 43, 44, 52, 74, 76, 2049, 2050, 2061})
    EXPECT_GT(client.read(table).size(), 1U) << table;
}

TEST(FactorySecurity, IsProgrammedWithTheHighestPasswordAlone) {
  for (const auto& [password, rank] : kRanks)
    for (const std::uint16_t table : {5, 6, 13, 42, 2050}) {
      const Octets content = session("MASTER").read(table);
      ASSERT_GT(content.size(), 1U);
      EXPECT_EQ(session(password).write(table, content), rank == 3 ? kOk : kIsc) << table << " " << password;
    }
}

struct ProcedureCase {
  std::uint16_t number;
  Octets parameters;
  int needed;  // rank
};

TEST(FactorySecurity, EachProcedureNeedsItsPassword) {
  const ProcedureCase cases[] = {
      {0, {}, 3},           {1, {}, 3},
      {3, {}, 3},           {4, {1}, 2},
      {5, {1, 0, 0}, 1},    {6, {2}, 2},
      {7, {}, 2},           {9, {1}, 2},
      {9, {2}, 2},          {kMaker, {1}, 0},
      {kMaker + 1, {1}, 2}, {kMaker + 2, {0}, 2},
      {19, {}, 0},          {10, from_hex("07 18 06 0F 0D 2D 1E 6E"), 2},
  };
  for (const auto& [password, rank] : kRanks)
    for (const auto& [number, parameters, needed] : cases) {
      OpticalClient client = session(password);
      const Octets head{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U), 1};
      EXPECT_EQ(client.write(7, head + parameters), kOk);
      const Octets said = client.read(8);
      ASSERT_GE(said.size(), 4U);
      EXPECT_EQ(said[3], rank >= needed ? 0 : 5) << number << " " << password;
      if (rank < needed) {
        EXPECT_TRUE(client.functions.calls.empty()) << number << " " << password;
      }
    }
}

TEST(FactorySecurity, ASessionMayLogInByAProcedure) {
  OpticalClient client = session("");
  EXPECT_EQ(client.write(7, Octets{18, 0, 1, 9, 0} + text("MASTER", 20, '\0')), kOk);
  EXPECT_EQ(client.write(5, text("X", 20, ' ')), kOk);
}

}  // namespace
}  // namespace meterbench::virtual_lab
