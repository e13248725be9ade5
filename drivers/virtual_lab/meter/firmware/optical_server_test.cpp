#include "drivers/virtual_lab/meter/firmware/optical_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"
#include "tests/support/optical_client.h"

namespace meterbench::firmware {
namespace {

using namespace golden::packets;
using namespace meterbench::testing;
using golden::from_hex;
using Port = OpticalClient;

constexpr double kSilence = 6;  // s

Octets answer(Hex hex) { return from_hex(kAck) + from_hex(hex); }
/// A single-packet answer with its acknowledge.
Octets answer(const Octets& data, bool toggle) { return from_hex(kAck) + packet(data, toggle ? 0x20 : 0); }
// The session of optical-port.md 1.3, with a password that gives the lowest group. This meter's ST-23 is
// longer than the 64 bytes agreed; what else is answered is as there.
TEST(OpticalServer, AnswersTheSessionOfTheFactsByteForByte) {
  Port port{{.security = secured({{0 | kIdcProcedure, 0, 0x04}})}};
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
  EXPECT_EQ(port.ask(kNegotiate64), answer(kNegotiated64));
  EXPECT_EQ(port.ask(kLogOn), answer(kOk));
  EXPECT_EQ(port.ask(kSecurityReader), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt03), answer(kSt03));
  EXPECT_EQ(port.ask(kReadSt23), answer({0x04}, true));
  EXPECT_EQ(port.ask(kReadSt42), answer(kIsc));
  EXPECT_EQ(port.ask(kColdStart), answer(kOk1));
  EXPECT_EQ(port.ask(kReadSt08), answer(kSt08));
  EXPECT_EQ(port.ask(kLogOff), answer(kOk1));
  EXPECT_EQ(port.ask(kTerminate), answer(kOk));
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_TRUE(port.functions.calls.empty()) << "no authority for a cold start";
}

struct GoldenCase {
  Hex before;  ///< of the session, for the toggle; may be empty
  Hex request;
  std::uint8_t code;
};

// Each request of optical-port.md 1.2 and 6.6 that a session has, with what this meter has to say to it.
TEST(OpticalServer, AnswersEachRequestOfTheFacts) {
  const GoldenCase cases[] = {
      {"", kSecurityReader, 0x00},
      {"", kSecurityShopNul, 0x00},
      {"", kSecurityShopSpaces, 0x00},
      {kSecurityReader, kReadSt01, 0x00},
      {kSecurityReader, kReadSt01Slice, 0x00},
      {kSecurityReader, kReadSt03, 0x00},
      {kSecurityReader, kReadMt13, 0x04},       // longer than one packet
      {kSecurityReader, kReadSt64Slice, 0x04},  // no load profile
      {kSecurityReader, kIndexReadSt23, 0x05},  // ST-00 tells of offsets only
      {"", kWriteSt05, 0x00},
      {kSecurityReader, kOffsetWriteSt05, 0x00},
      {"", kColdStart5, 0x00},
      {kSecurityReader, kDemandReset6, 0x00},
      {"", kTestMode7, 0x00},
      {kSecurityReader, kSetClock8, 0x00},
      {kSecurityReader, kReadSt08, 0x07},  // no procedure yet
      {kSecurityReader, kWait30, 0x00},
      {"", kLogOff, 0x00},
      {kSecurityReader, kTerminate, 0x00},
  };
  for (const auto& [before, request, code] : cases) {
    Port port{{.security = secured({})}};
    port.log_on();
    if (!before.empty()) port.ask(before);
    const Octets said = port.ask(request);
    ASSERT_GE(said.size(), 10U) << request;
    EXPECT_EQ(said[7], code) << request;
  }
}

TEST(OpticalServer, CarriesOutTheProceduresOfTheFacts) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(kColdStart5), answer(kOk1));
  EXPECT_EQ(port.ask(kDemandReset6), answer(kOk));
  EXPECT_EQ(port.ask(kTestMode7), answer(kOk1));
  EXPECT_EQ(port.ask(kSetClock8), answer(kOk));
  const std::string clock = std::to_string(1'718'459'130 - 946'684'800);  // 2024-06-15 13:45:30
  EXPECT_EQ(port.functions.calls,
            (std::vector<std::string>{"cold_start by 2", "demand_reset by 2", "change_mode 2 by 2",
                                      "set_clock " + clock + " by 2"}));
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

// What a repeated request asks for is done once, whichever acknowledge got lost.
TEST(OpticalServer, CarriesOutARepeatedRequestOnce) {
  for (const bool heard : {false, true}) {
    Port port;
    port.log_on();
    port.ask(kWait30);  // for the toggle
    port.tell(kDemandReset6);
    if (heard) port.tell(kAck);
    port.tell(kDemandReset6);
    port.tell(kAck);
    EXPECT_EQ(port.functions.calls, std::vector<std::string>{"demand_reset by 2"}) << heard;
  }
}

// optical-port.md 2.2: only toggle and check together tell a repetition.
TEST(OpticalServer, ServesAnotherRequestWithTheSameToggle) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(packet({0x70, 30}, 0x20)), answer(kOk1));
  EXPECT_EQ(port.ask(packet({0x70, 31}, 0x20)), answer(kOk));
}

