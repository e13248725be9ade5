// Against PDUs by the rules of instruments.md 6.1; its golden frames are kWriteMinus40, kReadSetPoint and the
// replies to both.
#include "drivers/watlow_f4t/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bench/core/simulated_reactor.h"
#include "tests/support/modbus_support.h"

namespace meterbench::watlow_f4t {
namespace {

using ::testing::HasSubstr;
using Exchange = ScriptedModbusFarEnd::Exchange;
using Script = ScriptedModbusFarEnd::Script;

constexpr const char* kWriteMinus40 = "10 0A DE 00 02 04 00 00 C2 20";
constexpr const char* kSetPointWritten = "10 0A DE 00 02";
constexpr const char* kReadSetPoint = "03 0A DE 00 02";
constexpr const char* kSetPoint23 = "03 04 00 00 41 B8";

const Exchange kCelsius{"03 1A 4A 00 01", "03 02 00 0F"};
const Exchange kFahrenheit{"03 1A 4A 00 01", "03 02 00 1E"};
const Exchange kLimits{"03 0A D6 00 04", "03 08 00 00 C2 34 00 00 42 70"};  // −45 … 60
const Exchange kNoProfile{"03 40 B8 00 01", "03 02 00 3E"};
const Exchange kSetPointIs23{kReadSetPoint, kSetPoint23};
const Exchange kActualAuto{"03 0A FE 00 01", "03 02 00 0A"};
const Exchange kAirIs25{"03 0B 04 00 02", "03 04 00 00 41 CC"};  // 25.5
const Exchange kAirIsSound{"03 6B C4 00 01", "03 02 00 3D"};
const Exchange kBodyIs24{"03 6C 1C 00 02", "03 04 00 00 41 C0"};
const Exchange kBodyIsSound{"03 6C 1E 00 01", "03 02 00 3D"};
const Exchange kMinus40Written{kWriteMinus40, kSetPointWritten};
const Exchange kMinus40Held{kReadSetPoint, "03 04 00 00 C2 20"};
const Exchange kAutoWritten{"10 0A AA 00 01 02 00 0A", "10 0A AA 00 01"};
const Exchange kAutoHeld{"03 0A AA 00 01", "03 02 00 0A"};
const Exchange kOffWritten{"10 0A AA 00 01 02 00 3E", "10 0A AA 00 01"};
const Exchange kOffHeld{"03 0A AA 00 01", "03 02 00 3E"};

const Script kHealthy{{"03 2B F2 00 01", "03 02 00 3D"},
                      {"03 2C 00 00 01", "03 02 00 8A"},
                      {"03 2C 18 00 01", "03 02 00 3D"},
                      {"03 05 4C 00 01", "03 02 00 3D"}};

Script joined(std::initializer_list<Script> parts) {
  Script all;
  for (const Script& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Script kBeforeWriting = joined({{kCelsius, kLimits, kNoProfile}, kHealthy});
const Script kConditioning =
    joined({kBeforeWriting, {kMinus40Written, kMinus40Held, kAutoWritten, kAutoHeld}});
const Script kReading =
    joined({{kCelsius, kLimits, kSetPointIs23, kActualAuto, kAirIs25, kAirIsSound, kBodyIs24, kBodyIsSound},
            kHealthy});

/// `script` with the reply to one request exchanged.
Script with(Script script, const std::string& request, const std::string& reply) {
  for (Exchange& exchange : script)
    if (exchange.request == request) exchange.reply = reply;
  return script;
}
/// `script` up to that request, which gets another reply.
Script until(const Script& script, const std::string& request, const std::string& reply,
             ModbusMishap mishap = ModbusMishap::none) {
  Script part;
  for (const Exchange& exchange : script) {
    part.push_back(exchange);
    if (exchange.request != request) continue;
    part.back().reply = reply;
    part.back().mishap = mishap;
    return part;
  }
  ADD_FAILURE() << request << " is not in the script";
  return part;
}

class F4tDriver : public testing::Test {
 protected:
  void use(Script script) {
    chamber.reset();
    far_end = std::make_unique<ScriptedModbusFarEnd>(std::move(script));
    link = std::make_unique<DirectModbusLink>(reactor, "chamber", *far_end);
    chamber = std::make_unique<WatlowF4t>(*link, options);
  }
  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "chamber", "test", std::chrono::minutes{5}, start);
  }
  Result<std::string> identify() {
    return finish<std::string>([&](auto done) { chamber->start_identify(std::move(done)); });
  }
  Result<void> condition(double celsius) {
    return finish<void>([&](auto done) { chamber->start_condition(Temperature{celsius}, std::move(done)); });
  }
  Result<ChamberReading> read() {
    return finish<ChamberReading>([&](auto done) { chamber->start_read(std::move(done)); });
  }
  Result<void> halt() {
    return finish<void>([&](auto done) { chamber->start_stop(std::move(done)); });
  }
  static void expect_fault(const auto& result, Errc code, const std::string& words) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().text();
    EXPECT_THAT(result.error().text(), HasSubstr(words));
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  Options options{.reach = {Temperature{-45}, Temperature{60}, 3, true}, .alarms = 1};
  std::unique_ptr<ScriptedModbusFarEnd> far_end;
  std::unique_ptr<DirectModbusLink> link;
  std::unique_ptr<WatlowF4t> chamber;
};

// --- Identity ---

const Exchange kPart{
    "03 00 10 00 0F",
    "03 1E 00 46 00 34 00 54 00 31 00 41 00 32 00 45 00 41 00 41 00 31 00 42 00 31 00 41 00 41 "
    "00 00"};

TEST_F(F4tDriver, IdentifiesByPartNumberUnitsWordOrderAndLimits) {
  use({{"03 00 5A 00 01", "03 02 00 8A"}, kPart, kCelsius, kLimits});
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(*identity, "Watlow F4T, part F4T1A2EAA1B1AA, °C, low word first, set point -45 °C … 60 °C");
}

TEST_F(F4tDriver, AControllerThatReportsFailureIsRefused) {
  use({{"03 00 5A 00 01", "03 02 00 20"}, kPart, kCelsius, kLimits});
  expect_fault(identify(), Errc::refused, "status 32");
}

TEST_F(F4tDriver, UnitsThatAreNeitherAreRefused) {
  use({{"03 00 5A 00 01", "03 02 00 8A"}, kPart, {"03 1A 4A 00 01", "03 02 00 00"}, kLimits});
  expect_fault(identify(), Errc::refused, "neither °C (15) nor °F (30)");
}

TEST_F(F4tDriver, UnitsThatCannotBeReadAreRefused) {
  use({{"03 00 5A 00 01", "03 02 00 8A"}, kPart, {"03 1A 4A 00 01", "83 02"}});
  expect_fault(identify(), Errc::refused, "read units");
}

TEST_F(F4tDriver, ASerialLineHasItsOwnUnits) {
  options.serial = true;
  use({{"03 00 5A 00 01", "03 02 00 8A"}, kPart, {"03 37 00 00 01", "03 02 00 0F"}, kLimits});
  EXPECT_TRUE(identify());
}

// --- Word order and units ---

TEST_F(F4tDriver, ProvesTheWordOrderByTheSetPointLimits) {
  Script swapped = with(kReading, kLimits.request, "03 08 C2 34 00 00 42 70 00 00");
  swapped = with(swapped, kReadSetPoint, "03 04 41 B8 00 00");
  swapped = with(swapped, kAirIs25.request, "03 04 41 CC 00 00");
  use(with(swapped, kBodyIs24.request, "03 04 41 C0 00 00"));
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_EQ(reading->air, Temperature{25.5});
}

TEST_F(F4tDriver, AnUnclearWordOrderIsRefused) {
  use(with(kReading, kLimits.request, "03 08 00 00 00 00 00 00 00 00"));
  expect_fault(read(), Errc::refused, "neither word order");
  // 2.0000153 and 2.0156555 one way round, 2.0156250 … the other: both could be.
  use(with(kReading, kLimits.request, "03 08 40 00 40 00 41 00 41 00"));
  expect_fault(read(), Errc::refused, "either word order");
}

TEST_F(F4tDriver, ReadsFahrenheitAsCelsius) {
  Script fahrenheit = with(kReading, kCelsius.request, kFahrenheit.reply);
  fahrenheit = with(fahrenheit, kLimits.request, "03 08 00 00 C2 44 00 00 43 0C");  // −49 … 140 °F
  fahrenheit = with(fahrenheit, kReadSetPoint, "03 04 CC CD 42 92");                // 73.4 °F
  use(with(fahrenheit, kAirIs25.request, "03 04 CC CD 42 FE"));                     // 127.4 °F
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_NEAR(reading->air.value(), 53, 1e-4);
  EXPECT_NEAR(reading->set_point.value(), 23, 1e-4);
}

TEST_F(F4tDriver, WritesFahrenheitWhereTheControllerSpeaksIt) {
  Script fahrenheit = with(kBeforeWriting, kCelsius.request, kFahrenheit.reply);
  fahrenheit = with(fahrenheit, kLimits.request, "03 08 00 00 C2 44 00 00 43 0C");
  use(joined({fahrenheit,
              {{"10 0A DE 00 02 04 CC CD 42 FE", kSetPointWritten},
               {kReadSetPoint, "03 04 CC CD 42 FE"},
               kAutoWritten,
               kAutoHeld}}));
  const auto done = condition(53);
  EXPECT_TRUE(done) << done.error().text();
}

// --- Conditioning ---

TEST_F(F4tDriver, SetsTheSetPointReadsItBackAndSwitchesOn) {
  use(kConditioning);
  const auto done = condition(-40);
  EXPECT_TRUE(done) << done.error().text();
}

TEST_F(F4tDriver, WritesNothingBeyondTheChambersReach) {
  use({});
  expect_fault(condition(-46), Errc::out_of_range, "-45 °C … 60 °C");
  expect_fault(condition(60.5), Errc::out_of_range, "60.5 °C");
  expect_fault(condition(std::numeric_limits<double>::quiet_NaN()), Errc::out_of_range, "reaches");
}

TEST_F(F4tDriver, WritesNothingBeyondTheControllersLimits) {
  use(with(kBeforeWriting, kLimits.request, "03 08 00 00 C1 A0 00 00 42 54"));  // −20 … 53
  expect_fault(condition(-40), Errc::out_of_range, "-20 °C … 53 °C");
}

TEST_F(F4tDriver, ARunningProfileIsRefused) {
  for (const auto& [state, words] :
       {std::pair{"00 95", "running"}, {"00 92", "paused"}, {"06 F7", "by time"}}) {
    use(with(kBeforeWriting, kNoProfile.request, std::string{"03 02 "} + state));
    expect_fault(condition(-40), Errc::refused, words);
  }
}

TEST_F(F4tDriver, ATrippedLimitIsATrip) {
  use(with(kBeforeWriting, "03 2C 00 00 01", "03 02 00 20"));
  expect_fault(condition(-40), Errc::tripped, "limit controller has tripped");
  use(with(kReading, "03 2B F2 00 01", "03 02 00 1C"));
  expect_fault(read(), Errc::tripped, "limit controller has tripped");
  use(with(kReading, "03 2C 18 00 01", "03 02 00 41"));
  expect_fault(read(), Errc::refused, "sensor open");
}

TEST_F(F4tDriver, AnActiveAlarmIsRefused) {
  use(with(kBeforeWriting, "03 05 4C 00 01", "03 02 00 07"));
  expect_fault(condition(-40), Errc::refused, "alarm 1 is active (state 7)");
}

TEST_F(F4tDriver, EveryQuietStateOfAnAlarmIsNone) {
  for (const char* quiet : {"00 58", "00 3D", "00 0C"}) {
    use(with(kReading, "03 05 4C 00 01", std::string{"03 02 "} + quiet));
    EXPECT_TRUE(read());
  }
}

TEST_F(F4tDriver, AClippedSetPointIsRefusedBeforeTheChamberIsSwitchedOn) {
  use(joined({kBeforeWriting, {kMinus40Written, {kReadSetPoint, "03 04 00 00 C1 A0"}}}));
  expect_fault(condition(-40), Errc::refused, "holds -20 °C");
}

TEST_F(F4tDriver, ARefusedSetPointLeavesTheLinkOpen) {
  use(joined({kBeforeWriting, {{kWriteMinus40, "90 03"}}}));
  expect_fault(condition(-40), Errc::refused, "set point -40 °C");
  EXPECT_TRUE(link->is_open());
}

TEST_F(F4tDriver, AModeThatDoesNotHoldIsRefused) {
  use(joined({kBeforeWriting, {kMinus40Written, kMinus40Held, kAutoWritten, kOffHeld}}));
  expect_fault(condition(-40), Errc::refused, "control mode reads 62");
}

// --- Reading ---

TEST_F(F4tDriver, ReadsAirBodySetPointAndMode) {
  use(kReading);
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_EQ(reading->air, Temperature{25.5});
  EXPECT_EQ(reading->body, Temperature{24});
  EXPECT_EQ(reading->set_point, Temperature{23});
  EXPECT_TRUE(reading->running);
}

TEST_F(F4tDriver, TellsThatItIsOff) {
  use(with(kReading, kActualAuto.request, "03 02 00 3E"));
  const auto reading = read();
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->running);
}

TEST_F(F4tDriver, HasNoBodyWhereThereIsNoSensor) {
  options.reach.body_sensor = false;
  options.limit_slot.reset();
  options.alarms = 0;
  use({kCelsius, kLimits, kSetPointIs23, kActualAuto, kAirIs25, kAirIsSound});
  const auto reading = read();
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->body.has_value());
}

