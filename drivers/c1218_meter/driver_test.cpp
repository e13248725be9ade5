#include "drivers/c1218_meter/driver.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "drivers/protocol/c1218/framing.h"
#include "drivers/protocol/c1218/services.h"
#include "tests/support/breakable_link.h"
#include "tests/support/optical_packets.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::c1218_meter {
namespace {

using namespace golden::packets;
using golden::from_hex;

constexpr std::uint8_t kAckByte = 0x06;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Turn {
  Bytes request;   ///< data of the packet
  Bytes response;  ///< data of the packet; empty: the meter does not answer
};

/// A session by optical-port.md 1 and 2: both toggles begin at 0, every packet is acknowledged.
ScriptedFarEnd::Script script_of(const std::vector<Turn>& turns) {
  ScriptedFarEnd::Script script;
  bool toggle = false;
  for (const auto& [request, response] : turns) {
    const Bytes acknowledge = script.empty() ? Bytes{} : Bytes{kAckByte};
    script.push_back({acknowledge + c1218::encode({.toggle = toggle, .data = request}),
                      Bytes{kAckByte} + c1218::encode({.toggle = toggle, .data = response})});
    toggle = !toggle;
  }
  script.push_back({{kAckByte}, {}});
  return script;
}

/// Table data behind `ok` (optical-port.md 3.2).
Bytes table(Hex content) {
  const Bytes data = from_hex(content);
  unsigned sum = 0;
  for (const auto byte : data) sum += byte;
  return Bytes{0, static_cast<std::uint8_t>(data.size() >> 8U), static_cast<std::uint8_t>(data.size())} +
         data + Bytes{static_cast<std::uint8_t>(0x100 - (sum & 0xFFU))};
}
Turn read(std::uint8_t number, Hex content) { return {{0x30, 0, number}, table(content)}; }

const Turn kIdentifyTurn{{0x20}, from_hex("00 00 01 00 00")};
const Turn kLogOnTurn{from_hex("50 00 02 42 45 4E 43 48 20 20 20 20 20"), {0}};
const Turn kLogOffTurn{{0x52}, {0}};
const Turn kTerminateTurn{{0x21}, {0}};

// The meter of optical-port.md 6.
const Turn kSt00 =
    read(0,
         "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AB B9 E1 1E 00 16 90 E0 81 14 00 20 "
         "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");
const Turn kSt01Turn = read(
    1, "54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 30 30 30 31 32 33 34 35 36 37 38");
const Turn kSt05 = read(5, "55 4E 49 54 2D 30 30 30 31 20 20 20 20 20 20 20 20 20 20 20");
const Turn kSt11 = read(11, "06 04 01 00 00 02 02 04");
const Turn kSt12 = read(12, "00 50 02 00 00 90 01 00 00 44 02 00 08 02 28 00");
const Turn kSt15 =
    read(15,
         "92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 00 92 CB 7F 48 BF 7D 7D 3F 00 00 00 00 00 00 00 "
         "00");
const Turn kSt16 = read(16, "29 29 13 11");
const Turn kSt21 = read(21, "16 02 01 02 01 00 01 00 01 01");
const Turn kSt22 = read(22, "00 01 02 01");
const Turn kSt23Turn =
    read(23,
         "03 00 00 00 00 EA 29 3A 41 00 00 00 00 00 40 5F 40 18 06 0E 11 1E 00 00 00 00 40 C7 D7 40 "
         "C9 14 00 00");

const Turn kSt02 = read(2,
                        "37 2E 32 20 20 20 37 2E 32 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 20 20 33 "
                        "30 20 20 20 20");
const Turn kSt13 = read(13, "05 0F 00");
const Turn kSt27 = read(27, "02 03");
const Turn kSt61 = read(61, "34 00 00 00 10 0C 02 02 00 04 00 01 0F");
const Turn kSt62 = read(62, "01 00 00 02");
const Turn kSt71 = read(71, "06 04 00 00 00 02 00 02 00");
/// The same with ST-02.
const Turn kSt00WithNameplate =
    read(0,
         "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AF B9 E1 1E 00 16 90 E0 81 14 00 20 "
         "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");

// The virtual meter (quirks.md): its own maker, MT-01 and MP-00.
const Turn kOwnSt00 =
    read(0, "02 08 80 4D 54 42 4E 02 00 16 00 01 00 03 02 00 01 01 00 AF 99 E1 02 20 01 A0 00 00 00 00");
const Turn kOwnConstants{{0x30, 0x08, 0x01}, table("D1 DC A7 01 00 00 00 00")};  // 27,778,257 nWh

/// What ST-07 is written with, and what ST-08 says.
const Turn kSignalTurn{from_hex("40 00 07 00 04 00 08 01 05 F2"), {0}};
Turn answer_in_st08(Hex content) { return read(8, content); }

class C1218Driver : public testing::Test {
 protected:
  using Contents = std::map<std::uint16_t, Bytes>;

