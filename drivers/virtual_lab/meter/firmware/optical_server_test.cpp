#include "drivers/virtual_lab/meter/firmware/optical_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"
#include "drivers/virtual_lab/meter/firmware/energy_registers.h"
#include "drivers/virtual_lab/meter/firmware/packet_check.h"
#include "drivers/virtual_lab/meter/firmware/security_record.h"
#include "tests/support/optical_packets.h"
#include "tests/support/recorded_functions.h"

namespace meterbench::firmware {
namespace {

using namespace golden::packets;
using golden::from_hex;
using Octets = std::vector<std::uint8_t>;

constexpr double kSilence = 6;  // s

Octets operator+(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A packet by the rules of optical-port.md 1 for what has no golden one.
Octets packet(const Octets& data, std::uint8_t control = 0, std::uint8_t sequence = 0) {
  Octets bytes{0xEE,
               0,
               control,
               sequence,
               static_cast<std::uint8_t>(data.size() >> 8U),
               static_cast<std::uint8_t>(data.size())};
  bytes = bytes + data;
  PacketCheck check;
  for (const auto byte : bytes) check.add(byte);
  bytes.push_back(static_cast<std::uint8_t>(check.value()));
  bytes.push_back(static_cast<std::uint8_t>(check.value() >> 8U));
  return bytes;
}

IdentityRecord identity() {
  IdentityRecord record{};
  record.magic = kIdentityMagic;
  record.layout = kIdentityLayout;
  record.kt_nanowatthours = 1'000'000'000;
  std::memcpy(record.serial_number, "VIRTUAL-A       ", 16);
  std::memcpy(record.device_id, "METERBENCH SOCKET A ", 20);
  const Octets plate = from_hex(
      "37 2E 32 20 20 20 31 20 20 20 20 20 01 32 53 20 20 20 0C 00 00 32 30 30 20 20 20 33 30 20 20 20 20");
  std::copy(plate.begin(), plate.end(), record.nameplate);
  record.checksum = checksum_of(record);
  return record;
}

/// The passwords of optical-port.md 6.10; what changes the meter takes the highest group.
SecurityRecord security() {
  SecurityRecord record{};
  record.magic = kSecurityMagic;
  record.passwords = 3;
  const auto set = [&](std::uint32_t n, const char* password, std::uint8_t groups) {
    std::strncpy(record.password[n].password, password, kPasswordLength);
    record.password[n].groups = groups;
  };
  set(0, "READER", 0x01);
  set(1, "SHOP", 0x03);
  set(2, "MASTER", 0x07);
  record.entries = 4;
  record.entry[0] = {kIdcProcedure, 0, 0x04};      // cold start
  record.entry[1] = {kIdcProcedure | 9, 0, 0x02};  // remote reset
  record.entry[2] = {5, 0, 0x04};                  // device id
  record.entry[3] = {25, 0x01, 0};                 // previous demand reset
  record.checksum = checksum_of(record);
  return record;
}

/// A server on a board, on a line without delay; without passwords, or with those of security().
struct Port {
  explicit Port(const IdentityRecord& record = identity(), bool secured = false)
      : board{std::make_unique<Board>()} {
    std::ranges::copy(std::bit_cast<IdentityBytes>(record).bytes, board->eeprom + kIdentityAddress);
    if (secured)
      std::ranges::copy(std::bit_cast<SecurityBytes>(security()).bytes, board->eeprom + kSecurityAddress);
    server = std::make_unique<OpticalServer>(*board, functions, signal);
  }

  /// Lets time pass; what was said meanwhile.
  Octets pass(double seconds) {
    const std::uint64_t end = now + static_cast<std::uint64_t>(seconds * kSampleRate);
    Octets said;
    while (true) {
      server->run(now, data);
      UartByte out;
      while (pop(board->uart_out, out)) said.push_back(static_cast<std::uint8_t>(out.byte));
      const std::uint64_t wake = server->wake();
      EXPECT_GT(wake, now);
      if (now == end) return said;
      now = std::min(end, std::max(wake, now + 1));
    }
  }
  void hear(const Octets& bytes) {
    for (const auto byte : bytes) {
      if (!push(board->uart_in, UartByte{now, byte, 0})) {
        server->run(now, data);
        ASSERT_TRUE(push(board->uart_in, UartByte{now, byte, 0}));
      }
    }
  }
  /// What is said within 10 ms of `bytes`.
  Octets tell(const Octets& bytes) {
    hear(bytes);
    return pass(0.01);
  }
  Octets tell(Hex hex) { return tell(from_hex(hex)); }
  /// The same, with our acknowledge of it.
  Octets ask(const Octets& request) {
    Octets said = tell(request);
    while (said.size() > 1) {
      const Octets more = tell(from_hex(kAck));
      if (more.empty()) break;
      said = said + more;
    }
    return said;
  }
  Octets ask(Hex hex) { return ask(from_hex(hex)); }

  void log_on() {
    ask(kIdentify);
    ask(kNegotiate64);
    ask(kLogOn);
  }

  /// The EEPROM as it is after all writes; when they were asked for must be known.
  Octets eeprom() {
    Octets bytes(board->eeprom, board->eeprom + sizeof board->eeprom);
    EepromWrite write;
    while (pop(board->eeprom_writes, write)) {
      EXPECT_LE(write.sample, now);
      bytes.at(write.address) = static_cast<std::uint8_t>(write.byte);
    }
    return bytes;
  }

  std::unique_ptr<Board> board;
  LedSignal signal;
  std::unique_ptr<OpticalServer> server;
  testing::RecordedFunctions functions;
  MeterData data = [] {
    MeterData d{};
    d.mode = Mode::metering;
    d.registers.total.pulses[kDelivered] = 1234;
    d.registers.total.pulses[kReceived] = 56;
    return d;
  }();
  std::uint64_t now = 100;
};

Octets answer(Hex hex) { return from_hex(kAck) + from_hex(hex); }
/// A single-packet answer with its acknowledge.
Octets answer(const Octets& data, bool toggle) { return from_hex(kAck) + packet(data, toggle ? 0x20 : 0); }
/// Table data after `ok` (optical-port.md 3.2).
Octets table_data(const Octets& content) {
  Octets data{0, static_cast<std::uint8_t>(content.size() >> 8U), static_cast<std::uint8_t>(content.size())};
  data = data + content;
  unsigned sum = 0;
  for (const auto byte : content) sum += byte;
  data.push_back(static_cast<std::uint8_t>(0x100 - (sum & 0xFFU)));
  return data;
}

// The session of optical-port.md 1.3. This meter has more registers than its agreed packets hold.
TEST(OpticalServer, AnswersTheSessionOfTheFactsByteForByte) {
  Port port{identity(), true};
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
  EXPECT_EQ(port.ask(kNegotiate64), answer(kNegotiated64));
  EXPECT_EQ(port.ask(kLogOn), answer(kOk));
  EXPECT_EQ(port.ask(kSecurityReader), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt03), answer(kSt03));
  EXPECT_EQ(port.ask(kReadSt23), answer({0x04}, true));
  EXPECT_EQ(port.ask(kReadSt42), answer({0x03}, false));
  EXPECT_EQ(port.ask(kColdStart), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt08), answer(kSt08));
  EXPECT_EQ(port.ask(kLogOff), answer(kOk1));
  EXPECT_EQ(port.ask(kTerminate), answer(kOk));
  EXPECT_EQ(port.server->wake(), kNever);
}

TEST(OpticalServer, KeepsSilentForAMillisecondBeforeItAnswersWithinTwo) {
  Port port;
  port.hear(from_hex(kIdentify));
  EXPECT_EQ(port.pass(0.00099), Octets{});
  EXPECT_EQ(port.pass(0.001), answer(kIdentified));
}

TEST(OpticalServer, AcknowledgesAGoodPacketAndRefusesADamagedOne) {
  Octets request = from_hex(kIdentify);
  request.back() ^= 1U;
  Port port;
  EXPECT_EQ(port.tell(request), from_hex(kNak));
  EXPECT_EQ(port.tell(kIdentify), answer(kIdentified));
}

TEST(OpticalServer, RefusesALengthAboveTheAgreedSizeAtOnce) {
  for (const Hex header : {"EE 00 00 00 1F F7", "EE 00 00 00 FF FF", "EE 00 00 00 00 39"}) {
    Port port;
    EXPECT_EQ(port.tell(header), from_hex(kNak)) << header;
    EXPECT_EQ(port.tell(kIdentify), answer(kIdentified)) << header;
  }
}

TEST(OpticalServer, RefusesAPacketThatStopsForHalfASecond) {
  Port port;
  EXPECT_EQ(port.tell("EE 00 00 00"), Octets{});
  EXPECT_EQ(port.pass(0.48), Octets{});
  EXPECT_EQ(port.pass(0.02), from_hex(kNak));
  EXPECT_EQ(port.tell(kIdentify), answer(kIdentified));
}

TEST(OpticalServer, DropsNoiseWhileIdle) {
  Port port;
  EXPECT_EQ(port.tell("00 15 06 55 FF"), Octets{});
  EXPECT_EQ(port.tell(kIdentify), answer(kIdentified));
}

TEST(OpticalServer, SendsAgainWhatIsRefusedThreeTimesAndThenFallsToBase) {
  Port port;
  port.tell(kIdentify);
  for (int n = 0; n < 3; ++n) EXPECT_EQ(port.tell(kNak), from_hex(kIdentified)) << n;
  EXPECT_EQ(port.tell(kNak), Octets{});
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_EQ(port.ask(kLogOn), answer(kIsss));
}

TEST(OpticalServer, SendsAgainWhatIsNotAcknowledgedInTwoSeconds) {
  Port port;
  port.tell(kIdentify);
  EXPECT_EQ(port.pass(1.98), Octets{});
  EXPECT_EQ(port.pass(0.1), from_hex(kIdentified));
  EXPECT_EQ(port.pass(2.1), from_hex(kIdentified));
  EXPECT_EQ(port.tell(kAck), Octets{});
  EXPECT_EQ(port.pass(5.5), Octets{});
  EXPECT_EQ(port.ask(kNegotiate64), answer(kNegotiated64));
}

TEST(OpticalServer, SendsAgainOnAByteThatIsNeither) {
  Port port;
  port.tell(kIdentify);
  EXPECT_EQ(port.pass(0.05), Octets{});
  EXPECT_EQ(port.tell("55"), from_hex(kIdentified));
}

TEST(OpticalServer, AcknowledgesARepeatedRequestAndDropsIt) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(kReadSt03), answer(table_data(from_hex("01 00 00 00 00")), true));
  EXPECT_EQ(port.ask(kReadSt03), from_hex(kAck));
}