TEST_F(F4tDriver, AFailedSensorIsWordsAndNeverANumber) {
  for (const auto& [error, words] : {std::pair{"00 41", "sensor open"},
                                     {"00 7F", "sensor shorted"},
                                     {"00 8C", "measurement error"},
                                     {"00 8B", "bad calibration"},
                                     {"00 09", "ambient"},
                                     {"00 8D", "RTD"},
                                     {"00 20", "fail"},
                                     {"05 8F", "math"},
                                     {"00 F6", "not sourced"},
                                     {"06 51", "stale"},
                                     {"00 01", "does not name"}}) {
    use(with(kReading, kAirIsSound.request, std::string{"03 02 "} + error));
    expect_fault(read(), Errc::refused, words);
    use(with(kReading, kBodyIsSound.request, std::string{"03 02 "} + error));
    expect_fault(read(), Errc::refused, words);
  }
}

TEST_F(F4tDriver, ReadsATemperatureCloseToZero) {
  use(with(kReading, kAirIs25.request, "03 04 B7 17 B8 D1"));
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_NEAR(reading->air.value(), -1e-4, 1e-9);
}

TEST_F(F4tDriver, ANumberThatIsNoTemperatureIsGarbled) {
  use(with(kReading, kAirIs25.request, "03 04 00 00 7F C0"));  // NaN
  expect_fault(read(), Errc::garbled, "no temperature");
  use(with(kReading, kAirIs25.request, "03 04 00 00 47 00"));  // 32768
  expect_fault(read(), Errc::garbled, "no temperature");
}