  void use_script(ScriptedFarEnd::Script script, Options options = {}) {
    meter.reset();
    link.reset();
    reactor.emplace(stop, UtcTime{});
    far_end = std::make_unique<ScriptedFarEnd>(std::move(script));
    link = std::make_unique<MemoryLink>(*reactor, "optical.A", *far_end, WireTime::serial(9600, 1));
    meter = std::make_unique<C1218Meter>(*link, std::move(options));
  }
  void use(const std::vector<Turn>& turns, Options options = {}) {
    use_script(script_of(turns), std::move(options));
  }

  template <class T, class Start>
  Result<T> finish(Start start) {
    auto result = await<T>(*reactor, "optical.A", "test", std::chrono::minutes{2}, start);
    EXPECT_TRUE(reactor->wait_until(reactor->now() + std::chrono::seconds{1}));  // the last acknowledge
    return result;
  }
  Result<MeterIdentity> identify() {
    return finish<MeterIdentity>([&](auto done) { meter->start_identify(std::move(done)); });
  }
  Result<MeterRegisters> registers() {
    return finish<MeterRegisters>([&](auto done) { meter->start_read_registers(std::move(done)); });
  }
  Result<Contents> tables(std::vector<std::uint16_t> numbers) {
    return finish<Contents>(
        [&](auto done) { meter->start_read_tables(std::move(numbers), std::move(done)); });
  }
  Result<MeterState> state() {
    return finish<MeterState>([&](auto done) { meter->start_read_state(std::move(done)); });
  }
  Result<void> signal(unsigned pulses = 5) {
    return finish<void>([&](auto done) { meter->start_signal(pulses, std::move(done)); });
  }
  /// A session that writes ST-07 at the virtual meter.
  Result<void> signal_with(std::vector<Turn> turns) {
    turns.insert(turns.begin(), {kIdentifyTurn, kLogOnTurn, kOwnSt00});
    turns.insert(turns.end(), {kLogOffTurn, kTerminateTurn});
    use(turns);
    return signal();
  }
  Result<bool> echo() {
    return finish<bool>([&](auto done) { meter->start_probe_echo(std::move(done)); });
  }

