// Golden PDUs of instruments.md 6.1, and others by its rules.
#include "drivers/watlow_f4t/simulator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "tests/support/modbus_support.h"

namespace meterbench::watlow_f4t {
namespace {

using virtual_lab::ScriptedFault;

constexpr const char* kReadSetPoint = "03 0A DE 00 02";
constexpr const char* kWriteMinus40 = "10 0A DE 00 02 04 00 00 C2 20";
constexpr const char* kReadAir = "03 0B 04 00 02";
constexpr const char* kAir23 = "03 04 00 00 41 B8";
constexpr const char* kAuto = "10 0A AA 00 01 02 00 0A";
constexpr const char* kOff = "06 0A AA 00 3E";

class F4tSimulator : public testing::Test {
 protected:
  F4tSimulator() { restart({}); }
  void restart(std::vector<ScriptedFault> faults, const std::map<std::string, double>& numbers = {}) {
    world = std::make_unique<virtual_lab::World>(1, virtual_lab::SourceOutput::Settings{});
    world->add_thermometer("body.A", [this] { return body; });
    now = Instant{};
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    settings.role = "chamber";
    settings.wiring = {{"input_1", "body.A"}};
    settings.faults = std::move(faults);
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : numbers) settings.numbers.at(key) = value;
    chamber = std::get<std::shared_ptr<ModbusFarEnd>>(model.make(*world, settings));
    chamber->opened(now);
  }
  std::optional<ModbusFarEnd::Reply> ask(const std::string& pdu, std::uint8_t unit = 1) {
    return chamber->on_request(now, unit, bytes_of_hex(pdu));
  }
  std::string say(const std::string& pdu) {
    const auto reply = ask(pdu);
    return reply ? hex_text(reply->pdu) : "";
  }
  void wait(double seconds) {
    now += from_seconds(seconds);
    world->advance_to(now);
  }
  static ScriptedFault at_command(std::uint64_t command, std::string what) {
    return {.at = {}, .command = command, .what = std::move(what)};
  }
  double air() { return world->climate().air(now).value(); }