TEST(OpticalServer, ForgetsTheLastRequestWithTheSession) {
  Port port;
  port.log_on();
  port.ask(packet({0x52}, 0x20));
  EXPECT_EQ(port.ask(packet({0x21})), answer(kOk));
  EXPECT_EQ(port.ask(packet({0x21})), answer(kOk)) << "toggles begin anew, nothing is remembered";
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

TEST(OpticalServer, AgreesOnSizesWithTheAcknowledgeOfItsAnswer) {
  Octets longer(100, 0x51);  // no password has as many bytes
  Port port;
  port.ask(kIdentify);
  EXPECT_EQ(port.tell(kNegotiate512), answer({0, 0x02, 0x00, 2, 6}, true));
  EXPECT_EQ(port.tell(packet(longer)).at(0), 0x15) << "not yet";
  port.pass(3);  // its answer comes again
  EXPECT_EQ(port.tell(kAck), Octets{});
  EXPECT_EQ(port.ask(packet(longer)), answer({0x0A}, false)) << "heard, and no more";
  port.ask(packet({0x21}, 0x20));
  EXPECT_EQ(port.tell(packet(longer)).at(0), 0x15) << "base state has the defaults";
}

TEST(OpticalServer, EndsWithTheAcknowledgeOfItsAnswerToTerminate) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.tell(packet({0x21}, 0x20)), answer(kOk1));
  EXPECT_EQ(port.tell(kNak), from_hex(kOk1));
  EXPECT_EQ(port.tell(kAck), Octets{});
  EXPECT_EQ(port.server->wake(), kNever);
  EXPECT_EQ(port.ask(kLogOn), answer(kIsss));
}

TEST(OpticalServer, AnswersAClientThatIdentifiesAfterAnUnheardTerminate) {
  Port port;
  port.log_on();
  port.tell(packet({0x21}, 0x20));
  EXPECT_EQ(port.tell(kIdentify), answer(kIdentified)) << "from base state: toggle 0";
  port.tell(kAck);
  EXPECT_EQ(port.ask(kNegotiate64), answer(kNegotiated64));
}

TEST(OpticalServer, LogsOnAgainAfterLogOff) {
  Port port{{.security = secured({{3, 0x01, 0}})}};
  port.open(2, "READER");
  EXPECT_EQ(port.read(3), from_hex("01 00 00 00 00"));
  EXPECT_EQ(port.request({0x52}), Octets{0});
  EXPECT_EQ(port.request(full_read(3)), Octets{0x0A});
  EXPECT_EQ(port.request(Octets{0x50, 0, 2} + text("BENCH", 10, ' ')), Octets{0});
  EXPECT_EQ(port.read(3), Octets{0x03}) << "rights end with their session";
}

