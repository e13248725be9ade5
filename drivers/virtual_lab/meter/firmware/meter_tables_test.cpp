// The tables of the meter, through its optical port: by hand as optical-port.md 6 has them.
#include "drivers/virtual_lab/meter/firmware/meter_tables.h"

#include <gtest/gtest.h>

#include <string>

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/energy_registers.h"
#include "tests/support/optical_client.h"

namespace meterbench::firmware {
namespace {

using golden::from_hex;
using testing::Octets;
using testing::OpticalClient;
using testing::Records;
using testing::operator+;

constexpr std::uint16_t kMaker = 2048;

/// `06 EE 00`, for people.
std::string hex(const Octets& bytes) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text;
  for (const auto byte : bytes) (((text += kDigits[byte >> 4U]) += kDigits[byte & 0xFU]) += ' ');
  return text;
}

struct TableCase {
  std::uint16_t number;
  const char* content;
};

// Three sums, two demands and six present values over 11 sources, four tiers; an unprogrammed meter, as the
// examples of the facts: little-endian, binary time, double and INT32.
TEST(MeterTables, TellOfTheMeterAsTheFactsHaveThem) {
  const TableCase tables[] = {
      {0,
       "02 0A 80 4D 54 42 4E 02 00 16 0C 01 00 0A 02 03 01 01 02 FF FD F1 1F 00 3F 9C 00 C0 1F 0E 20 FB 56 "
       "0C 07 E0 20 00 00 00 04 00 00 00 00 04 00"},
      {1, "4D 54 42 4E 56 49 52 54 55 41 4C 20 01 00 05 22 56 49 52 54 55 41 4C 2D 41 20 20 20 20 20 20 20"},
      {2,
       "37 2E 32 20 20 20 31 20 20 20 20 20 01 32 53 20 20 20 0C 00 00 32 30 30 20 20 20 33 30 20 20 20 20"},
      {3, "01 00 00 00 00"},
      {5, "4D 45 54 45 52 42 45 4E 43 48 20 53 4F 43 4B 45 54 20 41 20"},
      {10, "0F 0B 02 00 00 03 02 0B"},
      {11, "06 0B 02 00 00 03 02 0B"},
      {12,
       "00 50 02 00 00 90 01 00 00 D0 07 00 00 44 02 00 00 84 01 00 08 02 28 00 0C 02 28 00 0C 02 30 00 "
       "00 C2 07 00 21 02 00 00 18 02 00 00"},
      {13, "00 0F 00 0F 00"},
      // 0.001 kWh a pulse
      {15,
       "FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00 FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00 "
       "FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00"},
      {16, "29 29 29 13 13 11 11 11 11 11 11"},
      {20, "16 02 04 03 02 00 01 04 02 06"},
      {21, "16 02 04 03 02 00 01 04 02 06"},
      {22, "00 01 02 03 04 03"},
      {27, "03 04 05 06 07 08 09 0A"},
      {40, "04 14 00 00 18 00"},
      {41, "00 14 00 00 00 00"},
      {43, "00 00 00 00 00 10 00 00"},
      {51, "00 00 01 00 00 00 00 00 00"},
      {52, "00 01 01 00 00 00 26"},  // Saturday 2000-01-01, zone applied
      {55, "00 01 01 00 00 00 26 00 00"},
      {kMaker + 1, "00 CA 9A 3B 00 00 00 00"},  // 10^9 nWh a pulse
      {kMaker + 3, "00 00"},
  };
  OpticalClient port;
  port.open();
  for (const auto& [number, content] : tables)
    EXPECT_EQ(hex(port.read(number)), hex(from_hex(content))) << number;
}

TEST(MeterTables, AreExactlyThoseThatTheConfigurationTells) {
  OpticalClient port;
  port.open();
  const Octets configuration = port.read(0);
  const auto in_set = [&](std::size_t begin, unsigned number) {
    return (configuration.at(begin + number / 8) >> (number % 8) & 1U) != 0;
  };
  constexpr std::size_t kStandard = 19, kStandardBytes = 10, kMakers = kStandard + kStandardBytes,
                        kMakerBytes = 2;
  const auto answers = [&](unsigned number) {
    return port.request(testing::full_read(static_cast<std::uint16_t>(number))).size() > 1;
  };
  for (unsigned number = 0; number < 256; ++number) {
    if (number != 7 && number != 8) {  // written only; nothing to tell yet
      EXPECT_EQ(answers(number), number < 8 * kStandardBytes && in_set(kStandard, number)) << number;
    }
    EXPECT_EQ(answers(kMaker + number), number < 8 * kMakerBytes && in_set(kMakers, number)) << number;
  }
}

// What optical-port.md 6.9 makes of 1234, 56 and so 1178 pulses, and a maximum of 5321 W at 2024-06-14 17:30
// after others that come to 24349.
TEST(MeterTables, TellTheRegistersAsTheFactsHaveThem) {
  OpticalClient port;
  port.data.registers = empty_registers();
  port.data.registers.demand_resets = 3;
  port.data.registers.total.pulses[kDelivered] = 1234;
  port.data.registers.total.pulses[kReceived] = 56;
  port.data.registers.total.peak[kDelivered] = {5321, local_time({2024, 6, 14, 17, 30, 0}), 24349};
  port.open();
  const Octets registers = port.read(23);
  const Octets total = from_hex(
      "03 00 00 00 00 00 48 93 40 00 00 00 00 00 00 4C 40 00 00 00 00 00 68 92 40 "
      "18 06 0E 11 1E 00 00 00 00 40 C7 D7 40 C9 14 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "00");
  ASSERT_EQ(registers.size(), 1 + 5 * (total.size() - 1)) << "in all, and four tiers";
  EXPECT_EQ(hex({registers.begin(), registers.begin() + static_cast<std::ptrdiff_t>(total.size())}),
            hex(total));
}

TEST(MeterTables, OfTheRegistersAreAsLongAsTheirDimensionsInAllFormats) {
  const std::size_t of_number[] = {8, 4, 12, 6, 4, 6, 4, 3, 4, 5, 6, 8, 8};
  for (const std::uint8_t ni_1 : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    for (const std::uint8_t ni_2 : {1, 8, 11})
      for (std::uint8_t time = 1; time <= 4; ++time) {
        ConfigurationRecord configuration = unprogrammed();
        configuration.ni_1 = ni_1;
        configuration.ni_2 = ni_2;
        configuration.time_format = time;
        Records records;
        records.configuration = testing::sound(configuration);
        OpticalClient port{records};
        port.open();
        const std::size_t short_time = time <= 2 ? 5 : 4;
        const std::size_t block = 3 * of_number[ni_1] + 2 * (short_time + of_number[ni_1] + of_number[ni_2]);
        EXPECT_EQ(port.read(23).size(), 1 + 5 * block);
        EXPECT_EQ(port.read(25).size(), short_time + 1 + 5 * block);
        EXPECT_EQ(port.read(26).size(), 6 + 4 * (2 + short_time + 1 + 5 * block));
        EXPECT_EQ(port.read(28).size(), 2 * of_number[ni_2] + 6 * of_number[ni_1]);
      }
}

TEST(MeterTables, ThatAreProgrammedChangeTheMeterAtOnce) {
  OpticalClient port;
  port.open();
  EXPECT_EQ(port.write(13, from_hex("05 05 00 05 00")), Octets{0});
  EXPECT_EQ(hex(port.read(13)), hex(from_hex("05 05 00 05 00")));
  Octets configuration = port.read(kMaker + 2);
  configuration[0] = 1;  // big-endian
  configuration[1] = 4;  // time in seconds since 1970
  EXPECT_EQ(port.write(kMaker + 2, configuration), Octets{0});
  EXPECT_EQ(hex(port.read(13)), hex(from_hex("05 00 05 00 05")));
  EXPECT_EQ(hex(port.read(52)), hex(from_hex("38 6D 43 80 26"))) << "946,684,800 s";
}

/// Runs a procedure without parameters; its result.
unsigned result_of(OpticalClient& port, std::uint8_t procedure) {
  EXPECT_EQ(port.write(7, Octets{procedure, 0, 9}), Octets{0});
  return port.read(8).at(3);
}

TEST(MeterTables, ThatArePendingHoldOnceTheyAreActivated) {
  OpticalClient port;
  port.open();
  constexpr std::uint16_t kPendingDemand = 4096 + 13, kPendingConfiguration = 4096 + kMaker + 2;
  // Which may be: 13 and MT-02; never activated; none is.
  const std::string able = "00 20 00 00 00 00 00 00 00 00 04 00 ";
  EXPECT_EQ(hex(port.read(4)), able + hex(Octets(5 + 1 + 2 * 8)));
  EXPECT_EQ(port.read(kPendingDemand), Octets{7}) << "nothing yet";
  EXPECT_EQ(port.write(kPendingDemand, from_hex("05 05 00 05 00")), Octets{0});
  EXPECT_EQ(hex(port.read(kPendingDemand)), hex(from_hex("05 05 00 05 00")));
  EXPECT_EQ(hex(port.read(13)), hex(from_hex("00 0F 00 0F 00"))) << "it holds still";
  EXPECT_EQ(hex(port.read(4)), able + hex(Octets(5)) + "01 00 00 00 00 00 00 0D 10 " + hex(Octets(8)));
  EXPECT_EQ(port.board->eeprom_writes.written, 0U);
  port.data.now = local_time({2024, 6, 15, 13, 45, 30});
  EXPECT_EQ(result_of(port, 12), 0U);
  EXPECT_EQ(hex(port.read(13)), hex(from_hex("05 05 00 05 00")));
  EXPECT_EQ(hex(port.read(4)), able + "18 06 0F 0D 2D " + hex(Octets(1 + 2 * 8)));

  Octets configuration = port.read(kMaker + 2);
  configuration[0] = 1;
  EXPECT_EQ(port.write(kPendingConfiguration, configuration), Octets{0});
  EXPECT_EQ(result_of(port, 14), 0U);
  EXPECT_EQ(port.read(kPendingConfiguration), Octets{7}) << "forgotten";
  EXPECT_EQ(port.write(kPendingConfiguration, configuration), Octets{0});
  port.data.sealed = true;
  EXPECT_EQ(result_of(port, 12), 5U) << "sealed";
  EXPECT_EQ(port.write(kPendingDemand, from_hex("00 0F 00 0F 00")), Octets{3}) << "sealed";
  port.data.sealed = false;
  EXPECT_EQ(result_of(port, 12), 0U);
  EXPECT_EQ(hex(port.read(13)), hex(from_hex("05 00 05 00 05"))) << "big-endian now";
}

TEST(MeterTables, ThatArePendingTakeTheRightsOfThoseThatTheyBecome) {
  Records records;
  records.security = testing::secured({{13, 0, 0x04}});
  OpticalClient port{records};
  port.open(2, "SHOP");
  EXPECT_EQ(port.write(4096 + 13, from_hex("05 05 00 05 00")), Octets{3});
  port.open(2, "MASTER");
  EXPECT_EQ(port.write(4096 + 13, from_hex("05 05 00 05 00")), Octets{0});
  EXPECT_EQ(port.write(4096 + 5, Octets(20)), Octets{4}) << "a table that cannot be pending";
}

TEST(MeterTables, TakeNoProgrammingThatMeansNothing) {
  OpticalClient port;
  port.open();
  const Octets before = port.read(kMaker + 2);
  for (const auto& [place, value] : {std::pair{1, 0}, {1, 5}, {2, 13}, {4, 3}, {5, 0xFF}, {6, 0}, {7, 16}}) {
    Octets configuration = before;
    configuration.at(static_cast<std::size_t>(place)) = static_cast<std::uint8_t>(value);
    EXPECT_EQ(port.write(kMaker + 2, configuration), Octets{5}) << place << " as " << value;
  }
  EXPECT_EQ(port.write(13, from_hex("00 0F 00 05 00")), Octets{5}) << "one interval for all demands";
  EXPECT_EQ(port.write(13, from_hex("00 0F 01 0F 01")), Octets{5}) << "271 minutes";
  EXPECT_EQ(hex(port.read(kMaker + 2)), hex(before));
}

}  // namespace
}  // namespace meterbench::firmware