// --- Off ---

TEST_F(F4tDriver, StopsWithoutAskingAnythingElse) {
  use({kOffWritten, kOffHeld});
  EXPECT_TRUE(halt());
}

TEST_F(F4tDriver, AStopThatDoesNotHoldIsAFault) {
  use({kOffWritten, kAutoHeld});
  expect_fault(halt(), Errc::refused, "control mode reads 10");
}

// --- The link ---

TEST_F(F4tDriver, ASilentControllerIsATimeOutAndTheNextCommandConnectsAgain) {
  use(joined({until(kReading, kAirIs25.request, ""), {kOffWritten, kOffHeld}}));
  expect_fault(read(), Errc::timeout, "read process value");
  EXPECT_NEAR(in_seconds(reactor.now()), 1.0, 1e-9);
  EXPECT_FALSE(link->is_open());
  EXPECT_TRUE(halt());
  EXPECT_EQ(far_end->openings(), 2);
}

TEST_F(F4tDriver, ALateReplyIsNotTakenForTheNext) {
  Script late = until(kReading, kAirIs25.request, kAirIs25.reply);
  late.back().delay = std::chrono::milliseconds{1200};
  use(joined({late, kReading}));
  expect_fault(read(), Errc::timeout, "read process value");
  EXPECT_TRUE(read());
}