TEST(OpticalServer, AnswersARepeatedRequestAgainWhileItWaitsForTheAcknowledge) {
  Port port;
  port.log_on();
  const Octets first = port.tell(kReadSt03);
  EXPECT_EQ(port.tell(kReadSt03), first);
  EXPECT_EQ(port.tell(kAck), Octets{});
}

TEST(OpticalServer, AlwaysAnswersIdentify) {
  Port port;
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
  EXPECT_EQ(port.ask(kIdentify), answer({0, 0, 1, 0, 0}, true));
  EXPECT_EQ(port.tell(kIdentify), answer(kIdentified));
  for (int n = 0; n < 10; ++n)
    EXPECT_EQ(port.tell(kIdentify), answer({0, 0, 1, 0, 0}, n % 2 == 0))
        << "while it waits for the acknowledge";
}

TEST(OpticalServer, ServesANewRequestWhileItWaitsForTheAcknowledgeOfTheLast) {
  Port port;
  port.tell(kIdentify);
  EXPECT_EQ(port.tell(kNegotiate64), answer(kNegotiated64));
  EXPECT_EQ(port.tell(kLogOn), answer(kOk));
  EXPECT_EQ(port.pass(0.5), Octets{});
}

TEST(OpticalServer, FallsToBaseAfterSixSecondsOfSilence) {
  Port port;
  port.log_on();
  port.pass(kSilence - 0.1);
  EXPECT_EQ(port.ask(kReadSt03), answer(table_data(from_hex("01 00 00 00 00")), true));
  port.pass(kSilence);
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_EQ(port.ask(kReadSt03), answer(kIsss)) << "its own toggle begins anew, and nothing is remembered";
}

TEST(OpticalServer, WaitsAsLongAsItIsTold) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(kWait30), answer({0}, true));
  port.pass(29.9);
  EXPECT_EQ(port.ask(kReadSt03), answer(kSt03));
  port.pass(kSilence);
  EXPECT_EQ(port.server->wake(), kNever) << "for one gap only";
}

