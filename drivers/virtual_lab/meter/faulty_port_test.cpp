#include "drivers/virtual_lab/meter/faulty_port.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::virtual_lab {
namespace {

using namespace golden::packets;
using golden::from_hex;
using std::chrono::milliseconds;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Answers every whole packet with an acknowledge and the same response, and remembers what it has heard.
class Parrot final : public FarEnd {
 public:
  explicit Parrot(Hex response) : response_{from_hex(response)} {}
  void opened(Instant) override {}
  void closed(Instant) override {}
  void on_bytes(Instant, ByteView bytes, Bytes& reply) override {
    heard.insert(heard.end(), bytes.begin(), bytes.end());
    if (bytes.size() > 8) reply = from_hex(kAck) + response_;
  }
  void on_time(Instant, Bytes&) override {}
  [[nodiscard]] std::optional<Instant> next_event() const override { return {}; }

  Bytes heard;

 private:
  Bytes response_;
};

struct Bench {
  Bench(std::string fault, Hex response, std::uint64_t command = 1)
      : parrot{response},
        port{parrot, FaultScript{{{.at = {}, .command = command, .what = std::move(fault)}}}} {
    port.opened(now);
  }
  Bytes tell(Hex hex) {
    Bytes reply;
    port.on_bytes(now, from_hex(hex), reply);
    return reply;
  }
  Bytes pass(Duration duration) {
    const Instant end = now + duration;
    Bytes said;
    while (true) {
      const auto event = port.next_event();
      if (!event || *event > end) break;
      now = *event;
      port.on_time(now, said);
    }
    now = end;
    return said;
  }

  Parrot parrot;
  FaultyPort port;
  Instant now = instant_at(1);
};

Bytes answer(Hex hex) { return from_hex(kAck) + from_hex(hex); }

TEST(FaultyPort, PassesEverythingOnWithoutFaults) {
  Parrot parrot{kIdentified};
  FaultyPort port{parrot, FaultScript{{}}};
  Bytes reply;
  port.on_bytes({}, from_hex("06 15 55") + from_hex(kIdentify), reply);
  EXPECT_EQ(parrot.heard, from_hex("06 15 55") + from_hex(kIdentify));
  EXPECT_EQ(reply, answer(kIdentified));
}

TEST(FaultyPort, ListsItsFaultsOnceEach) {
  const auto& all = FaultyPort::faults();
  EXPECT_EQ(all.size(), 19U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST(FaultyPort, CountsRequestsButNotTheirRepetition) {
  Bench bench{"nak", kIdentified, 2};
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified));
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified));
  EXPECT_EQ(bench.tell(kLogOn), from_hex(kNak));
}

TEST(FaultyPort, HasFaultsAtATimeToo) {
  Parrot parrot{kIdentified};
  FaultyPort port{parrot, FaultScript{{{.at = instant_at(5), .command = {}, .what = "nak"}}}};
  for (const auto& [seconds, said] : {std::pair{4.0, answer(kIdentified)}, {5.0, from_hex(kNak)}}) {
    Bytes reply;
    port.on_bytes(instant_at(seconds), from_hex(kIdentify), reply);
    EXPECT_EQ(reply, said);
  }
}

TEST(FaultyPort, RefusesARequestUnseenByTheMeter) {
  Bench bench{"nak", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), from_hex(kNak));
  EXPECT_TRUE(bench.parrot.heard.empty());
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified));
}

TEST(FaultyPort, DamagesAPacketOnce) {
  Bench bench{"bad_crc", kIdentified};
  Bytes damaged = answer(kIdentified);
  damaged.back() ^= 1U;
  EXPECT_EQ(bench.tell(kIdentify), damaged);
  EXPECT_EQ(bench.tell(kLogOn), answer(kIdentified));
}

TEST(FaultyPort, LosesAnAcknowledge) {
  Bench bench{"drop_ack", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), from_hex(kIdentified));
  EXPECT_EQ(bench.tell(kLogOn), answer(kIdentified));
}

