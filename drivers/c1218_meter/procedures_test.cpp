#include "drivers/c1218_meter/procedure.h"

#include <gtest/gtest.h>

#include <optional>

#include "drivers/c1218_meter/scripted_meter_test.h"
#include "tests/support/breakable_link.h"

namespace meterbench::c1218_meter {
namespace {

using namespace golden::packets;
using namespace std::chrono;

using C1218Procedures = ScriptedMeter;

TEST_F(C1218Procedures, AsksForASignalByteForByte) {
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

TEST_F(C1218Procedures, UsesAFreshSequenceNumberEachTime) {
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

TEST_F(C1218Procedures, WritesNothingToAMeterThatDoesNotListTheProcedure) {
  for (const Turn& st00 : {kSt00, kSt00WithNameplate}) {
    use({kIdentifyTurn, kLogOnTurn, st00, kLogOffTurn, kTerminateTurn});
    const auto refused = signal();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().detail, "MP-00: this meter has no such procedure, as its ST-00 says");
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(C1218Procedures, WritesNoProcedureOfOneMakerToTheMeterOfAnother) {
  const Turn other =
      read(0, "02 08 80 54 45 53 54 02 00 16 00 01 00 03 02 00 01 01 00 AF 99 E1 02 20 01 A0 00 00 00 00");
  use({kIdentifyTurn, kLogOnTurn, other, kLogOffTurn, kTerminateTurn});
  const auto refused = signal();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().detail, "MP-00: what it does in a meter of 'TEST' is not known");
}

TEST_F(C1218Procedures, TellsWithWhatAWriteWasRefused) {
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

TEST_F(C1218Procedures, TellsWithWhatAProcedureWasRefused) {
  for (const auto& [answer, text] : {std::pair{"00 08 01 02", "bad parameter (2)"},
                                     {"00 08 01 03", "in conflict with its set-up (3)"},
                                     {"00 08 01 04", "not at this time (4)"},
                                     {"00 08 01 05", "insufficient security clearance: no authorization (5)"},
                                     {"00 08 01 06", "unknown procedure (6)"},
                                     {"00 08 01 FF", "a result that no document tells (255)"}}) {
    const auto refused = signal_with({kSignalTurn, answer_in_st08(answer)});
    ASSERT_FALSE(refused) << answer;
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_EQ(refused.error().detail, std::string{"MP-00: "} + text);
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(C1218Procedures, LooksAgainAfterHalfASecondWhileAProcedureIsUnderWay) {
  for (const Hex not_yet : {"00 08 01 01", "00 08 00 00", "09 00 01 00"}) {  // or an older answer
    const auto done = signal_with(
        {kSignalTurn, answer_in_st08(not_yet), answer_in_st08(not_yet), answer_in_st08("00 08 01 00")});
    EXPECT_TRUE(done) << done.error().text();
    EXPECT_GT(reactor->now(), instant_at(1.0));
    EXPECT_EQ(meter->retries(), 0U);
  }
}

TEST_F(C1218Procedures, GivesAProcedureUpAfterTwentyLooks) {
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

TEST_F(C1218Procedures, RefusesAnAnswerToAProcedureThatMeansNothing) {
  const auto garbled = signal_with({kSignalTurn, answer_in_st08("00 08 01")});
  ASSERT_FALSE(garbled);
  EXPECT_EQ(garbled.error().code, Errc::garbled);
}

TEST_F(C1218Procedures, SendsNoSignalThatTheProcedureDoesNotKnow) {
  for (const unsigned pulses : {0U, 101U, 257U}) {
    use_script({});
    const auto refused = signal(pulses);
    ASSERT_FALSE(refused) << pulses;
    EXPECT_EQ(refused.error().code, Errc::out_of_range);
    EXPECT_FALSE(link->is_open());
  }
}

TEST_F(C1218Procedures, EndsAsDisconnectedWhenTheLinkIsLostWhileAProcedureIsUnderWay) {
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

TEST_F(C1218Procedures, EndsAsDisconnectedWhereverTheLinkIsLostDuringAProcedure) {
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

TEST_F(C1218Procedures, MayBeGivenUpWhileAProcedureIsUnderWay) {
  use_script(script_of({kIdentifyTurn, kLogOnTurn, kOwnSt00, kSignalTurn, answer_in_st08("00 08 01 01")}));
  meter->start_signal(5, [](const Result<void>&) { FAIL() << "nobody is there to be told"; });
  EXPECT_TRUE(reactor->wait_until(instant_at(0.4)));
  meter.reset();
  EXPECT_TRUE(reactor->wait_until(instant_at(20)));
}

// What ST-07 is written with, by optical-port.md 6.6; sequence number 1, since the clock of these tests
// begins with 0.
TEST_F(C1218Procedures, WritesEachProcedureAsTheFactsHaveIt) {
  const MeterTime time = local_days{2024y / June / 15} + 13h + 45min + 30s;
  const std::tuple<MeterProcedure, Hex, Hex> cases[] = {
      {MeterProcedure::demand_reset, "09 00 01 01", "09 00 01 00 01"},
      {MeterProcedure::self_read, "09 00 01 02", "09 00 01 00 02"},
      {MeterProcedure::test_mode_on, "06 00 01 02", "06 00 01 00"},
      {MeterProcedure::test_mode_off, "06 00 01 01", "06 00 01 00"},
      // Saturday
      {MeterProcedure::set_clock, "0A 00 01 03 18 06 0F 0D 2D 1E 06",
       "0A 00 01 00 18 06 0F 0D 2C 00 18 06 0F 0D 2D 1E"},
      {MeterProcedure::clear_data, "03 00 01", "03 00 01 00"},
      {MeterProcedure::clear_status, "07 00 01", "07 00 01 00"},
      {MeterProcedure::clear_event_log, "04 00 01 01", "04 00 01 00"},
      {MeterProcedure::warm_start, "01 00 01", "01 00 01 00"},
      {MeterProcedure::cold_start, "00 00 01", "00 00 01 00"},
  };
  for (const auto& [what, request, answer] : cases) {
    const Bytes block = table(request);
    const Turn write{from_hex("40 00 07") + Bytes(block.begin() + 1, block.end()), {0}};
    use({kIdentifyTurn, kLogOnTurn, kSt00, write, answer_in_st08(answer), kLogOffTurn, kTerminateTurn});
    const auto done = procedure({what, time});
    EXPECT_TRUE(done) << to_text(what) << ": " << done.error().text();
  }
}

TEST_F(C1218Procedures, OperatesTheDisconnectOfTheVirtualMeterAlone) {
  // Procedures MP-00, 01, 02 of the maker.
  const Turn own =
      read(0, "02 08 80 4D 54 42 4E 02 00 16 00 01 00 03 02 00 01 01 00 AF 99 E1 02 20 07 A0 00 00 00 00");
  for (const auto& [what, position] :
       {std::pair{MeterProcedure::open_disconnect, "00"}, {MeterProcedure::close_disconnect, "01"}}) {
    const Bytes block = table(std::string{"02 08 01 "} + position);
    const Turn write{from_hex("40 00 07") + Bytes(block.begin() + 1, block.end()), {0}};
    use({kIdentifyTurn, kLogOnTurn, own, write, answer_in_st08("02 08 01 00"), kLogOffTurn, kTerminateTurn});
    const auto done = procedure({.procedure = what});
    EXPECT_TRUE(done) << done.error().text();
  }
  use({kIdentifyTurn, kLogOnTurn, kSt00, kLogOffTurn, kTerminateTurn});
  const auto refused = procedure({.procedure = MeterProcedure::open_disconnect});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
}

// A meter may say what it did of what was asked.
TEST_F(C1218Procedures, BelievesNoResetThatTheMeterDidNotDo) {
  const Turn write{from_hex("40 00 07 00 04 09 00 01 01 F5"), {0}};
  use({kIdentifyTurn, kLogOnTurn, kSt00, write, answer_in_st08("09 00 01 00 00"), kLogOffTurn,
       kTerminateTurn});
  const auto refused = procedure({.procedure = MeterProcedure::demand_reset});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(refused.error().detail, "SP-09: asked for 01, the meter says that it did 00");
}

// optical-port.md 6.6, 8: both ways of a secured meter.
TEST_F(C1218Procedures, SaysInTheSameWordsThatClearanceIsMissing) {
  const Turn write{from_hex("40 00 07 00 03 00 00 01 FF"), {0}};
  use({kIdentifyTurn, kLogOnTurn, kSt00, {write.request, {3}}, kLogOffTurn, kTerminateTurn});
  const auto by_code = procedure({.procedure = MeterProcedure::cold_start});
  use({kIdentifyTurn, kLogOnTurn, kSt00, write, answer_in_st08("00 00 01 05"), kLogOffTurn, kTerminateTurn});
  const auto by_result = procedure({.procedure = MeterProcedure::cold_start});
  for (const auto* refused : {&by_code, &by_result}) {
    ASSERT_FALSE(*refused);
    EXPECT_EQ(refused->error().code, Errc::refused);
    EXPECT_NE(refused->error().detail.find("insufficient security clearance"), std::string::npos)
        << refused->error().detail;
  }
}

TEST_F(C1218Procedures, WaitsTwentySecondsForTheAnswerToAWrite) {
  const Turn write{from_hex("40 00 07 00 03 00 00 01 FF"), {0}};
  auto script = script_of({kIdentifyTurn, kLogOnTurn, kSt00, write});
  script.resize(4);
  script[3].reply = {kAckByte};
  use_script(std::move(script));
  const auto late = procedure({.procedure = MeterProcedure::cold_start});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  EXPECT_NEAR(in_seconds(late.error().elapsed), 20, 0.1);
}

}  // namespace
}  // namespace meterbench::c1218_meter