  Temperature body{21.5};
  Instant now;
  std::unique_ptr<virtual_lab::World> world;
  std::shared_ptr<ModbusFarEnd> chamber;
};

TEST_F(F4tSimulator, SpeaksTheGoldenFrames) {
  EXPECT_EQ(say(kReadSetPoint), "03 04 00 00 41 B8");
  EXPECT_EQ(say(kWriteMinus40), "10 0A DE 00 02");
  EXPECT_EQ(say(kReadSetPoint), "03 04 00 00 C2 20");
  EXPECT_EQ(say("10 0A DE 00 02 04 00 00 42 54"), "10 0A DE 00 02");
  EXPECT_EQ(say(kReadSetPoint), "03 04 00 00 42 54");
}

TEST_F(F4tSimulator, AnswersAfterItsProcessingTime) {
  EXPECT_EQ(ask(kReadAir)->due - now, std::chrono::milliseconds{20});
  EXPECT_EQ(ask(kReadAir)->mishap, ModbusMishap::none);
}

TEST_F(F4tSimulator, AnswersToItsUnitOnly) { EXPECT_FALSE(ask(kReadAir, 2)); }

TEST_F(F4tSimulator, HasItsRegisters) {
  EXPECT_EQ(say("03 00 5A 00 01"), "03 02 00 8A");                    // device status: OK
  EXPECT_EQ(say("03 00 10 00 04"), "03 08 00 46 00 34 00 54 00 31");  // part number: F4T1
  EXPECT_EQ(say("03 1A 4A 00 01"), "03 02 00 0F");                    // Ethernet: °C
  EXPECT_EQ(say("03 37 00 00 01"), "03 02 00 0F");                    // serial: °C
  EXPECT_EQ(say("03 0A D6 00 04"), "03 08 00 00 C2 34 00 00 42 70");  // set-point limits −45, 60
  EXPECT_EQ(say("03 0A AA 00 01"), "03 02 00 3E");                    // control mode: off
  EXPECT_EQ(say("03 0A FE 00 01"), "03 02 00 3E");                    // actual mode: off
  EXPECT_EQ(say("03 0A FA 00 02"), kAir23);                           // working set point
  EXPECT_EQ(say(kReadAir), kAir23);
  EXPECT_EQ(say("03 6B C2 00 02"), kAir23);               // input 1
  EXPECT_EQ(say("03 6B C4 00 01"), "03 02 00 3D");        // its error: none
  EXPECT_EQ(say("03 6C 1C 00 02"), "03 04 00 00 41 AC");  // input 2: 21.5
  EXPECT_EQ(say("03 6C 1E 00 01"), "03 02 00 3D");
  EXPECT_EQ(say("03 40 B8 00 01"), "03 02 00 3E");  // no profile
  EXPECT_EQ(say("03 05 4C 00 01"), "03 02 00 3D");  // alarm 1
  EXPECT_EQ(say("03 07 40 00 01"), "03 02 00 3D");  // alarm 6
  EXPECT_EQ(say("03 2B F2 00 01"), "03 02 00 3D");  // limit state, status, error
  EXPECT_EQ(say("03 2C 00 00 01"), "03 02 00 8A");
  EXPECT_EQ(say("03 2C 18 00 01"), "03 02 00 3D");
  EXPECT_EQ(say("04 00 5A 00 01"), "04 02 00 8A");  // function 4 reads the same
}

TEST_F(F4tSimulator, AnswersExceptions) {
  EXPECT_EQ(say("01 00 00 00 01"), "81 01");
  EXPECT_EQ(say("03 00 00 00 01"), "83 02");
  EXPECT_EQ(say("03 0A DD 00 02"), "83 02") << "half of it is no register";
  EXPECT_EQ(say("10 0B 04 00 02 04 00 00 41 B8"), "90 02") << "the process value cannot be written";
  EXPECT_EQ(say("06 0A DE 00 00"), "86 02") << "half a float";
  EXPECT_EQ(say("10 0A AA 00 01 02 00 0B"), "90 03");
}

TEST_F(F4tSimulator, RefusesASetPointBeyondItsLimitsAndKeepsTheOld) {
  EXPECT_EQ(say("10 0A DE 00 02 04 00 00 C2 38"), "90 03");  // −46
  EXPECT_EQ(say("10 0A DE 00 02 04 00 00 42 72"), "90 03");  // 60.5
  EXPECT_EQ(say("10 0A DE 00 02 04 00 00 7F C0"), "90 03");  // NaN
  EXPECT_EQ(say(kReadSetPoint), "03 04 00 00 41 B8");
}

TEST_F(F4tSimulator, ConditionsOnlyInControlModeAuto) {
  say(kWriteMinus40);
  wait(600);
  EXPECT_EQ(air(), 23);
  EXPECT_EQ(say(kAuto), "10 0A AA 00 01");
  EXPECT_EQ(say("03 0A FE 00 01"), "03 02 00 0A");
  wait(90);
  EXPECT_NEAR(air(), 20, 1e-9);  // 30 s of dead time, then 3 K/min
  wait(3600);
  EXPECT_NEAR(air(), -40, 0.01);
  EXPECT_EQ(say(kOff), kOff);
  wait(3600);
  EXPECT_NEAR(air(), 23 - 63 * std::exp(-1), 0.1);
}

TEST_F(F4tSimulator, SpeaksFahrenheitWhenTold) {
  restart({}, {{"fahrenheit", 1}});
  EXPECT_EQ(say("03 1A 4A 00 01"), "03 02 00 1E");
  EXPECT_EQ(say(kReadAir), "03 04 CC CD 42 92");                      // 73.4
  EXPECT_EQ(say("10 0A DE 00 02 04 CC CD 42 FE"), "10 0A DE 00 02");  // 127.4 °F: 53 °C
  EXPECT_EQ(say("10 0A DE 00 02 04 00 00 43 0E"), "90 03");           // 142 °F: 61.1 °C
}

TEST_F(F4tSimulator, PutsTheHighWordFirstWhenTold) {
  restart({}, {{"high_word_first", 1}});
  EXPECT_EQ(say(kReadSetPoint), "03 04 41 B8 00 00");
  EXPECT_EQ(say("10 0A DE 00 02 04 C2 20 00 00"), "10 0A DE 00 02");
}

TEST_F(F4tSimulator, AnInputWithNothingWiredIsOpen) {
  const auto model = simulator_model();
  virtual_lab::SimulatorSettings settings;
  for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
  chamber = std::get<std::shared_ptr<ModbusFarEnd>>(model.make(*world, settings));
  EXPECT_EQ(say("03 6C 1E 00 01"), "03 02 00 41");
}

TEST_F(F4tSimulator, EachSensorFaultShowsInItsErrorAndTheLastValueStays) {
  struct Case {
    const char* fault;
    const char* error_register;
    const char* error;
    const char* value_register;
    const char* value;
  };
  for (const Case& c :
       {Case{"sensor_open", "03 6B C4 00 01", "03 02 00 41", kReadAir, kAir23},
        {"sensor_short", "03 6B C4 00 01", "03 02 00 7F", kReadAir, kAir23},
        {"body_sensor_open", "03 6C 1E 00 01", "03 02 00 41", "03 6C 1C 00 02", "03 04 00 00 41 AC"},
        {"body_sensor_short", "03 6C 1E 00 01", "03 02 00 7F", "03 6C 1C 00 02", "03 04 00 00 41 AC"}}) {
    restart({at_command(1, c.fault)});
    EXPECT_EQ(say(c.error_register), c.error) << c.fault;
    body = Temperature{30};
    EXPECT_EQ(say(c.value_register), c.value) << c.fault;
    body = Temperature{21.5};
  }
}

TEST_F(F4tSimulator, ALoopWithoutSensorIsOff) {
  restart({{.at = instant_at(100), .command = {}, .what = "sensor_open"}});
  say(kWriteMinus40);
  say(kAuto);
  wait(90);
  EXPECT_LT(air(), 21);
  wait(20);
  EXPECT_EQ(say("03 0A FE 00 01"), "03 02 00 3E");
  const double before = air();
  wait(600);
  EXPECT_GT(air(), before);
}

TEST_F(F4tSimulator, ALimitTripStopsHeatingAndCoolingThoughNobodyTalks) {
  restart({{.at = instant_at(100), .command = {}, .what = "limit_trip"}});
  say(kWriteMinus40);
  say(kAuto);
  wait(100);
  const double at_trip = air();
  wait(1000);
  EXPECT_GT(air(), at_trip);
  EXPECT_EQ(say("03 2C 00 00 01"), "03 02 00 20");
  EXPECT_EQ(say("03 2B F2 00 01"), "03 02 00 1C");
}

TEST_F(F4tSimulator, AirBeyondALimitTrips) {
  restart({}, {{"limit_low_c", -30}});
  say(kWriteMinus40);
  say(kAuto);
  wait(3600);
  EXPECT_EQ(say("03 2C 00 00 01"), "03 02 00 20");
}

TEST_F(F4tSimulator, StatesOfThePanelCanBeSetAtACommand) {
  struct Case {
    const char* fault;
    const char* request;
    const char* reply;
  };
  for (const Case& c : {Case{"alarm", "03 05 4C 00 01", "03 02 00 07"},
                        {"fahrenheit", "03 1A 4A 00 01", "03 02 00 1E"},
                        {"swapped_words", kReadSetPoint, "03 04 41 B8 00 00"},
                        {"profile_running", "03 40 B8 00 01", "03 02 00 95"},
                        {"refuse_set_point", kWriteMinus40, "90 03"},
                        {"exception_1", kReadAir, "83 01"},
                        {"exception_2", kReadAir, "83 02"},
                        {"exception_3", kReadAir, "83 03"},
                        {"exception_4", kReadAir, "83 04"},
                        {"exception_6", kReadAir, "83 06"}}) {
    restart({at_command(1, c.fault)});
    EXPECT_EQ(say(c.request), c.reply) << c.fault;
  }
}

TEST_F(F4tSimulator, AnExceptionAndARefusalHappenOnce) {
  restart({at_command(1, "exception_4"), at_command(2, "refuse_set_point")});
  say(kReadAir);
  EXPECT_EQ(say(kReadAir), kAir23);
  EXPECT_EQ(say(kWriteMinus40), "90 03");
  EXPECT_EQ(say(kWriteMinus40), "10 0A DE 00 02");
}

TEST_F(F4tSimulator, ARepliesWayCanBeSpoilt) {
  for (const auto& [what, mishap] : {std::pair{"wrong_transaction", ModbusMishap::wrong_transaction},
                                     {"wrong_unit", ModbusMishap::wrong_unit},
                                     {"cut_short", ModbusMishap::cut_short},
                                     {"bad_check", ModbusMishap::bad_check},
                                     {"reset", ModbusMishap::reset}}) {
    restart({at_command(2, what)});
    EXPECT_EQ(ask(kReadAir)->mishap, ModbusMishap::none);
    EXPECT_EQ(ask(kReadAir)->mishap, mishap) << what;
    EXPECT_EQ(ask(kReadAir)->mishap, ModbusMishap::none);
  }
  restart({at_command(1, "late"), at_command(2, "silence")});
  EXPECT_EQ(ask(kReadAir)->due - now, std::chrono::seconds{10});
  EXPECT_FALSE(ask(kReadAir));
  EXPECT_TRUE(ask(kReadAir));
}

}  // namespace
}  // namespace meterbench::watlow_f4t
