#include "drivers/protocol/c1218/client.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "drivers/protocol/c1218/services.h"
#include "tests/support/optical_packets.h"

namespace meterbench::c1218 {
namespace {

using namespace std::chrono_literals;
using namespace golden::packets;
using golden::from_hex;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A client whose line a test holds in its hand: 9,600 baud outwards, no delay inwards.
struct Line {
  explicit Line(const Client::Settings& settings = {}) : client{settings} {}

  /// Lets time pass; what is sent meanwhile.
  Bytes pass(Duration duration) {
    const Instant end = now + duration;
    Bytes sent;
    while (true) {
      const Bytes output = client.take_output(now);
      if (!output.empty()) {
        sent = sent + output;
        now += from_seconds(static_cast<double>(output.size()) / 960);
        client.on_sent(now);
        continue;
      }
      const auto deadline = client.next_deadline();
      if (!deadline || *deadline > end) break;
      now = std::max(now, *deadline);
      client.on_time(now);
    }
    now = std::max(now, end);
    return sent;
  }
  /// What is sent within 10 ms.
  Bytes hear(const Bytes& bytes) {
    client.on_bytes(now, bytes);
    return pass(10ms);
  }
  Bytes hear(Hex hex) { return hear(from_hex(hex)); }
  Bytes ask(Bytes request) {
    client.start(now, std::move(request));
    return pass(10ms);
  }
  /// The response's code and data, or why there is none.
  std::string answer() {
    const auto answer = client.take_answer();
    if (!answer) return "none";
    if (!*answer) return std::string{to_text(answer->error().code)} + ": " + answer->error().detail;
    return hex_text(Bytes{(*answer)->code} + (*answer)->data);
  }