TEST(FaultyPort, SaysAResponseTwice) {
  Bench bench{"response_twice", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified) + from_hex(kIdentified));
}

TEST(FaultyPort, HoldsAResponseBack) {
  for (const auto& [fault, delay] : {std::pair{"slow_answer", 1200}, {"late_answer", 7000}}) {
    Bench bench{fault, kIdentified};
    EXPECT_EQ(bench.tell(kIdentify), from_hex(kAck));
    EXPECT_EQ(bench.pass(milliseconds{delay - 1}), Bytes{});
    EXPECT_EQ(bench.pass(milliseconds{1}), from_hex(kIdentified));
    EXPECT_FALSE(bench.port.next_event());
  }
}

TEST(FaultyPort, GivesAWrongChecksumInAGoodPacket) {
  Bench bench{"bad_checksum", kSt03};
  // FF becomes FE; the check by the rules of optical-port.md 1.1.
  const Bytes said = bench.tell(kReadSt03);
  EXPECT_EQ((Bytes{said.begin(), said.end() - 2}),
            from_hex("06 EE 00 00 00 00 09 00 00 05 01 00 00 00 00 FE"));
  EXPECT_EQ((Bytes{said.end() - 2, said.end()}), from_hex("7B 93"));
}

TEST(FaultyPort, CutsATable) {
  Bench bench{"short_table", kSt01Slice};
  const Bytes said = bench.tell(kReadSt01Slice);
  // 8 bytes whose checksum is DC: without the space at the end it is FC.
  EXPECT_EQ((Bytes{said.begin(), said.end() - 2}),
            from_hex("06 EE 00 00 00 00 0B 00 00 07 56 4D 45 54 45 52 31 FC"));
}

TEST(FaultyPort, LeavesResponsesWithoutTableAlone) {
  for (const char* fault : {"bad_checksum", "short_table"}) {
    Bench bench{fault, kOk};
    EXPECT_EQ(bench.tell(kLogOn), answer(kOk)) << fault;
  }
}

TEST(FaultyPort, MakesNoiseBeforeAPacket) {
  Bench bench{"junk", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), from_hex("06 55 AA") + from_hex(kIdentified));
}

TEST(FaultyPort, StopsInAPacket) {
  Bench bench{"cut_packet", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), from_hex("06 EE 00 00 00 00 05"));
  EXPECT_EQ(bench.tell(kIdentify1), answer(kIdentified));
}

TEST(FaultyPort, IsBusyTwice) {
  Bench bench{"busy", kSt03};
  EXPECT_EQ(bench.tell(kReadSt01), from_hex("06 EE 00 20 00 00 01 06 B6 34"))
      << "not the meter's last toggle";
  EXPECT_EQ(bench.tell(kReadSt03), answer(kBsy));
  EXPECT_TRUE(bench.parrot.heard.empty());
  EXPECT_EQ(bench.tell(kReadSt01), answer(kSt03));
}

TEST(FaultyPort, SeemsToBeInBaseStateUntilIdentified) {
  Bench bench{"early_time_out", kIdentified};
  EXPECT_EQ(bench.tell(kReadSt03).at(7), 0x0A);
  EXPECT_EQ(bench.tell(kReadSt01), answer(kIsss));
  EXPECT_EQ(bench.tell(kTerminate), answer(kIdentified));
  EXPECT_EQ(bench.tell(kReadSt03).at(7), 0x0A);
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified));
  EXPECT_EQ(bench.tell(kReadSt03), answer(kIdentified));
}

TEST(FaultyPort, RefusesNegotiate) {
  Bench bench{"refuse_negotiate", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified)) << "not meant";
  EXPECT_EQ(bench.tell(kNegotiate64).at(7), 0x02);
  EXPECT_EQ(bench.parrot.heard, from_hex(kIdentify));
}