TEST(OpticalServer, EndsASessionWithIdentify) {
  Port port{{.security = secured({{3, 0x01, 0}})}};
  port.open(2, "READER");
  EXPECT_EQ(port.request({0x20}), from_hex("00 00 01 00 00"));
  EXPECT_EQ(port.request(full_read(3)), Octets{0x0A});
  EXPECT_EQ(port.request(from_hex("60 00 40 01")), from_hex("00 00 40 01 06")) << "in ID state";
}

// A client that dies anywhere, and another one half a second later: what was begun is over.
TEST(OpticalServer, ServesANewSessionWhereverTheLastOneWasCut) {
  const std::vector<Octets> said{
      from_hex(kIdentify), from_hex(kAck), from_hex(kNegotiate64),    from_hex(kAck),
      from_hex(kLogOn),    from_hex(kAck), from_hex(kSecurityReader), from_hex(kAck),
      from_hex(kReadSt03), from_hex(kAck)};
  std::size_t length = 0;
  for (const Octets& part : said) length += part.size();
  for (std::size_t cut = 0; cut <= length; ++cut) {
    Port port{{.security = secured({})}};
    std::size_t left = cut;
    for (const Octets& part : said) {
      const std::size_t whole = std::min(left, part.size());
      port.tell(Octets{part.begin(), part.begin() + static_cast<std::ptrdiff_t>(whole)});
      left -= whole;
    }
    port.pass(0.51);
    port.open(2, "READER");
    EXPECT_EQ(port.read(3), from_hex("01 00 00 00 00")) << "cut after " << cut << " bytes";
  }
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

TEST(OpticalServer, WaitsNoLongerThanAByteTells) {
  Port port;
  port.log_on();
  EXPECT_EQ(port.ask(packet({0x70, 255}, 0x20)), answer(kOk1));
  port.pass(254.9);
  EXPECT_NE(port.server->wake(), kNever);
  port.pass(0.2);
  EXPECT_EQ(port.server->wake(), kNever);
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
  for (const std::uint8_t service : {0x22, 0x3A, 0x3D, 0x4A, 0x4D, 0x53, 0x6C, 0x71, 0x00, 0xFF}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet({service, 0, 0}, 0x20)), answer({0x02}, true)) << int{service};
  }
}