TEST(OpticalServer, KnowsWhichServiceIsLegalInWhichState) {
  const Octets isss{0x0A}, read = from_hex("30 00 03"), slice = from_hex("3F 00 03 00 00 00 00 01"),
                           log_on = from_hex("50 00 02 42 45 4E 43 48 20 20 20 20 20"),
                           negotiate = from_hex("60 00 40 01"), wait = from_hex("70 06"), secure(21, 0x51),
                           write = from_hex("40 00 07 00 03 00 00 11 EF"),
                           part = from_hex("4F 00 05 00 00 08 00 01 33 CD");
  const auto reply = [](Port& port, const Octets& request, std::uint8_t control) {
    const Octets said = port.ask(packet(request, control));
    return said.size() < 9 ? Octets{} : Octets{said[7]};
  };
  {
    Port base;
    for (const Octets& request : {read, slice, write, part, log_on, negotiate, wait, secure, Octets{0x52}})
      EXPECT_EQ(reply(base, request, 0), isss) << int{request[0]};
    EXPECT_EQ(reply(base, {0x21}, 0), Octets{0});
  }
  for (const Octets& request : {read, slice, write, part, secure, Octets{0x52}}) {
    Port identified;
    identified.ask(kIdentify);
    EXPECT_EQ(reply(identified, request, 0x20), isss) << int{request[0]};
  }
  for (const Octets& request : {log_on, negotiate}) {
    Port session;
    session.log_on();
    EXPECT_EQ(reply(session, request, 0x20), isss) << int{request[0]};
  }
  for (const Octets& request : {negotiate, wait, Octets{0x21}}) {
    Port identified;
    identified.ask(kIdentify);
    EXPECT_EQ(reply(identified, request, 0x20), Octets{0}) << int{request[0]};
  }
  for (const Octets& request :
       {read, slice, write, part, secure, wait, Octets{0x20}, Octets{0x21}, Octets{0x52}}) {
    Port session;
    session.log_on();
    EXPECT_EQ(reply(session, request, 0x20), Octets{0}) << int{request[0]};
  }
}

TEST(OpticalServer, DoesNotSupportWhatItDoesNotHave) {
  for (const std::uint8_t service : {0x22, 0x3A, 0x3D, 0x4A, 0x53, 0x71, 0x00, 0xFF}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet({service, 0, 0}, 0x20)), answer({0x02}, true)) << int{service};
  }
}

TEST(OpticalServer, HasNoAccessByIndexNorADefaultSetAsItsConfigurationTells) {
  for (const std::uint8_t service : {0x31, 0x32, 0x39, 0x3E, 0x41, 0x49, 0x4E}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet({service, 0, 0}, 0x20)), answer({0x05}, true)) << int{service};
  }
}

TEST(OpticalServer, AnswersMalformedRequestsWithErr) {
  for (const char* request : {"20 00", "21 00", "", "30 00", "30 00 01 00", "3F 00 01 00 00 00 00", "51",
                              "52 00", "70", "70 01 02"}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet(from_hex(request), 0x20)), answer({0x01}, true)) << request;
  }
  for (const char* request : {"50", "60 00 40", "61 00 40 01", "60 00 1F 01", "60 00 40 00"}) {
    Port port;
    port.ask(kIdentify);
    EXPECT_EQ(port.ask(packet(from_hex(request), 0x20)), answer({0x01}, true)) << request;
  }
}

TEST(OpticalServer, NegotiatesNoMoreThanIsAskedOrItHas) {
  Port port;
  port.ask(kIdentify);
  EXPECT_EQ(port.ask(kNegotiate512), answer({0, 0x02, 0x00, 2, 6}, true));
  EXPECT_EQ(port.ask(kNegotiateWithoutBaud), answer({0, 0x00, 0x80, 4, 6}, false));
  EXPECT_EQ(port.ask(packet(from_hex("62 04 00 FF 08 0A"), 0x20)), answer({0, 0x02, 0x00, 255, 6}, true));
}

/// The data of a message of several packets, each checked for its control byte, sequence and size.
Octets joined(Octets said, std::size_t size) {
  Octets data;
  EXPECT_EQ(said.front(), 0x06);
  said.erase(said.begin());
  int expected = -1;
  for (bool first = true; !said.empty(); first = false) {
    const std::size_t length = std::size_t{said[4]} << 8U | said[5];
    EXPECT_LE(length + 8, size);
    EXPECT_EQ((said[2] & 0x80) != 0, !first || said[3] > 0);
    EXPECT_EQ((said[2] & 0x40) != 0, first && said[3] > 0);
    EXPECT_TRUE(first || said[3] == expected);
    expected = said[3] - 1;
    const Octets again =
        packet({said.begin() + 6, said.begin() + 6 + static_cast<std::ptrdiff_t>(length)}, said[2], said[3]);
    EXPECT_TRUE(std::equal(again.begin(), again.end(), said.begin()));
    data.insert(data.end(), said.begin() + 6, said.begin() + 6 + static_cast<std::ptrdiff_t>(length));
    said.erase(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(length) + 8);
  }
  EXPECT_EQ(expected, -1);
  return data;
}

Octets test_pattern() {
  Octets content;
  for (unsigned word = 0; word < 512; ++word) {
    content.push_back(static_cast<std::uint8_t>(word));
    content.push_back(static_cast<std::uint8_t>(word >> 8U));
  }
  return content;
}

TEST(OpticalServer, SplitsALongResponseIntoTheAgreedPackets) {
  for (const std::uint16_t size : {32, 64, 512}) {
    Port port;
    port.ask(kIdentify);
    port.ask(
        packet({0x61, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size), 255, 6}, 0x20));
    port.ask(kLogOn);
    const Octets said = port.ask(packet(from_hex("30 08 0D"), 0x20));
    EXPECT_EQ(joined(said, size), table_data(test_pattern())) << size;
  }
}

TEST(OpticalServer, CannotGiveWhatDoesNotFitIntoTheAgreedPackets) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(packet(from_hex("30 08 0D"), 0x20)), answer({0x04}, true));
  const Octets pattern = test_pattern();
  const Octets end{pattern.end() - 52, pattern.end()};
  EXPECT_EQ(port.ask(packet(from_hex("3F 08 0D 00 03 CC 00 34"))), answer(table_data(end), false));
  EXPECT_EQ(port.ask(packet(from_hex("3F 08 0D 00 03 CB 00 35"), 0x20)), answer({0x04}, true));
}