  StopSignal stop;
  std::optional<SimulatedReactor> reactor{std::in_place, stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> far_end;
  std::unique_ptr<ByteLink> link;
  std::unique_ptr<C1218Meter> meter;
};

/// What the session of optical-port.md 1.3 says to the meter.
Options of_the_facts() {
  return {.user_id = 2,
          .user_name = "BENCH",
          .password = "READER",
          .filler = '\0',
          .negotiate = Options::Wish{64, 1}};
}

TEST_F(C1218Driver, SpeaksTheSessionOfTheFactsByteForByte) {
  const Bytes ack = from_hex(kAck);
  use_script({{from_hex(kIdentify), ack + from_hex(kIdentified)},
              {ack + from_hex(kNegotiate64), ack + from_hex(kNegotiated64)},
              {ack + from_hex(kLogOn), ack + from_hex(kOk)},
              {ack + from_hex(kSecurityReader), ack + from_hex(kOk1)},
              {ack + from_hex(kReadSt03), ack + from_hex(kSt03)},
              {ack + from_hex(kLogOff), ack + from_hex(kOk1)},
              {ack + from_hex(kTerminate), ack + from_hex(kOk)},
              {ack, {}}},
             of_the_facts());
  const auto read = tables({3});
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, (Contents{{3, from_hex("01 00 00 00 00")}}));
  EXPECT_TRUE(link->is_open());
  EXPECT_EQ(meter->retries(), 0U);
}

TEST_F(C1218Driver, EndsTheSessionInGoodOrderAfterARefusal) {
  const Bytes ack = from_hex(kAck);
  use_script({{from_hex(kIdentify), ack + from_hex(kIdentified)},
              {ack + from_hex(kNegotiate64), ack + from_hex(kNegotiated64)},
              {ack + from_hex(kLogOn), ack + from_hex(kOk)},
              {ack + from_hex(kSecurityReader), ack + from_hex(kOk1)},
              {ack + from_hex(kReadSt03), ack + from_hex(kSt03)},
              {ack + from_hex(kReadSt23), ack + from_hex(kSt23)},
              {ack + from_hex(kReadSt42), ack + from_hex(kIsc)},
              {ack + from_hex(kLogOff), ack + from_hex(kOk1)},
              {ack + from_hex(kTerminate), ack + from_hex(kOk)},
              {ack, {}}},
             of_the_facts());
  const auto read = tables({3, 23, 42});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::refused);
  EXPECT_EQ(read.error().command, "Full read ST-42");
  EXPECT_EQ(read.error().detail, "isc: insufficient security clearance (03)");
  EXPECT_TRUE(link->is_open());
}

TEST_F(C1218Driver, TellsWhoTheMeterIs) {
  use({kIdentifyTurn, kLogOnTurn, kSt00, kSt01Turn, kSt05, kLogOffTurn, kTerminateTurn});
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(identity->manufacturer, "TEST");
  EXPECT_EQ(identity->model, "VMETER1");
  EXPECT_EQ(identity->hardware, "1.0");
  EXPECT_EQ(identity->firmware, "5.34");
  EXPECT_EQ(identity->serial_number, "0000000012345678");
  EXPECT_EQ(identity->device_id, "UNIT-0001");
}

TEST_F(C1218Driver, TellsKtOfTheNameplate) {
  use({kIdentifyTurn, kLogOnTurn, kSt00, kSt01Turn, kSt05, kLogOffTurn, kTerminateTurn});
  EXPECT_EQ(identify().value().kt, std::nullopt) << "this one has no ST-02";
  use({kIdentifyTurn, kLogOnTurn, kSt00WithNameplate, kSt01Turn, kSt02, kSt05, kLogOffTurn, kTerminateTurn});
  EXPECT_EQ(identify().value().kt, from_watt_hours(7.2));
}

TEST_F(C1218Driver, TellsNoKtWhereTheNameplateHasNone) {
  for (const Hex plate :
       {"37 2E 32",
        "37 2E 32 20 20 20 20 20 20 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 "
        "20 20 33 30 20 20 20 20",
        "37 2E 32 20 20 20 30 20 20 20 20 20 01 32 53 20 20 20 0C 00 33 32 30 30 20 20 20 33 "
        "30 20 20 20 20"}) {
    use({kIdentifyTurn, kLogOnTurn, kSt00WithNameplate, kSt01Turn, read(2, plate), kSt05, kLogOffTurn,
         kTerminateTurn});
    const auto identity = identify();
    ASSERT_TRUE(identity) << identity.error().text();
    EXPECT_EQ(identity->kt, std::nullopt) << plate;
  }
}

TEST_F(C1218Driver, TakesKtOfTheVirtualMeterFromItsOwnTable) {
  use({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSt01Turn, kSt02, kSt05, kOwnConstants, kLogOffTurn,
       kTerminateTurn});
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  ASSERT_TRUE(identity->kt);
  EXPECT_DOUBLE_EQ(watt_hours(*identity->kt), 0.027778257);
}