// DATA_ACCESS_METHOD 1 and DEFAULT_SET_USED 0 (optical-port.md 6.1).
TEST(OpticalServer, HasNoAccessThatItsConfigurationDoesNotTell) {
  Port port;
  port.open();
  const Octets general = port.read(0);
  ASSERT_GT(general.size(), 8U);
  EXPECT_EQ(general[1] >> 3U & 3U, 1U) << "whole and by offset";
  EXPECT_EQ(general[8], 0) << "no default set";
  for (const std::uint8_t service : {0x31, 0x32, 0x39, 0x3E, 0x41, 0x49, 0x4E})
    EXPECT_EQ(port.request({service, 0, 23, 0, 1, 0, 0, 0, 1}), Octets{0x05}) << int{service};
  EXPECT_EQ(port.request(from_hex("3F 00 17 00 00 01 00 08")),
            table_data(from_hex("00 00 00 00 00 48 93 40")));
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

// The 230 bytes of ST-06 (optical-port.md 6.5) in packets of 64.
TEST(OpticalServer, TakesAWriteInSeveralPackets) {
  Octets content;
  for (unsigned n = 0; n < 230; ++n) content.push_back(static_cast<std::uint8_t>(' ' + n % 90));
  const Octets request = full_write(6, content);
  constexpr std::size_t kPart = 56;
  Port port;
  port.log_on();
  const std::size_t parts = (request.size() + kPart - 1) / kPart;
  Octets said;
  for (std::size_t n = 0; n < parts; ++n) {
    const auto first = request.begin() + static_cast<std::ptrdiff_t>(n * kPart);
    const auto last = n + 1 < parts ? first + kPart : request.end();
    const unsigned control = 0x80U | (n == 0 ? 0x40U : 0) | (n % 2 == 0 ? 0x20U : 0);
    said = port.tell(
        packet({first, last}, static_cast<std::uint8_t>(control), static_cast<std::uint8_t>(parts - 1 - n)));
    if (n + 1 < parts) {
      EXPECT_EQ(said, from_hex(kAck)) << n;
    }
  }
  EXPECT_EQ(said, answer(kOk1));
  port.tell(kAck);
  port.open();
  EXPECT_EQ(port.read(6), content);
}

TEST(OpticalServer, BeginsAMessageAnewWithItsFirstPart) {
  Port port;
  port.ask(kIdentify);
  EXPECT_EQ(port.tell(packet(from_hex("50 00 07 42 45 4E"), 0xE0, 2)), from_hex(kAck));
  EXPECT_EQ(port.tell(packet(from_hex("50 00 02 42 45 4E"), 0xC0, 1)), from_hex(kAck));
  EXPECT_EQ(port.ask(packet(from_hex("43 48 20 20 20 20 20"), 0xA0)), answer(kOk1));
  port.ask(kDemandReset6);
  EXPECT_EQ(port.functions.calls, std::vector<std::string>{"demand_reset by 2"});
}

TEST(OpticalServer, RefusesASinglePacketThatTellsOfMore) {
  Port port;
  EXPECT_EQ(port.tell(packet({0x20}, 0, 1)), from_hex(kNak));
  EXPECT_EQ(port.ask(kIdentify), answer(kIdentified));
}

TEST(OpticalServer, RefusesASliceOutsideOfItsTable) {
  for (const char* request : {"3F 00 01 00 00 00 00 00", "3F 00 01 00 00 20 00 01", "3F 00 01 00 00 1F 00 02",
                              "3F 00 01 FF FF FF 00 01", "3F 00 01 00 00 00 FF FF"}) {
    Port port;
    port.log_on();
    EXPECT_EQ(port.ask(packet(from_hex(request), 0x20)), answer({0x05}, true)) << request;
  }
}

// ST-23: the number of resets, then delivered and received energy.
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

const Octets kReadSt05 = from_hex("30 00 05");

Octets device_id(const std::string& text) {
  Octets bytes(text.begin(), text.end());
  bytes.resize(20, ' ');
  return bytes;
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
  IdentityBytes raw{};
  std::copy_n(eeprom.begin() + kIdentityAddress, sizeof raw.bytes, raw.bytes);
  const auto kept = std::bit_cast<IdentityRecord>(raw);
  EXPECT_TRUE(is_valid(kept));
  Port reset{{.identity = kept}};
  reset.log_on();
  EXPECT_EQ(reset.ask(packet(kReadSt05, 0x20)), answer(table_data(device_id("UNIT-0002")), true));
}

TEST(OpticalServer, IsBusyWhileTheEepromStillHasOtherBytesToTake) {
  Port port;
  port.log_on();
  while (push(port.board->eeprom_writes, EepromWrite{})) {
  }
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
    {"an unknown table", "40 00 40 00 01 41 BF", 0x04},
    {"an unknown table of the manufacturer", "40 08 04 00 01 41 BF", 0x04},
    {"a pending table", "40 10 05 00 01 41 BF", 0x04},
    {"a part of an unknown table", "4F 00 40 00 00 00 00 01 41 BF", 0x04},
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
    EXPECT_EQ(port.ask(packet(full_write(7, Octets(count)), 0x20)), answer({0x05}, true)) << count;
  }
}