TEST_F(F4tDriver, AReplyThatIsNotToThisRequestIsGarbled) {
  for (const ModbusMishap mishap :
       {ModbusMishap::wrong_transaction, ModbusMishap::wrong_unit, ModbusMishap::bad_check}) {
    use(until(kReading, kAirIs25.request, kAirIs25.reply, mishap));
    expect_fault(read(), Errc::garbled, "read process value");
  }
}

TEST_F(F4tDriver, HalfAReplyIsATimeOut) {
  use(until(kReading, kAirIs25.request, kAirIs25.reply, ModbusMishap::cut_short));
  expect_fault(read(), Errc::timeout, "read process value");
}

TEST_F(F4tDriver, ALinkLostAfterAnyMessageIsAFaultOfThatMessage) {
  for (std::size_t n = 1; n <= kConditioning.size(); ++n) {
    use(Script(kConditioning.begin(), kConditioning.begin() + static_cast<std::ptrdiff_t>(n)));
    link->break_after(n);
    expect_fault(condition(-40), Errc::disconnected, "reset by peer");
    EXPECT_EQ(far_end->spoken(), n);
  }
}

TEST_F(F4tDriver, NobodyThereIsDisconnected) {
  use({});
  link->set_absent(true);
  expect_fault(read(), Errc::disconnected, "nobody");
  expect_fault(halt(), Errc::disconnected, "nobody");
}

}  // namespace
}  // namespace meterbench::watlow_f4t
