#include "drivers/c1218_meter/driver.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "drivers/c1218_meter/scripted_meter_test.h"
#include "drivers/protocol/c1218/services.h"
#include "tests/support/breakable_link.h"

namespace meterbench::c1218_meter {
namespace {

using namespace golden::packets;

using C1218Driver = ScriptedMeter;

/// What the session of optical-port.md 1.3 says to the meter.
Options of_the_facts() {
  return {.access = {.user_id = 2, .user_name = "BENCH", .password = "READER", .filler = '\0'},
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

TEST_F(C1218Driver, ReadsNoSlicesWhereTheMeterHasNone) {
  Turn st00 = kSt00;  // full reads only
  st00 = read(0,
              "02 02 80 54 45 53 54 02 00 16 16 01 00 0A 02 02 00 01 00 AB B9 E1 1E 00 16 90 E0 81 14 00 20 "
              "DB 06 A0 00 00 00 00 00 00 00 00 00 00 00");
  use({kIdentifyTurn, kLogOnTurn, st00, {{0x30, 0, 64}, {4}}, kLogOffTurn, kTerminateTurn});
  const auto read_64 = tables({0, 64});
  ASSERT_FALSE(read_64);
  EXPECT_EQ(read_64.error().detail, "onp: operation not possible (04)");
}

// optical-port.md 3.1: rno ends the session, and a new one begins; what was asked is asked again there.
TEST_F(C1218Driver, BeginsAnewWhenTheMeterWantsToNegotiate) {
  auto script =
      script_of({kIdentifyTurn, kLogOnTurn, kSt01Turn, {{0x30, 0, 5}, {9}}, kLogOffTurn, kTerminateTurn});
  const auto again = script_of({kIdentifyTurn, kLogOnTurn, kSt05, kLogOffTurn, kTerminateTurn});
  script.insert(script.end(), again.begin(), again.end());
  use_script(std::move(script));
  const auto read_both = tables({1, 5});
  ASSERT_TRUE(read_both) << read_both.error().text();
  EXPECT_EQ(read_both->size(), 2U);
}

TEST_F(C1218Driver, BeginsAnewOnlyOnce) {
  auto script = script_of({kIdentifyTurn, kLogOnTurn, {{0x30, 0, 5}, {9}}, kLogOffTurn, kTerminateTurn});
  const auto again = script;
  script.insert(script.end(), again.begin(), again.end());
  use_script(std::move(script));
  const auto refused = tables({5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().detail, "rno: renegotiate request (09)");
}

TEST_F(C1218Driver, NamesNoPasswordThatIsRefused) {
  Options options;
  options.access.password = "SECRET";
  const Turn security{Bytes{0x51} + to_bytes("SECRET              "), {1}};
  use({kIdentifyTurn, kLogOnTurn, security, kLogOffTurn, kTerminateTurn}, options);
  const auto refused = tables({5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().command, "Security");
  EXPECT_EQ(refused.error().detail, "the meter refuses the password: err: error (01)");
  EXPECT_EQ(refused.error().text().find("SECRET"), std::string::npos);
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
  long_name.access.user_name = "01234567890";
  long_password.access.password = "012345678901234567890";
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