TEST_F(C1218Driver, ReadsAllConfigurationAndNothingThatChangesByItself) {
  use({kIdentifyTurn, kLogOnTurn, kSt00, kSt01Turn, kSt05, kSt11, kSt12, kSt13, kSt15, kSt16, kSt21, kSt22,
       kSt27, kSt61, kSt62, kSt71, kLogOffTurn, kTerminateTurn});
  const auto told = state();
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_EQ(told->identity.serial_number, "0000000012345678");
  std::vector<unsigned> numbers;
  for (const auto& [number, content] : told->configuration) numbers.push_back(number);
  EXPECT_EQ(numbers, (std::vector<unsigned>{0, 1, 5, 11, 12, 13, 15, 16, 21, 22, 27, 61, 62, 71}));
  EXPECT_EQ(told->configuration.at(13), from_hex("05 0F 00"));
}

TEST_F(C1218Driver, ReadsTheMakersConstantsWithTheStateOfTheVirtualMeterOnly) {
  const Turn st11 = read(11, "00 02 00 00 00 02 02 02");
  use({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSt01Turn, kSt02, kSt05, st11, kSt12, kSt15, kSt16, kSt21, kSt22,
       kOwnConstants, kLogOffTurn, kTerminateTurn});
  const auto told = state();
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_EQ(told->configuration.at(2048 + 1), from_hex("D1 DC A7 01 00 00 00 00"));
  EXPECT_FALSE(told->configuration.contains(2048 + 13));
}

// --- Procedures ---

TEST_F(C1218Driver, AsksForASignalByteForByte) {
  const Bytes ack = from_hex(kAck);
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kOwnSt00});
  script.back() = {ack + from_hex(kSignalFive), ack + from_hex(kOk1)};
  script.push_back({ack + from_hex(kReadSt08), ack + from_hex(kSignalDone)});
  script.push_back({ack + from_hex(kLogOff), ack + from_hex(kOk1)});
  script.push_back({ack + from_hex(kTerminate), ack + from_hex(kOk)});
  script.push_back({ack, {}});
  use_script(std::move(script));
  const auto done = signal();
  EXPECT_TRUE(done) << done.error().text();
  EXPECT_EQ(meter->retries(), 0U);
}

TEST_F(C1218Driver, UsesAFreshSequenceNumberEachTime) {
  const auto session = [](const Turn& request, Hex answer) {
    return script_of(
        {kIdentifyTurn, kLogOnTurn, kOwnSt00, request, answer_in_st08(answer), kLogOffTurn, kTerminateTurn});
  };
  auto script = session(kSignalTurn, "00 08 01 00");
  const auto second = session({from_hex("40 00 07 00 04 00 08 02 07 EF"), {0}}, "00 08 02 00");
  script.insert(script.end(), second.begin(), second.end());
  use_script(std::move(script));
  EXPECT_TRUE(signal());
  const auto again = signal(7);
  EXPECT_TRUE(again) << again.error().text();
}

TEST_F(C1218Driver, WritesNothingToAMeterThatDoesNotListTheProcedure) {
  for (const Turn& st00 : {kSt00, kSt00WithNameplate}) {
    use({kIdentifyTurn, kLogOnTurn, st00, kLogOffTurn, kTerminateTurn});
    const auto refused = signal();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().detail, "MP-00: this meter has no such procedure, as its ST-00 says");
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(C1218Driver, WritesNoProcedureOfOneMakerToTheMeterOfAnother) {
  const Turn other =
      read(0, "02 08 80 54 45 53 54 02 00 16 00 01 00 03 02 00 01 01 00 AF 99 E1 02 20 01 A0 00 00 00 00");
  use({kIdentifyTurn, kLogOnTurn, other, kLogOffTurn, kTerminateTurn});
  const auto refused = signal();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().detail, "MP-00: what it does in a meter of 'TEST' is not known");
}