TEST(OpticalServer, DoesNotWriteWithoutASoundRecord) {
  IdentityRecord damaged = sound_identity();
  damaged.serial_number[0] = 'X';
  Port port{{.identity = damaged}};
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

/// What no write reaches: all but the text of ST-05, the check of its record, and the journal.
Octets beside_device_id(Octets eeprom) {
  const auto record = eeprom.begin() + kIdentityAddress;
  std::fill_n(record + offsetof(IdentityRecord, device_id), 20, std::uint8_t{0});
  std::fill_n(record + offsetof(IdentityRecord, checksum), 4, std::uint8_t{0});
  std::fill_n(eeprom.begin() + EepromJournal::kAddress, 256, std::uint8_t{0});
  return eeprom;
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

// All of ST-00 from byte 13 on (optical-port.md 6.1), against what the services say to each number.
TEST(OpticalServer, HasExactlyWhatItsConfigurationTells) {
  Port port;
  port.open();
  const Octets general = port.read(0);
  ASSERT_GT(general.size(), 19U);
  std::size_t at = 19;
  const auto set = [&](std::size_t bytes) {
    std::vector<bool> members;
    for (std::size_t n = 0; n < 8 * bytes; ++n) members.push_back((general.at(at + n / 8) >> n % 8 & 1) != 0);
    at += bytes;
    return members;
  };
  const std::uint8_t a = general[13], b = general[14], c = general[15], d = general[16];
  const auto tables = set(a), own_tables = set(b), procedures = set(c), own_procedures = set(d),
             written = set(a), own_written = set(b);
  EXPECT_EQ(at, general.size());

  const auto look = [&](const std::vector<bool>& there, const std::vector<bool>& writable,
                        std::uint16_t first) {
    for (std::uint16_t n = 0; n < there.size() + 8; ++n) {
      const auto number = static_cast<std::uint16_t>(first + n);
      const bool is_there = n < there.size() && there[n], is_writable = n < writable.size() && writable[n];
      const std::uint8_t code = !is_there ? 0x04 : number == 7 ? 0x05 : number == 8 ? 0x07 : 0x00;
      EXPECT_EQ(port.request(full_read(number)).at(0), code) << number;
      // Of 300 bytes: no table that is written has as many.
      EXPECT_EQ(port.write(number, Octets(300)), Octets{0x05}) << number;
      const std::uint8_t refusal = !is_there ? 0x04 : 0x05;
      const Octets said = port.write(number, Octets{0});
      EXPECT_EQ(said, Octets{refusal}) << number << " is written whole, or is not";
      EXPECT_TRUE(is_there || !is_writable) << number;
    }
  };
  look(tables, written, 0);
  look(own_tables, own_written, 2048);

  const auto run = [&](const std::vector<bool>& there, std::uint16_t first) {
    for (std::uint16_t n = 0; n < there.size() + 8; ++n) {
      const auto number = static_cast<std::uint16_t>(first + n);
      // With parameters that no procedure has: nothing is done.
      const Octets request =
          Octets{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U), 7} + Octets(11);
      EXPECT_EQ(port.write(7, request), Octets{0});
      const Octets said = port.read(8);
      ASSERT_EQ(said.size(), 4U) << number;
      EXPECT_EQ(said[3], n < there.size() && there[n] ? 2 : 6) << number;
    }
  };
  run(procedures, 0);
  run(own_procedures, 2048);
  EXPECT_TRUE(port.functions.calls.empty());
}

TEST(OpticalServer, GivesNoIdentityWithoutASoundRecordAndSaysSo) {
  IdentityRecord damaged = sound_identity();
  damaged.serial_number[0] = 'X';
  for (const std::uint8_t number : {1, 2, 5, 15}) {
    Port port{{.identity = damaged}};
    port.log_on();
    EXPECT_EQ(port.ask(packet({0x30, 0, number}, 0x20)), answer({0x01}, true)) << int{number};
  }
  Port port{{.identity = damaged}};
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