TEST(OpticalServer, GoesOnWithAMessageAfterARefusedPart) {
  Port port;
  port.ask(kIdentify);
  port.ask(packet({0x61, 0x00, 0x20, 255, 6}, 0x20));
  port.ask(kLogOn);
  Octets said = port.tell(packet(from_hex("30 00 01"), 0x20));
  const Octets first{said.begin() + 1, said.end()};
  EXPECT_EQ(port.tell(kNak), first);
  const Octets second = port.tell(kAck);
  EXPECT_EQ(second[3], 0);
  EXPECT_EQ(port.tell(kNak), second);
  EXPECT_EQ(port.tell(kAck), Octets{});
}

TEST(OpticalServer, TakesARequestOfSeveralPacketsInOrderOnly) {
  const Octets first = packet(from_hex("50 00 02 42 45 4E"), 0xC0, 1),
               last = packet(from_hex("43 48 20 20 20 20 20"), 0xA0);
  Port port;
  port.ask(kIdentify);
  EXPECT_EQ(port.tell(last), from_hex(kNak));
  EXPECT_EQ(port.tell(first), from_hex(kAck));
  EXPECT_EQ(port.tell(packet({0x43}, 0xA0, 5)), from_hex(kNak));
  EXPECT_EQ(port.ask(last), answer(kOk1));
}

TEST(OpticalServer, RefusesASliceOutsideOfItsTable) {
  for (const char* request : {"3F 00 01 00 00 00 00 00", "3F 00 01 00 00 20 00 01", "3F 00 01 00 00 1F 00 02",
                              "3F 00 01 FF FF FF 00 01", "3F 00 01 00 00 00 FF FF"}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet(from_hex(request), 0x20)), answer({0x05}, true)) << request;
  }
}

TEST(OpticalServer, TakesTheSlicesOfATableFromOneInstant) {
  Port port;
  port.log_on();
  const Octets early = from_hex("00 00 00 00 00 48 93 40"), late = from_hex("00 00 00 00 00 4C 93 40");
  const Octets first_half = packet(from_hex("3F 00 17 00 00 01 00 08"), 0x20),
               second_half = packet(from_hex("3F 00 17 00 00 09 00 08"));
  EXPECT_EQ(port.ask(first_half), answer(table_data(early), true));
  port.data.registers.total.pulses[kDelivered] = 1235;
  port.data.registers.total.pulses[kReceived] = 57;
  EXPECT_EQ(port.ask(second_half), answer(table_data(from_hex("00 00 00 00 00 00 4C 40")), false));
  EXPECT_EQ(port.ask(kReadSt03), answer(table_data(from_hex("01 00 00 00 00")), true));
  EXPECT_EQ(port.ask(packet(from_hex("3F 00 17 00 00 01 00 08"))), answer(table_data(late), false));
}

// --- Writing ---

/// What no write reaches: all but the text of ST-05, the check of its record, and the journal of writes.
Octets beside_device_id(Octets eeprom) {
  const auto record = eeprom.begin() + kIdentityAddress;
  std::fill_n(record + offsetof(IdentityRecord, device_id), 20, std::uint8_t{0});
  std::fill_n(record + offsetof(IdentityRecord, checksum), 4, std::uint8_t{0});
  std::fill_n(eeprom.begin() + EepromJournal::kAddress, EepromJournal::kMost + 8, std::uint8_t{0});
  return eeprom;
}

const Octets kReadSt05 = from_hex("30 00 05");

Octets device_id(const std::string& text) {
  Octets bytes(text.begin(), text.end());
  bytes.resize(20, ' ');
  return bytes;
}

Octets write_of_st07(const Octets& content) {
  Octets data = table_data(content);
  data.erase(data.begin());  // the code `ok`, which no request has
  return from_hex("40 00 07") + data;
}

TEST(OpticalServer, WritesAWholeTableAndAPartOfItAsTheFactsHaveThem) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(kWriteSt05), answer(kOk1));
  EXPECT_EQ(port.ask(packet(kReadSt05)), answer(table_data(device_id("UNIT-0002")), false));
  EXPECT_EQ(port.ask(packet({0x70, 6}, 0x20)), answer(kOk1));  // for the toggle
  EXPECT_EQ(port.ask(kOffsetWriteSt05), answer(kOk));
  EXPECT_EQ(port.ask(packet(kReadSt05, 0x20)), answer(table_data(device_id("UNIT-0003")), true));
}

TEST(OpticalServer, KeepsWhatIsWrittenForTheNextReset) {
  Port port;
  port.log_on();
  port.ask(kWriteSt05);
  const Octets eeprom = port.eeprom();
  EXPECT_EQ(beside_device_id(eeprom), beside_device_id(Port{}.eeprom()));
  IdentityBytes raw{};
  std::copy_n(eeprom.begin() + kIdentityAddress, sizeof raw.bytes, raw.bytes);
  const auto kept = std::bit_cast<IdentityRecord>(raw);
  EXPECT_TRUE(is_valid(kept));
  Port reset{kept};
  reset.log_on();
  EXPECT_EQ(reset.ask(packet(kReadSt05, 0x20)), answer(table_data(device_id("UNIT-0002")), true));
}

TEST(OpticalServer, IsBusyWhileTheEepromStillHasOtherBytesToTake) {
  Port port;
  port.log_on();
  for (std::uint32_t n = 0; n + 23 < port.board->eeprom_writes.capacity; ++n)
    ASSERT_TRUE(push(port.board->eeprom_writes, EepromWrite{}));
  EXPECT_EQ(port.ask(kWriteSt05), answer({0x06}, true));
  EXPECT_EQ(port.ask(packet(kReadSt05)), answer(table_data(device_id("METERBENCH SOCKET A ")), false));
}

struct WriteCase {
  const char* why;
  const char* request;
  std::uint8_t code;
};