TEST_F(C1218Driver, TellsWithWhatAWriteWasRefused) {
  for (const auto& [code, text] : {std::pair{0x01, "err: error (01)"},
                                   {0x02, "sns: service not supported (02)"},
                                   {0x03, "isc: insufficient security clearance (03)"},
                                   {0x04, "onp: operation not possible (04)"},
                                   {0x05, "iar: inappropriate action requested (05)"},
                                   {0x0A, "isss: invalid service sequence state (0A)"}}) {
    const auto refused = signal_with({{kSignalTurn.request, {static_cast<std::uint8_t>(code)}}});
    ASSERT_FALSE(refused) << code;
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().command, "Full write ST-07");
    EXPECT_EQ(refused.error().detail, text);
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(C1218Driver, TellsWithWhatAProcedureWasRefused) {
  for (const auto& [answer, text] : {std::pair{"00 08 01 02", "bad parameter (2)"},
                                     {"00 08 01 03", "in conflict with its set-up (3)"},
                                     {"00 08 01 04", "not at this time (4)"},
                                     {"00 08 01 05", "no authorization (5)"},
                                     {"00 08 01 06", "unknown procedure (6)"},
                                     {"00 08 01 FF", "a result that no document tells (255)"}}) {
    const auto refused = signal_with({kSignalTurn, answer_in_st08(answer)});
    ASSERT_FALSE(refused) << answer;
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().detail, std::string{"MP-00: "} + text);
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(C1218Driver, LooksAgainAfterHalfASecondWhileAProcedureIsUnderWay) {
  for (const Hex not_yet : {"00 08 01 01", "00 08 00 00", "09 00 01 00"}) {  // or an older answer
    const auto done = signal_with(
        {kSignalTurn, answer_in_st08(not_yet), answer_in_st08(not_yet), answer_in_st08("00 08 01 00")});
    EXPECT_TRUE(done) << done.error().text();
    EXPECT_GT(reactor->now(), instant_at(1.0));
    EXPECT_EQ(meter->retries(), 0U);
  }
}

TEST_F(C1218Driver, GivesAProcedureUpAfterTwentyLooks) {
  for (const auto& [answer, text] :
       {std::pair{"00 08 01 01", "MP-00: accepted, not finished (1)"},
        {"00 08 00 00", "MP-00: ST-08 still holds the answer to an older request"}}) {
    std::vector<Turn> turns{kSignalTurn};
    turns.insert(turns.end(), 20, answer_in_st08(answer));
    const auto given_up = signal_with(turns);
    ASSERT_FALSE(given_up);
    EXPECT_EQ(given_up.error().code, Errc::timeout);
    EXPECT_EQ(given_up.error().detail, text);
    EXPECT_TRUE(link->is_open()) << "the session ended in good order";
  }
}

TEST_F(C1218Driver, RefusesAnAnswerToAProcedureThatMeansNothing) {
  const auto garbled = signal_with({kSignalTurn, answer_in_st08("00 08 01")});
  ASSERT_FALSE(garbled);
  EXPECT_EQ(garbled.error().code, Errc::garbled);
}

TEST_F(C1218Driver, SendsNoSignalThatTheProcedureDoesNotKnow) {
  for (const unsigned pulses : {0U, 101U, 257U}) {
    use_script({});
    const auto refused = signal(pulses);
    ASSERT_FALSE(refused) << pulses;
    EXPECT_EQ(refused.error().code, Errc::out_of_range);
    EXPECT_FALSE(link->is_open());
  }
}

TEST_F(C1218Driver, EndsAsDisconnectedWhenTheLinkIsLostWhileAProcedureIsUnderWay) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSignalTurn, answer_in_st08("00 08 01 01")});
  use_script(std::move(script));
  std::optional<Result<void>> told;
  meter->start_signal(5, [&](Result<void> result) { told = std::move(result); });
  EXPECT_TRUE(reactor->wait_until(instant_at(0.4)));  // in the pause
  ASSERT_FALSE(told);
  link->close();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->error().code, Errc::disconnected);
  EXPECT_TRUE(reactor->wait_until(instant_at(10)));
}

TEST_F(C1218Driver, EndsAsDisconnectedWhereverTheLinkIsLostDuringAProcedure) {
  for (std::size_t lost = 1; lost <= 5; ++lost) {
    auto script =
        script_of({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSignalTurn, answer_in_st08("00 08 01 00")});
    script.resize(lost);
    ScriptedFarEnd end{script};
    BreakableLink breakable{*reactor, "optical.A", end};
    breakable.break_after(lost);
    meter = std::make_unique<C1218Meter>(breakable, Options{});
    const auto told = signal();
    ASSERT_FALSE(told) << lost;
    EXPECT_EQ(told.error().code, Errc::disconnected) << lost;
    EXPECT_EQ(breakable.written(), lost);
    meter.reset();
    reactor.emplace(stop, UtcTime{});
  }
}