TEST(FaultyPort, AgreesToSmallPackets) {
  Bench bench{"small_packets", kIdentified};
  bench.tell(kNegotiate512);
  ASSERT_EQ(bench.parrot.heard.size(), 13U);
  EXPECT_EQ((Bytes{bench.parrot.heard.begin(), bench.parrot.heard.end() - 2}),
            from_hex("EE 00 20 00 00 05 61 00 20 02 06"));
}

TEST(FaultyPort, EchoesFromThenOn) {
  Bench bench{"echo", kIdentified};
  EXPECT_EQ(bench.tell(kIdentify), from_hex(kIdentify) + answer(kIdentified));
  EXPECT_EQ(bench.tell(kAck), from_hex(kAck));
}

TEST(FaultyPort, ChangesIdentityAndOrderOfTheCheckFromThenOn) {
  Bench identity{"identity_05", kOk};
  for (const Hex request : {kIdentify, kLogOn}) {
    const Bytes said = identity.tell(request);
    EXPECT_EQ((Bytes{said.begin(), said.end() - 2}), from_hex("06 EE 05 00 00 00 01 00"));
    EXPECT_NE((Bytes{said.end() - 2, said.end()}), from_hex("11 31"));
  }
  Bench swapped{"swapped_crc", kOk};
  for (const Hex request : {kIdentify, kLogOn})
    EXPECT_EQ(swapped.tell(request), from_hex("06 EE 00 00 00 00 01 00 31 11"));
}

// The nameplate of optical-port.md 6.3: `2S` and three spaces become `2S` and two, with a `*` behind.
constexpr Hex kReadSt02 = "EE 00 00 00 00 03 30 00 02 CE 3F";
constexpr Hex kSt02 =
    "EE 00 00 00 00 25 00 00 21 37 2E 32 20 20 20 37 2E 32 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 "
    "20 20 33 30 20 20 20 20 18 B5 94";
constexpr Hex kOtherSt02 =
    "EE 00 00 00 00 25 00 00 21 37 2E 32 20 20 20 37 2E 32 20 20 20 01 32 53 20 20 2A 0C 00 33 32 30 30 20 "
    "20 20 33 30 20 20 20 20 0E 64 41";

TEST(FaultyPort, ChangesOneCharacterOfTheNameplateFromThenOn) {
  Bench bench{"changed_nameplate", kSt02, 2};
  EXPECT_EQ(bench.tell(kReadSt02), answer(kSt02));
  EXPECT_EQ(bench.tell(kReadSt01), answer(kSt02)) << "another table, whatever is in it";
  for (int n = 0; n < 2; ++n) {
    EXPECT_EQ(bench.tell(kReadSt02), answer(kOtherSt02));
    EXPECT_EQ(bench.tell(kReadSt02), answer(kOtherSt02)) << "asked again";
    bench.tell(kReadSt03);
  }
  Bench refused{"changed_nameplate", kIsc};
  EXPECT_EQ(refused.tell(kReadSt02), answer(kIsc));
}

TEST(FaultyPort, IsSilentFromThenOn) {
  Bench bench{"silent", kIdentified, 2};
  EXPECT_EQ(bench.tell(kIdentify), answer(kIdentified));
  EXPECT_EQ(bench.tell(kLogOn), Bytes{});
  EXPECT_EQ(bench.tell(kIdentify), Bytes{});
  EXPECT_EQ(bench.parrot.heard, from_hex(kIdentify)) << "nor does the meter hear";
  EXPECT_EQ(bench.pass(std::chrono::seconds{60}), Bytes{});
}

TEST(FaultyPort, PassesOnARequestThatStops) {
  Bench bench{"nak", kIdentified};
  EXPECT_EQ(bench.tell("EE 00 00"), Bytes{});
  EXPECT_TRUE(bench.parrot.heard.empty());
  bench.pass(milliseconds{100});
  EXPECT_EQ(bench.parrot.heard, from_hex("EE 00 00"));
}

}  // namespace
}  // namespace meterbench::virtual_lab