// Table data: optical-port.md 3.2; codes: 3.1, where these are ours.
const WriteCase kRefusedWrites[] = {
    {"no table", "40", 0x01},
    {"no count", "40 00 05", 0x01},
    {"half a count", "40 00 05 00", 0x01},
    {"no checksum", "40 00 05 00 01 41", 0x01},
    {"a count above what follows", "40 00 05 00 02 41 BF", 0x01},
    {"a count below what follows", "40 00 05 00 00 41 BF", 0x01},
    {"the greatest count", "40 00 05 FF FF 41 BF", 0x01},
    {"a wrong checksum", "40 00 07 00 03 00 00 11 E0", 0x01},
    {"one's complement for a checksum", "40 00 07 00 03 00 00 11 EE", 0x01},
    {"a wrong checksum in a part", "4F 00 05 00 00 08 00 01 33 CC", 0x01},
    {"a part without an offset", "4F 00 05 00 00", 0x01},
    {"a part without data", "4F 00 05 00 00 08", 0x01},
    {"an unknown table", "40 00 11 00 01 41 BF", 0x04},
    {"an unknown table of the manufacturer", "40 08 04 00 01 41 BF", 0x04},
    {"a pending table", "40 10 05 00 01 41 BF", 0x04},
    {"a part of an unknown table", "4F 00 11 00 00 00 00 01 41 BF", 0x04},
    {"a read-only table", "40 00 01 00 01 41 BF", 0x05},
    {"a read-only table of the manufacturer", "40 08 0D 00 01 41 BF", 0x05},
    {"a part of a read-only table", "4F 00 17 00 00 00 00 01 41 BF", 0x05},
    {"the answer to a procedure", "40 00 08 00 01 41 BF", 0x05},
    {"a whole table too short", "40 00 05 00 01 41 BF", 0x05},
    {"nothing", "40 00 05 00 00 00", 0x05},
    {"a part with nothing", "4F 00 05 00 00 08 00 00 00", 0x05},
    {"a part beyond the end", "4F 00 05 00 00 14 00 01 41 BF", 0x05},
    {"a part across the end", "4F 00 05 00 00 13 00 02 41 41 7E", 0x05},
    {"a part far beyond the end", "4F 00 05 FF FF FF 00 01 41 BF", 0x05},
    {"a procedure without a sequence number", "40 00 07 00 02 00 08 F8", 0x05},
    {"a procedure in parts", "4F 00 07 00 00 00 00 04 00 08 01 05 F2", 0x05},
};

TEST(OpticalServer, RefusesEachWrongWriteWithItsCodeAndChangesNothing) {
  for (const auto& [why, request, code] : kRefusedWrites) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet(from_hex(request), 0x20)), answer({code}, true)) << why;
    EXPECT_EQ(port.board->eeprom_writes.written, 0U) << why;
    EXPECT_FALSE(port.signal.under_way()) << why;
    EXPECT_EQ(port.ask(packet(kReadSt05)), answer(table_data(device_id("METERBENCH SOCKET A ")), false))
        << why;
  }
}

TEST(OpticalServer, RefusesAWriteLongerThanAnyTable) {
  for (const std::size_t count : {26, 59, 60, 400}) {
    Port port;
    port.ask(kIdentify);
    port.ask(kNegotiate512);
    port.ask(kLogOn);
    EXPECT_EQ(port.ask(packet(write_of_st07(Octets(count)), 0x20)), answer({0x05}, true)) << count;
  }
}

TEST(OpticalServer, DoesNotWriteWithoutASoundRecord) {
  IdentityRecord damaged = identity();
  damaged.serial_number[0] = 'X';
  Port port{damaged};
  port.log_on();
  EXPECT_EQ(port.ask(kWriteSt05), answer({0x01}, true));
  EXPECT_EQ(port.board->eeprom_writes.written, 0U);
}

TEST(OpticalServer, TakesANewImageAfterAWrite) {
  Port port;
  port.log_on();
  const Octets slice = from_hex("3F 00 17 00 00 01 00 08");
  port.ask(packet(slice, 0x20));
  port.data.registers.total.pulses[kDelivered] = 1235;
  port.data.registers.total.pulses[kReceived] = 57;
  port.ask(kOffsetWriteSt05);
  EXPECT_EQ(port.ask(packet(slice, 0x20)), answer(table_data(from_hex("00 00 00 00 00 4C 93 40")), true));
}