TEST_F(C1218Driver, MayBeGivenUpWhileAProcedureIsUnderWay) {
  use_script(script_of({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSignalTurn, answer_in_st08("00 08 01 01")}));
  meter->start_signal(5, [](const Result<void>&) { FAIL() << "nobody is there to be told"; });
  EXPECT_TRUE(reactor->wait_until(instant_at(0.4)));
  meter.reset();
  EXPECT_TRUE(reactor->wait_until(instant_at(20)));
}

TEST_F(C1218Driver, ReadsTheRegistersWithTheirStepAndWhen) {
  use({kIdentifyTurn, kLogOnTurn, kSt00, kSt11, kSt12, kSt15, kSt16, kSt21, kSt22, kSt23Turn, kLogOffTurn,
       kTerminateTurn});
  const auto reading = registers();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_NEAR(watt_hours(reading->delivered.value()), 12'345'595.2, 1e-6);
  EXPECT_NEAR(watt_hours(reading->received.value()), 900, 1e-9);
  EXPECT_NEAR(watt_hours(reading->step), 7.2, 1e-12);
  EXPECT_GT(reading->answered, reading->asked);
  EXPECT_LT(in_seconds(reading->answered - reading->asked), 0.1);
}

TEST_F(C1218Driver, DoesWithoutTheTablesThatAMeterDoesNotNeed) {
  // Neither ST-05 nor ST-15.
  const Turn st00 =
      read(0,
           "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 8B 39 E1 1E 00 16 90 E0 81 14 00 20 "
           "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");
  use({kIdentifyTurn, kLogOnTurn, st00, kSt01Turn, kLogOffTurn, kTerminateTurn});
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(identity->device_id, "");
  const Turn engineering = read(16, "11 11 13 11"), no_constants = read(11, "06 04 01 00 00 00 02 04");
  use({kIdentifyTurn, kLogOnTurn, st00, no_constants, kSt12, engineering, kSt21, kSt22, kSt23Turn,
       kLogOffTurn, kTerminateTurn});
  const auto reading = registers();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_NEAR(watt_hours(reading->delivered.value()), 1'714'666'000.0, 1e-3);
}

TEST_F(C1218Driver, RefusesAMeterWithoutRegisters) {
  const Turn st00 =
      read(0,
           "02 1A 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AB B9 61 1E 00 16 90 E0 81 14 00 20 "
           "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");
  use({kIdentifyTurn, kLogOnTurn, st00, kLogOffTurn, kTerminateTurn});
  const auto reading = registers();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().detail, "this meter has no ST-23, as its ST-00 says");
}

TEST_F(C1218Driver, RefusesTablesThatMeanNothing) {
  const Turn cut = read(23, "03 00 00 00 00 EA 29 3A 41");
  use({kIdentifyTurn, kLogOnTurn, kSt00, kSt11, kSt12, kSt15, kSt16, kSt21, kSt22, cut, kLogOffTurn,
       kTerminateTurn});
  const auto reading = registers();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::garbled);
  EXPECT_TRUE(reading.error().detail.starts_with("ST-23: the table is too short")) << reading.error().detail;
}

TEST_F(C1218Driver, RefusesAWrongTableChecksum) {
  Turn wrong = kSt01Turn;
  wrong.response.back() ^= 1U;
  use({kIdentifyTurn, kLogOnTurn, wrong, kLogOffTurn, kTerminateTurn});
  const auto read = tables({1});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::garbled);
}

Options wishing() {
  Options options;
  options.negotiate = Options::Wish{};
  return options;
}

TEST_F(C1218Driver, KeepsToTheDefaultsWhenNegotiateIsRefused) {
  for (const std::uint8_t code : {1, 2, 4, 10}) {
    use({kIdentifyTurn, {from_hex("61 02 00 FF 06"), {code}}, kLogOnTurn, kSt05, kLogOffTurn, kTerminateTurn},
        wishing());
    EXPECT_TRUE(tables({5})) << int{code};
  }
}