  Client client;
  Instant now = instant_at(100);
};

struct Exchange {
  Bytes request;
  Hex packet;
  Hex response;
};

// optical-port.md 1.3; acknowledges of responses go out before the next request.
TEST(C1218Client, SpeaksTheSessionOfTheFacts) {
  const Exchange session[] = {
      {identify(), kIdentify, kIdentified}, {negotiate(64, 1, Bytes{6}), kNegotiate64, kNegotiated64},
      {log_on(2, "BENCH"), kLogOn, kOk},    {security("READER", '\0'), kSecurityReader, kOk1},
      {full_read(3), kReadSt03, kSt03},     {full_read(23), kReadSt23, kSt23},
      {full_read(42), kReadSt42, kIsc},     {from_hex("40 00 07 00 03 00 00 11 EF"), kColdStart, kOk1},
      {full_read(8), kReadSt08, kSt08},     {log_off(), kLogOff, kOk1},
      {terminate(), kTerminate, kOk},
  };
  Line line;
  for (const auto& [request, packet, response] : session) {
    EXPECT_EQ(line.ask(request), from_hex(packet));
    EXPECT_EQ(line.hear(kAck), Bytes{});
    EXPECT_EQ(line.answer(), "none");
    const Bytes bytes = from_hex(response);
    EXPECT_EQ(line.hear(bytes), from_hex(kAck));
    EXPECT_EQ(line.answer(), hex_text(ByteView{bytes}.subspan(kHeader, bytes.size() - kOverhead)));
  }
  EXPECT_EQ(line.client.retries(), 0U);
  EXPECT_FALSE(line.client.next_deadline());
}

TEST(C1218Client, KeepsSilentForTheTurnAround) {
  Line line{{.turn_around = 20ms}};
  line.ask(identify());
  line.client.on_bytes(line.now, from_hex(kAck));
  line.client.on_bytes(line.now, from_hex(kIdentified));
  EXPECT_EQ(line.pass(19ms), Bytes{});
  EXPECT_NE(line.answer(), "none");
  line.client.start(line.now, log_on(2, "BENCH"));
  EXPECT_EQ(line.pass(500us), Bytes{});
  const Bytes request = line.pass(1ms);
  EXPECT_EQ(request.front(), kAcknowledge);
  EXPECT_EQ(request[1], kStart);
}

TEST(C1218Client, SendsTheSamePacketAgainWhenItIsRefused) {
  Line line;
  line.ask(identify());
  for (int n = 0; n < 3; ++n) EXPECT_EQ(line.hear(kNak), from_hex(kIdentify)) << n;
  line.hear(kAck);
  line.hear(kIdentified);
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
  EXPECT_EQ(line.client.retries(), 3U);
}

TEST(C1218Client, GivesUpAfterThreeRetriesAndFallsSilent) {
  Line line;
  line.ask(identify());
  for (int n = 0; n < 3; ++n) line.hear(kNak);
  EXPECT_EQ(line.hear(kNak), Bytes{});
  EXPECT_EQ(line.answer(), "garbled: the meter refuses the packet (NAK); sent 4 times");
  EXPECT_FALSE(line.client.next_deadline());
}

TEST(C1218Client, SendsAgainWithoutAcknowledgeAfterTwoSeconds) {
  Line line;
  EXPECT_EQ(line.ask(identify()), from_hex(kIdentify));
  EXPECT_EQ(line.pass(1980ms), Bytes{});
  EXPECT_EQ(line.pass(30ms), from_hex(kIdentify));
  EXPECT_EQ(line.pass(2020ms), from_hex(kIdentify));
  EXPECT_EQ(line.pass(2020ms), from_hex(kIdentify));
  EXPECT_EQ(line.pass(10s), Bytes{});
  EXPECT_EQ(line.answer(), "timeout: no acknowledge; sent 4 times");
}

TEST(C1218Client, SendsAgainOnAByteThatIsNoAcknowledge) {
  Line line;
  line.ask(identify());
  EXPECT_EQ(line.hear("55"), from_hex(kIdentify));
  line.hear(kAck);
  line.hear(kIdentified);
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, TakesAnAcknowledgeBehindNoise) {
  Line line;
  line.ask(identify());
  EXPECT_EQ(line.hear("55 AA 06"), Bytes{});
  line.hear(kIdentified);
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

// optical-port.md 2.2, item 3.
TEST(C1218Client, TakesAResponseInPlaceOfALostAcknowledge) {
  Line line;
  line.ask(identify());
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, TakesNothingThatBeginsBeforeItsPacketHasLeftForTheAnswer) {
  Line line;
  line.client.start(line.now, identify());
  line.client.on_bytes(line.now, from_hex(kAck));
  line.client.on_bytes(line.now, from_hex(kOk));
  EXPECT_EQ(line.pass(10ms), from_hex(kIdentify));
  EXPECT_EQ(line.answer(), "none");
  const Bytes answer = from_hex(kAck) + from_hex(kIdentified);
  EXPECT_EQ(line.hear(answer), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, DropsARepeatedResponseWhileItWaitsForAnAcknowledge) {
  Line line;
  line.ask(identify());
  line.hear(Bytes{kAcknowledge} + from_hex(kIdentified));
  line.answer();
  line.ask(negotiate(64, 1, Bytes{6}));
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "none");
  line.hear(kAck);
  line.hear(kNegotiated64);
  EXPECT_EQ(line.answer(), "00 00 40 01 06");
  EXPECT_EQ(line.client.retries(), 0U);
}

TEST(C1218Client, AcknowledgesARepeatedResponseThatComesLate) {
  Line line;
  line.ask(identify());
  line.hear(Bytes{kAcknowledge} + from_hex(kIdentified));
  line.answer();
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "none");
}

TEST(C1218Client, ForgetsAPacketAfterSixSeconds) {
  Line line;
  line.ask(identify());
  line.hear(Bytes{kAcknowledge} + from_hex(kIdentified));
  line.answer();
  line.pass(6s);
  line.ask(identify());
  line.hear(kAck);
  line.hear(kIdentified);
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, WaitsSixSecondsForAResponse) {
  for (const bool late : {false, true}) {
    Line line;
    line.ask(identify());
    line.hear(kAck);
    EXPECT_EQ(line.pass(late ? 6s : 5900ms), Bytes{});
    line.hear(kIdentified);
    EXPECT_EQ(line.answer(), late ? "timeout: acknowledged, but no response" : "00 00 01 00 00");
  }
}

TEST(C1218Client, AsksThreeTimesForADamagedResponse) {
  Bytes damaged = from_hex(kIdentified);
  damaged[7] ^= 0x10U;
  Line line;
  line.ask(identify());
  line.hear(kAck);
  for (int n = 0; n < 3; ++n) EXPECT_EQ(line.hear(damaged), from_hex(kNak));
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
  EXPECT_EQ(line.client.retries(), 3U);
}

TEST(C1218Client, GivesUpAfterAFourthDamagedResponse) {
  Bytes damaged = from_hex(kIdentified);
  damaged[7] ^= 0x10U;
  Line line;
  line.ask(identify());
  line.hear(kAck);
  for (int n = 0; n < 3; ++n) line.hear(damaged);
  EXPECT_EQ(line.hear(damaged), Bytes{});
  EXPECT_EQ(line.answer(), "garbled: the packet's check is wrong; asked for 4 times");
}

TEST(C1218Client, RefusesAResponseThatStopsForHalfASecond) {
  Line line;
  line.ask(identify());
  line.hear(kAck);
  EXPECT_EQ(line.hear("EE 00 00 00 00 05 00"), Bytes{});
  EXPECT_EQ(line.pass(480ms), Bytes{});
  EXPECT_EQ(line.pass(20ms), from_hex(kNak));
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, RefusesAPacketLongerThanAgreed) {
  for (const Hex header : {"EE 00 00 00 1F F7", "EE 00 00 00 FF FF", "EE 00 00 00 00 39"}) {
    Line line;
    line.ask(identify());
    line.hear(kAck);
    EXPECT_EQ(line.hear(header), from_hex(kNak)) << header;
    line.hear(kIdentified);
    EXPECT_EQ(line.answer(), "00 00 01 00 00") << header;
  }
}

TEST(C1218Client, JoinsAResponseOfSeveralPackets) {
  Line line;
  line.ask(full_read(1));
  line.hear(kAck);
  EXPECT_EQ(line.hear(kSt01Part1), from_hex(kAck));
  EXPECT_EQ(line.answer(), "none");
  EXPECT_EQ(line.hear(kSt01Part1), from_hex(kAck)) << "repeated";
  EXPECT_EQ(line.hear(kSt01Part2), from_hex(kAck));
  const Bytes whole = from_hex(kSt01);
  EXPECT_EQ(line.answer(), hex_text(ByteView{whole}.subspan(kHeader, whole.size() - kOverhead)));
}

TEST(C1218Client, GivesUpAResponseThatBeginsAgainAndAgain) {
  Line line;
  line.ask(full_read(1));
  line.hear(kAck);
  for (const std::uint8_t n : {1, 2, 3, 4})
    EXPECT_EQ(line.hear(encode({.multi = true, .first = true, .sequence = 5, .data = {n}})), from_hex(kAck));
  EXPECT_EQ(line.hear(encode({.multi = true, .first = true, .sequence = 5, .data = {5}})), Bytes{});
  EXPECT_EQ(line.answer(), "garbled: the response begins again and again");
}

TEST(C1218Client, SaysNothingToWhatComesRightBehindAFailure) {
  Bytes damaged = from_hex(kIdentified);
  damaged[7] ^= 0x10U;
  Line line;
  line.ask(identify());
  line.hear(kAck);
  for (int n = 0; n < 3; ++n) line.hear(damaged);
  EXPECT_EQ(line.hear(damaged + from_hex(kIdentified)), Bytes{});
  EXPECT_TRUE(line.client.quiet());
  EXPECT_EQ(line.client.next_deadline(), std::nullopt);
}

TEST(C1218Client, WaitsForAResponseAsLongAsItIsTold) {
  Line line;
  line.client.start(line.now, full_read(1), 20s);
  line.pass(10ms);
  line.hear(kAck);
  line.pass(19s);
  EXPECT_EQ(line.answer(), "none");
  line.pass(2s);
  EXPECT_EQ(line.answer(), "timeout: acknowledged, but no response");
}

TEST(C1218Client, RefusesPartsOutOfSequence) {
  Line line;
  line.ask(full_read(1));
  line.hear(kAck);
  EXPECT_EQ(line.hear(kSt01Part2), from_hex(kNak));
  EXPECT_EQ(line.hear(kSt01Part1), from_hex(kAck));
  EXPECT_EQ(line.hear(encode({.multi = true, .toggle = true, .sequence = 7, .data = {1}})), from_hex(kNak));
  EXPECT_EQ(line.hear(kSt01Part2), from_hex(kAck));
  EXPECT_NE(line.answer(), "none");
}

TEST(C1218Client, SendsALongRequestInPackets) {
  Line line;
  bool toggle = false;
  const Bytes request(100, 0x40);
  const auto packets = encode_message(request, 64, toggle);
  EXPECT_EQ(line.ask(request), packets[0]);
  EXPECT_EQ(line.hear(kNak), packets[0]);
  EXPECT_EQ(line.hear(kAck), packets[1]);
  EXPECT_EQ(line.hear(kAck), Bytes{});
  line.hear(kOk);
  EXPECT_EQ(line.answer(), "00");
}

TEST(C1218Client, AsksABusyMeterAgainEveryTwoSeconds) {
  Line line;
  line.ask(full_read(1));
  line.hear(kAck);
  EXPECT_EQ(line.hear(kBsy), from_hex(kAck));
  EXPECT_EQ(line.answer(), "none");
  EXPECT_EQ(line.pass(1980ms), Bytes{});
  EXPECT_EQ(line.pass(30ms), encode({.toggle = true, .data = full_read(1)})) << "a new packet";
  line.hear(kAck);
  line.hear(encode({.toggle = true, .data = {7}}));
  EXPECT_EQ(line.pass(2s), from_hex(kReadSt01));
  line.hear(kAck);
  line.hear(kSt01);
  EXPECT_NE(line.answer(), "none");
}

TEST(C1218Client, BelievesABusyMeterAfterTwentyRepetitions) {
  Line line;
  line.ask(full_read(1));
  for (int n = 0; n < 20; ++n) {
    line.hear(kAck);
    line.hear(encode({.toggle = n % 2 == 1, .data = {6}}));
    EXPECT_EQ(line.answer(), "none") << n;
    EXPECT_FALSE(line.pass(2s).empty()) << n;
  }
  line.hear(kAck);
  line.hear(kBsy);
  EXPECT_EQ(line.answer(), "06");
}

TEST(C1218Client, DetectsAProbeThatReturnsWhatIsSentAndDropsJustThat) {
  Line line;
  line.ask(identify());
  EXPECT_EQ(line.hear(from_hex(kIdentify) + Bytes{kAcknowledge} + from_hex(kIdentified)), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
  EXPECT_TRUE(line.client.echo_seen());
  line.client.on_bytes(line.now, Bytes{kAcknowledge});
  const Bytes sent = line.ask(negotiate(64, 1, Bytes{6}));
  EXPECT_EQ(line.hear(sent), Bytes{});
  EXPECT_EQ(line.hear(kAck), Bytes{});
  EXPECT_EQ(line.hear(kNegotiated64), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 40 01 06");
  EXPECT_EQ(line.client.retries(), 0U);
}

TEST(C1218Client, DropsTheEchoThatItIsToldOf) {
  Line line{{.echo = Echo::always}};
  EXPECT_EQ(line.ask(identify()), from_hex(kIdentify));
  EXPECT_EQ(line.hear(kIdentify), Bytes{});
  line.hear(kAck);
  EXPECT_EQ(line.hear(kIdentified), from_hex(kAck));
  EXPECT_EQ(line.answer(), "00 00 01 00 00");
}

TEST(C1218Client, TellsTheIntervalThatAReadingLiesIn) {
  Line line;
  line.client.start(line.now, full_read(3));
  const Instant begin = line.now;
  line.pass(100ms);
  line.hear(kNak);  // sent again: the meter may have heard the first one
  line.pass(100ms);
  line.hear(kAck);
  line.pass(100ms);
  const Bytes response = from_hex(kSt03);
  const Instant first_byte = line.now;
  line.hear({response.begin(), response.begin() + 5});
  line.hear({response.begin() + 5, response.end()});
  const auto answer = line.client.take_answer();
  ASSERT_TRUE(answer && *answer);
  EXPECT_NEAR(in_seconds((*answer)->asked - begin), 11 / 960.0, 1e-6);
  EXPECT_EQ((*answer)->answered, first_byte);
}

TEST(C1218Client, DoesNotTakeTheHandoverToAKernelForTheEndOfSending) {
  Client client{{}};
  const Instant begin = instant_at(1);
  client.start(begin, identify());
  static_cast<void>(client.take_output(begin));
  client.on_sent(begin);
  client.on_bytes(begin + 20ms, from_hex(kAck));
  client.on_bytes(begin + 40ms, from_hex(kIdentified));
  const auto answer = client.take_answer();
  ASSERT_TRUE(answer && *answer);
  EXPECT_NEAR(in_seconds((*answer)->asked - begin), 9 / 960.0, 1e-6);
}

TEST(C1218Client, CarriesOneRequestAtATime) {
  Line line;
  line.ask(identify());
  EXPECT_THROW(line.ask(identify()), std::logic_error);
}

TEST(C1218Client, ComesToAnEndWhateverItHears) {
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    Line line{{.echo = round % 3 == 0 ? Echo::always : Echo::detect}};
    if (round % 2 == 0) line.client.agree(512);
    line.ask(full_read(1));
    bool ended = false;
    for (int n = 0; n < 200 && !ended; ++n) {
      Bytes noise(random() % 40);
      for (auto& byte : noise) byte = random() % 5 == 0 ? 0xEE : static_cast<std::uint8_t>(random() % 32);
      if (random() % 3 == 0) noise = encode({.toggle = random() % 2 == 0, .data = noise});
      line.client.on_bytes(line.now, noise);
      line.pass(std::chrono::milliseconds(random() % 800));
      ended = line.answer() != "none";
    }
    line.pass(60s);
    EXPECT_TRUE(ended || line.answer() != "none") << round;
  }
}

}  // namespace
}  // namespace meterbench::c1218