// Good and damaged writes to any table, anywhere.
TEST(OpticalServer, ChangesNothingButWhatItSaysWhateverIsWritten) {
  std::mt19937 random{3};
  const std::uint16_t tables[] = {0, 1, 3, 5, 5, 5, 7, 7, 8, 23, 42, 2048 + 1, 2048 + 13, 4096 + 5, 0xFFFF};
  const Octets before = Port{}.eeprom();
  unsigned written = 0;
  for (int round = 0; round < 3000; ++round) {
    Port port;
    port.log_on();
    const std::uint16_t table = tables[random() % std::size(tables)];
    const bool part = random() % 2 == 0;
    const std::uint32_t offset = random() % (random() % 4 == 0 ? 1U << 24U : 24U);
    Octets content(random() % 3 == 0 ? 20 : random() % 28);
    for (auto& byte : content) byte = static_cast<std::uint8_t>(random());
    Octets data = table_data(content);
    data.erase(data.begin());
    const bool damaged = random() % 4 == 0;
    if (damaged) data[random() % data.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    Octets request{static_cast<std::uint8_t>(part ? 0x4F : 0x40), static_cast<std::uint8_t>(table >> 8U),
                   static_cast<std::uint8_t>(table)};
    for (int shift = 16; part && shift >= 0; shift -= 8)
      request.push_back(static_cast<std::uint8_t>(offset >> shift));

    const Octets said = port.ask(packet(request + data, 0x20));
    ASSERT_EQ(said.size(), 10U) << round;
    const bool fits = part ? !content.empty() && offset + content.size() <= 20 : content.size() == 20;
    const bool is_procedure = !part && content.size() >= 3 && content.size() <= 25;
    const bool possible = (table == 5 && fits) || (table == 7 && is_procedure);
    EXPECT_EQ(said[7] == 0, possible && !damaged) << round;
    if (damaged) {
      EXPECT_EQ(said[7], 1) << round;
    }
    const Octets after = port.eeprom();
    EXPECT_EQ(beside_device_id(after), beside_device_id(before)) << round;
    if (said[7] != 0 || table != 5) {
      EXPECT_EQ(after, before) << round;
    } else {
      ++written;
    }
  }
  EXPECT_GT(written, 100U);
}

// --- Procedures (optical-port.md 6.6) ---

struct ProcedureCase {
  const char* why;
  const char* request;   ///< ST-07
  const char* response;  ///< ST-08
};

TEST(OpticalServer, AnswersEachProcedureWithItsNumberItsSequenceAndAResult) {
  const ProcedureCase cases[] = {
      {"cold start", "00 00 05", "00 00 05 00"},
      {"cold start with a parameter", "00 00 05 01", "00 00 05 02"},
      {"demand reset", "09 00 06 01", "09 00 06 00 01"},
      {"self read and demand reset", "09 00 06 03", "09 00 06 00 03"},
      {"a reset of nothing", "09 00 06 00", "09 00 06 02"},
      {"clock", "0A 00 08 07 18 06 0F 0D 2D 1E 6E", "0A 00 08 00 00 01 01 00 00 00 18 06 0F 0D 2D 1E"},
      {"the time alone", "0A 00 08 01 18 06 0F 0D 2D 1E 6E",
       "0A 00 08 00 00 01 01 00 00 00 00 01 01 0D 2D 1E"},
      {"a clock without a qualifier", "0A 00 08 07 18 06 0F 0D 2D 1E", "0A 00 08 02"},
      {"the 13th month", "0A 00 08 07 18 0D 0F 0D 2D 1E 6E", "0A 00 08 02"},
      {"test mode", "06 00 07 02", "06 00 07 00"},
      {"shop mode", "06 00 07 04", "06 00 07 03"},
      {"no mode", "06 00 07 03", "06 00 07 02"},
      {"event log", "04 00 09 01", "04 00 09 00"},
      {"load profile, which it has not", "04 00 09 03", "04 00 09 03"},
      {"another procedure of the manufacturer", "03 08 01 05", "03 08 01 06"},
      {"a standard one that it has not", "02 00 01", "02 00 01 06"},
      {"signal", "00 08 01 05", "00 08 01 00"},
      {"signal, answered at once and when done", "00 38 02 64", "00 38 02 00"},
      {"signal without a number", "00 08 03", "00 08 03 02"},
      {"signal with two numbers", "00 08 03 05 00", "00 08 03 02"},
      {"no pulse", "00 08 04 00", "00 08 04 02"},
      {"too many pulses", "00 08 05 65", "00 08 05 02"},
      {"test mode of the manufacturer", "01 08 06 01", "01 08 06 00"},
      {"disconnect, neither open nor closed", "02 08 06 02", "02 08 06 02"},
      {"most parameters", "02 00 FF 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01",
       "02 00 FF 06"},
  };
  for (const auto& [why, request, response] : cases) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet(write_of_st07(from_hex(request)), 0x20)), answer(kOk1)) << why;
    EXPECT_EQ(port.ask(kReadSt08), answer(table_data(from_hex(response)), false)) << why;
    const Octets said = from_hex(response);
    EXPECT_EQ(port.signal.under_way(), said[0] == 0 && (said[1] & 0x0FU) == 8 && said[3] == 0) << why;
  }
}

TEST(OpticalServer, HasNothingToTellOfProceduresBeforeTheFirst) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(packet(from_hex("30 00 08"), 0x20)), answer({0x07}, true));
  EXPECT_EQ(port.ask(packet(from_hex("30 00 07"))), answer({0x05}, false)) << "the request is not read back";
}

TEST(OpticalServer, RefusesASecondSignalWhileOneIsUnderWay) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(kSignalFive), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt08), answer(kSignalDone));
  EXPECT_EQ(port.ask(packet(from_hex("40 00 07 00 04 00 08 02 05 F1"), 0x20)), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt08), answer(table_data(from_hex("00 08 02 04")), false));
  for (unsigned block = 0; block < 5 * LedSignal::kBlocksPerPulse; ++block)
    static_cast<void>(port.signal.due());
  EXPECT_EQ(port.ask(packet(from_hex("40 00 07 00 04 00 08 03 05 F0"), 0x20)), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt08), answer(table_data(from_hex("00 08 03 00")), false));
}

struct TableCase {
  const char* number;
  const char* content;
};

/// Negotiates for the longest tables.
void log_on_for_all(Port& port) {
  port.ask(kIdentify);
  port.ask(packet({0x61, 0x02, 0x00, 255, 6}, 0x20));
  port.ask(kLogOn);
}

/// Whether table `number` answers a full read.
bool answers(Port& port, unsigned number, std::uint8_t control) {
  const Octets said = port.ask(
      packet({0x30, static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)}, control));
  return said.size() > 10;
}

/// `06 EE 00`, for people.
std::string hex(const Octets& bytes) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text;
  for (const auto byte : bytes) (((text += kDigits[byte >> 4U]) += kDigits[byte & 0xFU]) += ' ');
  return text;
}

// What optical-port.md 6 makes of this meter, by hand: its tables and procedures, three sums, two demands and
// six present values over 11 sources, four tiers.
TEST(OpticalServer, TellsOfItselfAsTheFactsHaveIt) {
  const TableCase tables[] = {
      {"00 00",
       "02 0A 80 4D 54 42 4E 02 00 16 0C 01 00 0A 02 03 01 01 00 FF FD F1 1F 00 3F 9C 00 C0 1F 0E 20 FB 06 "
       "0C 07 "
       "E0 20 00 00 00 04 00 00 00 00 04 00"},
      {"00 01",
       "4D 54 42 4E 56 49 52 54 55 41 4C 20 01 00 01 00 56 49 52 54 55 41 4C 2D 41 20 20 20 20 20 20 20"},
      {"00 02",
       "37 2E 32 20 20 20 31 20 20 20 20 20 01 32 53 20 20 20 0C 00 00 32 30 30 20 20 20 33 30 20 20 20 20"},
      {"00 03", "01 00 00 00 00"},
      {"00 05", "4D 45 54 45 52 42 45 4E 43 48 20 53 4F 43 4B 45 54 20 41 20"},
      {"00 0A", "0F 0B 02 00 00 03 02 0B"},
      {"00 0B", "06 0B 02 00 00 03 02 0B"},
      {"00 0C",
       "00 50 02 00 00 90 01 00 00 D0 07 00 00 44 02 00 00 84 01 00 08 02 28 00 0C 02 28 00 0C 02 30 00 "
       "00 C2 07 00 21 02 00 00 18 02 00 00"},
      {"00 0D", "00 0F 00 0F 00"},
      {"00 0E", ""},
      // 0.001 kWh a pulse
      {"00 0F",
       "FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00 FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00 "
       "FC A9 F1 D2 4D 62 50 3F 00 00 00 00 00 00 00 00"},
      {"00 10", "29 29 29 13 13 11 11 11 11 11 11"},
      {"00 14", "16 02 04 03 02 00 01 04 02 06"},
      {"00 15", "16 02 04 03 02 00 01 04 02 06"},
      {"00 16", "00 01 02 03 04 03"},
      {"00 1B", "03 04 05 06 07 08 09 0A"},
      {"00 28", "04 14 00 00 18 00"},
      {"00 29", "00 14 00 00 00 00"},
      {"00 2A", ""},
      {"00 2B", "00 00 00 00 00 10 00 00"},
      {"00 33", "00 00 01 00 00 00 00 00 00"},
      {"00 34", "00 01 01 00 00 00 26"},  // Saturday 2000-01-01, zone applied
      {"00 37", "00 01 01 00 00 00 26 00 00"},
      {"08 03", "00 00"},
      {"08 01", "00 CA 9A 3B 00 00 00 00"},  // 10^9 nWh a pulse
  };
  std::uint8_t control = 0x20;
  Port port;
  log_on_for_all(port);
  for (const auto& [number, content] : tables) {
    const Octets said = port.ask(packet(from_hex("30") + from_hex(number), control));
    EXPECT_EQ(hex(said), hex(answer(table_data(from_hex(content)), control != 0))) << number;
    control ^= 0x20U;
  }
}