TEST_F(C1218Driver, RefusesAnAgreementThatItCannotKeep) {
  for (const Hex agreement : {"00 00 1F FF 06", "00 02 00 00 06", "00 02 00 FF 08", "00 02 00"}) {
    use({kIdentifyTurn, {from_hex("61 02 00 FF 06"), from_hex(agreement)}, kTerminateTurn}, wishing());
    EXPECT_FALSE(tables({5})) << agreement;
  }
}

TEST_F(C1218Driver, ReadsInSlicesWhatDoesNotFit) {
  // 64-byte packets leave 52 bytes for a slice: 52, then 26 of 52 refused, 8 left.
  const auto slice = [](std::uint8_t offset, std::uint8_t count, Bytes response) {
    return Turn{{0x3F, 0, 64, 0, 0, offset, 0, count}, std::move(response)};
  };
  const std::string rest = "22 22 22 22 22 22 22 22";
  std::string content;
  for (int n = 0; n < 52; ++n) content += "11 ";
  use({kIdentifyTurn,
       kLogOnTurn,
       {{0x30, 0, 64}, {4}},
       slice(0, 52, table(content)),
       slice(52, 52, {5}),
       slice(52, 26, {5}),
       slice(52, 13, {5}),
       slice(52, 6, table("22 22 22 22 22 22")),
       slice(58, 6, {5}),
       slice(58, 3, {5}),
       slice(58, 1, table("22")),
       slice(59, 1, table("22")),
       slice(60, 1, {5}),
       kLogOffTurn,
       kTerminateTurn});
  const auto read = tables({64});
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->at(64), from_hex(content + rest));
}

TEST_F(C1218Driver, TellsTheFirstRefusalWhenSlicesDoNotWorkEither) {
  for (const std::uint8_t code : {2, 4}) {
    use({kIdentifyTurn,
         kLogOnTurn,
         {{0x30, 0, 64}, {4}},
         {{0x3F, 0, 64, 0, 0, 0, 0, 52}, {code}},
         kLogOffTurn,
         kTerminateTurn});
    const auto read = tables({64});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().command, "Full read ST-64");
    EXPECT_EQ(read.error().detail, "onp: operation not possible (04)");
  }
}

TEST_F(C1218Driver, GivesOneSessionAfterTheOther) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kSt05, kLogOffTurn, kTerminateTurn});
  const auto again = script;
  script.insert(script.end(), again.begin(), again.end());
  use_script(std::move(script));
  int done = 0;
  for (int n = 0; n < 2; ++n)
    meter->start_read_tables({5}, [&](const Result<Contents>& read) {
      EXPECT_TRUE(read);
      ++done;
    });
  EXPECT_TRUE(reactor->wait_until(instant_at(5)));
  EXPECT_EQ(done, 2);
  EXPECT_EQ(far_end->openings(), 1);
}

TEST_F(C1218Driver, DoesNotTakeALateReplyOfAnEarlierSessionForItsOwn) {
  // Somebody left while the meter still had to say something, which comes in place of an acknowledge.
  auto script = script_of(
      {kIdentifyTurn, kIdentifyTurn, {kLogOnTurn.request, {0}}, kSt05, kLogOffTurn, kTerminateTurn});
  script[0].reply = from_hex(kSt01);
  use_script(std::move(script));
  EXPECT_TRUE(tables({5}));
}

TEST_F(C1218Driver, ClosesTheLinkAfterATimeOutWithoutAnotherByte) {
  const auto first = from_hex(kIdentify);
  use_script({{first, {}}, {first, {}}, {first, {}}, {first, {}}});
  const auto read = tables({5});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::timeout);
  EXPECT_EQ(read.error().command, "Identify");
  EXPECT_NEAR(in_seconds(read.error().elapsed), 8, 0.1);
  EXPECT_FALSE(link->is_open());
}