TEST(OpticalServer, HasExactlyTheTablesThatItsConfigurationTells) {
  Port port;
  log_on_for_all(port);
  const Octets all = port.ask(packet(from_hex("30 00 00"), 0x20));
  const auto in_set = [&](unsigned begin, unsigned number) {
    // Acknowledge, head of the packet, code and count come before the table.
    return (all.at(1 + 6 + 3 + begin + number / 8) >> (number % 8) & 1U) != 0;
  };
  constexpr unsigned kStandard = 19, kMaker = 29, kStandardBytes = 10, kMakerBytes = 2;
  std::uint8_t control = 0;
  for (unsigned number = 0; number < 256; ++number) {
    if (number != 7 && number != 8) {  // written only; nothing to tell yet
      EXPECT_EQ(answers(port, number, control), number < 8 * kStandardBytes && in_set(kStandard, number))
          << number;
      control ^= 0x20U;
    }
    EXPECT_EQ(answers(port, 2048 + number, control), number < 8 * kMakerBytes && in_set(kMaker, number))
        << number;
    control ^= 0x20U;
  }
}

// Sums 1234, 56 and 1178; a maximum of 5321 W at 2024-06-14 17:30, cumulative 24349 (optical-port.md 6.9).
TEST(OpticalServer, TellsItsRegistersAsTheFactsHaveThem) {
  Port port;
  port.data.registers = empty_registers();
  port.data.registers.demand_resets = 3;
  port.data.registers.total.pulses[kDelivered] = 1234;
  port.data.registers.total.pulses[kReceived] = 56;
  const LocalTime at = local_time({2024, 6, 14, 17, 30, 0});
  port.data.registers.total.peak[kDelivered] = {5321, at, 24349};
  log_on_for_all(port);
  const Octets total = from_hex(
      "03 00 00 00 00 00 48 93 40 00 00 00 00 00 00 4C 40 00 00 00 00 00 68 92 40 "
      "18 06 0E 11 1E 00 00 00 00 40 C7 D7 40 C9 14 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "00");
  EXPECT_EQ(port.ask(packet(from_hex("3F 00 17 00 00 00 00 3B"), 0x20)), answer(table_data(total), true));
}

// --- Security (optical-port.md 3, 6.10) ---

Octets security_service(const std::string& password) {
  Octets request{0x51};
  request.insert(request.end(), password.begin(), password.end());
  request.resize(21, 0);
  return request;
}

struct Secured : Port {
  Secured() : Port{identity(), true} { log_on(); }
  /// The code that a request is answered with.
  unsigned code_of(const Octets& request) {
    control ^= 0x20U;
    return ask(packet(request, control)).at(7);
  }
  unsigned present(const std::string& password) { return code_of(security_service(password)); }
  unsigned result_of(const Octets& procedure) {
    if (const unsigned code = code_of(write_of_st07(procedure)); code != 0) return 0x100 + code;
    control ^= 0x20U;
    return ask(packet(from_hex("30 00 08"), control)).at(1 + 6 + 3 + 3);
  }
  std::uint8_t control = 0;
};

TEST(OpticalServerSecurity, LetsEachGroupDoWhatItsEntriesSay) {
  struct Rights {
    const char* password;
    unsigned previous, written, cold_start, reset;
  };
  for (const auto& [password, previous, written, cold_start, reset] :
       {Rights{"", 3, 3, 5, 5}, {"READER", 4, 3, 5, 5}, {"SHOP", 4, 3, 5, 0}, {"MASTER", 4, 0, 0, 0}}) {
    Secured port;
    if (*password != '\0') {
      EXPECT_EQ(port.present(password), 0U) << password;
    }
    EXPECT_EQ(port.code_of(from_hex("30 00 03")), 0U) << "everybody may";
    // ST-25 does not fit into the agreed packets: whoever may read it is told that.
    EXPECT_EQ(port.code_of(from_hex("30 00 19")), previous) << password;
    Octets write = from_hex("40 00 05") + table_data(device_id("UNIT-0002"));
    write.erase(write.begin() + 3);
    EXPECT_EQ(port.code_of(write), written) << password;
    EXPECT_EQ(port.result_of(from_hex("00 00 05")), cold_start) << password;
    EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), reset) << password;
  }
}

TEST(OpticalServerSecurity, TellsPasswordsToTheHighestGroupAlone) {
  for (const auto& [password, code] : {std::pair{"", 3U}, {"READER", 3U}, {"SHOP", 3U}, {"MASTER", 0U}}) {
    Secured port;
    if (*password != '\0') static_cast<void>(port.present(password));
    // READER, to its last byte and its group.
    EXPECT_EQ(port.code_of(from_hex("3F 00 2A 00 00 00 00 15")), code) << password;
    EXPECT_EQ(port.code_of(from_hex("30 00 2D")), code) << password;
  }
}

TEST(OpticalServerSecurity, TakesSpacesForTheEndOfAPasswordAsWellAsZeros) {
  Secured port;
  EXPECT_EQ(port.present("SHOP" + std::string(16, ' ')), 0U);
  EXPECT_EQ(port.present("SHOP"), 0U);
  EXPECT_EQ(port.present("SHO"), 1U);
  EXPECT_EQ(port.present("SHOPS"), 1U);
  EXPECT_EQ(port.present("shop"), 1U);
}

TEST(OpticalServerSecurity, LogsAWrongPasswordWithItsUserAndTakesTheRightsAway) {
  Secured port;
  EXPECT_EQ(port.present("MASTER"), 0U);
  EXPECT_EQ(port.present("WRONG"), 1U);
  EXPECT_EQ(port.functions.events, std::vector<std::string>{"2048 by 2 of 0"});
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 5U);
  EXPECT_EQ(port.present(""), 1U) << "a blank one opens nothing";
}

TEST(OpticalServerSecurity, LooksAtNoPasswordForAMinuteAfterThreeWrongOnes) {
  Secured port;
  for (int n = 0; n < 3; ++n) EXPECT_EQ(port.present("WRONG"), 1U);
  EXPECT_EQ(port.present("MASTER"), 6U) << "busy";
  port.pass(55);
  port.control = 0;
  port.log_on();
  EXPECT_EQ(port.present("MASTER"), 6U) << "in another session too";
  port.pass(6);
  port.control = 0;
  port.log_on();
  EXPECT_EQ(port.present("MASTER"), 0U);
}

TEST(OpticalServerSecurity, EndsWithTheSession) {
  Secured port;
  EXPECT_EQ(port.present("MASTER"), 0U);
  EXPECT_EQ(port.code_of({0x52}), 0U);
  port.ask(packet(from_hex("50 00 02 42 45 4E 43 48 20 20 20 20 20"), port.control ^= 0x20U));
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 5U);
}

TEST(OpticalServerSecurity, IsGivenByTheProceduresOfTheSessionToo) {
  Secured port;
  EXPECT_EQ(port.result_of(from_hex("12 00 01 00 07") + device_id("SHOP")), 0U);
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 0U);
  EXPECT_EQ(port.functions.calls, std::vector<std::string>{"demand_reset by 1792"}) << "07 00, little-endian";
  EXPECT_EQ(port.result_of(from_hex("13 00 02")), 0U);
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 5U);
  EXPECT_EQ(port.result_of(from_hex("12 00 01 07 00") + device_id("WRONG")), 5U);
}

TEST(OpticalServerSecurity, SealsProgrammingAndColdStartAgainstEverybody) {
  Secured port;
  EXPECT_EQ(port.present("MASTER"), 0U);
  port.data.sealed = true;
  for (const char* write :
       {"4F 00 05 00 00 08 00 01 33 CD", "4F 00 0D 00 00 00 00 01 05 FB", "4F 08 02 00 00 00 00 01 00 00"})
    EXPECT_EQ(port.code_of(from_hex(write)), 3U) << write;
  EXPECT_EQ(port.result_of(from_hex("00 00 05")), 0x103U) << "the write of the procedure itself is refused";
  EXPECT_TRUE(port.functions.calls.empty());
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 0U) << "what reads the bill goes on";
  EXPECT_EQ(port.board->eeprom_writes.written, 0U);
}

TEST(OpticalServerSecurity, WritesWhatWasDoneIntoTheHistory) {
  Secured port;
  EXPECT_EQ(port.present("MASTER"), 0U);
  EXPECT_EQ(port.code_of(from_hex("4F 00 05 00 00 08 00 01 33 CD")), 0U);
  EXPECT_EQ(port.result_of(from_hex("09 00 06 01")), 0U);
  EXPECT_EQ(port.functions.events, (std::vector<std::string>{"10 by 2 of 5", "9 by 2 of 9"}));
}

TEST(OpticalServer, GivesNoIdentityWithoutASoundRecordAndSaysSo) {
  IdentityRecord damaged = identity();
  damaged.serial_number[0] = 'X';
  for (const std::uint8_t number : {1, 2, 5, 15}) {
    Port port{damaged};
    port.log_on();
    EXPECT_EQ(port.ask(packet({0x30, 0, number}, 0x20)), answer({0x01}, true)) << int{number};
  }
  Port port{damaged};
  port.log_on();
  EXPECT_EQ(port.ask(packet(from_hex("30 00 03"), 0x20)),
            answer(table_data(from_hex("01 02 00 00 00")), true));
}

TEST(OpticalServer, ShowsTheFaultWordInItsStatus) {
  Port port;
  port.data.fault_word = kFaultCalibration | kFaultLedRing;
  port.log_on();
  EXPECT_EQ(port.ask(packet(from_hex("30 00 03"), 0x20)),
            answer(table_data(from_hex("01 02 00 00 03")), true));
}

TEST(OpticalServer, IsStillThereAfterAnyNoise) {
  std::mt19937 random{1};
  Port port;
  for (int round = 0; round < 300; ++round) {
    Octets noise(random() % 700);
    for (auto& byte : noise) byte = random() % 4 == 0 ? 0xEE : static_cast<std::uint8_t>(random() % 256);
    port.hear(noise);
    port.pass((random() % 1000) * 1e-3);
  }
  port.pass(20);
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
}

// Requests with a good check in any order reach what noise does not.
TEST(OpticalServer, IsStillThereAfterAnySequenceOfRequests) {
  std::mt19937 random{2};
  Port port;
  const std::uint8_t services[] = {0x20, 0x21, 0x30, 0x3F, 0x40, 0x4F, 0x50, 0x51, 0x52, 0x60, 0x61, 0x70};
  for (int round = 0; round < 3000; ++round) {
    Octets data{services[random() % std::size(services)]};
    const std::size_t sizes[] = {0, 1, 2, 3, 4, 7, 12, 20};
    const std::size_t size = sizes[random() % std::size(sizes)];
    while (data.size() < size + 1)
      data.push_back(static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 24));
    port.hear(
        packet(data, static_cast<std::uint8_t>(random() & 0xE0U), static_cast<std::uint8_t>(random() % 3)));
    port.pass((random() % 4) * 1e-2);
    if (random() % 3 != 0) port.hear(from_hex(random() % 4 == 0 ? kNak : kAck));
  }
  port.pass(300);
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
}

}  // namespace
}  // namespace meterbench::firmware