TEST_F(C1218Driver, WaitsSixSecondsForAResponseAndNoLonger) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kSt05});
  script.resize(3);
  script[2].reply = {kAckByte};
  use_script(std::move(script));
  const auto read = tables({5});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::timeout);
  EXPECT_EQ(read.error().command, "Full read ST-05");
  EXPECT_NEAR(in_seconds(read.error().elapsed), 6, 0.1);
  EXPECT_FALSE(link->is_open());
}

TEST_F(C1218Driver, FailsOnGarbage) {
  use_script({{from_hex(kIdentify), {0x55}},
              {from_hex(kIdentify), {0x55}},
              {from_hex(kIdentify), {0x55}},
              {from_hex(kIdentify), {0x55}}});
  const auto read = tables({5});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::garbled);
  EXPECT_FALSE(link->is_open());
}

TEST_F(C1218Driver, AsksAgainForHalfAReply) {
  const Bytes ack = from_hex(kAck), half = from_hex("06 EE 00 00 00 00 05 00");
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kSt05, kLogOffTurn, kTerminateTurn});
  const Bytes whole{script[0].reply.begin() + 1, script[0].reply.end()};
  script[0].reply = half;
  script.insert(script.begin() + 1, {from_hex(kNak), whole});
  use_script(std::move(script));
  EXPECT_TRUE(tables({5}));
  EXPECT_EQ(meter->retries(), 1U);
}

TEST_F(C1218Driver, KeepsWhatItHasReadWhenOnlyTheFarewellFails) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kSt05, kLogOffTurn});
  script.resize(4);
  script[3].reply = {kAckByte};
  use_script(std::move(script));
  EXPECT_TRUE(tables({5}));
  EXPECT_FALSE(link->is_open());
}

TEST_F(C1218Driver, EndsAsDisconnectedWhereverTheLinkIsLost) {
  const std::vector<Turn> turns{kIdentifyTurn, kLogOnTurn, kSt05, kLogOffTurn, kTerminateTurn};
  for (std::size_t lost = 1; lost <= 3; ++lost) {
    auto script = script_of(turns);
    script.resize(lost);
    ScriptedFarEnd end{script};
    BreakableLink breakable{*reactor, "optical.A", end};
    breakable.break_after(lost);
    meter = std::make_unique<C1218Meter>(breakable, Options{});
    const auto read = tables({5});
    ASSERT_FALSE(read) << lost;
    EXPECT_EQ(read.error().code, Errc::disconnected) << lost;
    EXPECT_EQ(breakable.written(), lost);
    meter.reset();
  }
}

TEST_F(C1218Driver, TellsThatNobodyIsThere) {
  ScriptedFarEnd end{{}};
  BreakableLink breakable{*reactor, "optical.A", end};
  breakable.set_absent(true);
  meter = std::make_unique<C1218Meter>(breakable, Options{});
  EXPECT_EQ(tables({5}).error().code, Errc::disconnected);
  EXPECT_EQ(echo().error().code, Errc::disconnected);
  meter.reset();
}

TEST_F(C1218Driver, TellsWhetherTheProbeHearsItself) {
  const Bytes pattern = from_hex("55 AA 33 CC");
  use_script({{pattern, pattern}});
  EXPECT_TRUE(echo().value());
  use_script({{pattern, {}}});
  EXPECT_FALSE(echo().value());
  use_script({{pattern, {0x55, 0xAA}}});
  EXPECT_FALSE(echo().value());
}

TEST_F(C1218Driver, RefusesNamesThatHaveNoRoom) {
  use_script({});
  Options long_name, long_password;
  long_name.user_name = "01234567890";
  long_password.password = "012345678901234567890";
  EXPECT_THROW(C1218Meter(*link, long_name), std::invalid_argument);
  EXPECT_THROW(C1218Meter(*link, long_password), std::invalid_argument);
}

TEST_F(C1218Driver, MayBeGivenUpInTheMiddleOfASession) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn});
  script.resize(1);
  use_script(std::move(script));
  meter->start_identify([](const Result<MeterIdentity>&) { FAIL() << "nobody is there to be told"; });
  EXPECT_TRUE(reactor->wait_until(instant_at(0.012)));
  meter.reset();
  EXPECT_TRUE(reactor->wait_until(instant_at(20)));
}

}  // namespace
}  // namespace meterbench::c1218_meter
