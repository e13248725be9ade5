// Golden dialogues of commands.md; the clauses stand in the names.
#include "drivers/scpi_source/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numbers>
#include <random>

#include "drivers/far_end/usb_far_end.h"

namespace meterbench::scpi_source {
namespace {

using ::testing::HasSubstr;
using virtual_lab::ScriptedFault;

constexpr const char* kNoError = "0,\"No error\"\n";

class ScpiSimulator : public ::testing::Test {
 protected:
  explicit ScpiSimulator(std::vector<ScriptedFault> faults = {}) { restart(std::move(faults)); }

  void restart(std::vector<ScriptedFault> faults) {
    simulator_ = std::make_unique<Simulator>(world_.source(), std::move(faults));
    simulator_->opened(now_);
  }
  std::string send(ByteView bytes) {
    Bytes reply;
    simulator_->on_bytes(now_, bytes, reply);
    return to_string(reply);
  }
  /// One line without its end.
  std::string say(const std::string& line) { return send(to_bytes(line + "\n")); }
  std::string error() { return say("SYST:ERR?"); }
  void wait(double seconds) {
    now_ += from_seconds(seconds);
    world_.advance_to(now_);
    Bytes reply;
    if (const auto next = simulator_->next_event(); next && *next <= now_) simulator_->on_time(now_, reply);
    EXPECT_TRUE(reply.empty());
  }
  void energise() {
    for (const char* line : {"LIM:VOLT 260", "LIM:CURR 210", "VOLT1 240", "CURR1 30", "APPL", "OUTP ON"})
      say(line);
    ASSERT_EQ(error(), kNoError);
    ASSERT_TRUE(world_.source().energised());
  }
  virtual_lab::Terminals terminals() const { return world_.source().at(now_, 0); }

  Instant now_{};
  mutable virtual_lab::World world_{1, {.settle_s = 2}};
  std::unique_ptr<Simulator> simulator_;
};

/// The dialogue of clause 5 is read from the page itself.
TEST_F(ScpiSimulator, Clause5SpeaksTheDialogueOfThePage) {
  std::ifstream page{BENCH_SOURCE_DIR "/drivers/scpi_source/commands.md"};
  ASSERT_TRUE(page);
  std::string line;
  std::string answers;
  int spoken = 0;
  for (bool inside = false; std::getline(page, line);) {
    if (line == "```") inside = !inside;
    if (!inside || line.size() < 3) continue;
    const std::string text = line.substr(2);
    if (line.starts_with("> ")) {
      EXPECT_EQ(answers, "") << "not on the page, before " << text;
      answers = say(text);
      ++spoken;
    } else if (line.starts_with("< ")) {
      EXPECT_EQ(answers, text + "\n");
      answers.clear();
    } else if (text.find("settles") != std::string::npos) {
      wait(2);
    }
  }
  EXPECT_EQ(answers, "");
  EXPECT_GT(spoken, 15);
}

TEST_F(ScpiSimulator, Clause1TakesAnyPortions) {
  const Bytes bytes = to_bytes("LIM:VOLT 260\nVOLT1 120.5\r\n\n  \nVOLT1?\nSYST:ERR?\n");
  const std::string whole = send(bytes);
  EXPECT_EQ(whole, std::string{"120.5000\n"} + kNoError);
  std::string bytewise;
  for (const std::uint8_t byte : bytes) bytewise += send(Bytes{byte});
  EXPECT_EQ(bytewise, whole);
}

TEST_F(ScpiSimulator, Clause1_2ThrowsAnOverlongLineAway) {
  say("LIM:VOLT 100");
  say(std::string(300, 'x'));
  EXPECT_EQ(error(), "-363,\"Input buffer overrun;" + std::string(60, 'x') + "\"\n");
  const std::string padded = "VOLT1 " + std::string(255 - 8, ' ') + "77";  // 255 characters: just allowed
  ASSERT_EQ(padded.size(), 255U);
  say(padded);
  EXPECT_EQ(error(), kNoError);
  EXPECT_EQ(say("VOLT1?"), "77.0000\n");
}

TEST_F(ScpiSimulator, Clause1_3KnowsNoCapitals) {
  EXPECT_EQ(say("outp?"), "OFF\n");
  say("outp off");
  EXPECT_EQ(error(), kNoError);
}

TEST_F(ScpiSimulator, Clause1_6HoldsTenThousandths) {
  say("VOLT1:PHAS -0.00004");
  EXPECT_EQ(say("VOLT1:PHAS?"), "0.0000\n");
  say("CURR2:PHAS -1.20006e2");
  EXPECT_EQ(say("CURR2:PHAS?"), "-120.0060\n");
  say("CURR2:PHAS 0.00006");
  EXPECT_EQ(say("CURR2:PHAS?"), "0.0001\n");
}

TEST_F(ScpiSimulator, Clause2StartsWithItsDefaults) {
  EXPECT_EQ(say("*IDN?"), "Meterbench,SCPI source,0,1.0\n");
  EXPECT_EQ(say("FREQ?"), "60.0000\n");
  for (const char* query : {"LIM:VOLT?", "LIM:CURR?", "VOLT1?", "VOLT2?", "CURR1?", "CURR2?", "VOLT1:PHAS?",
                            "VOLT2:PHAS?", "CURR1:PHAS?", "CURR2:PHAS?"})
    EXPECT_EQ(say(query), "0.0000\n") << query;
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  EXPECT_EQ(error(), kNoError);
}

struct Boundary {
  const char* header;
  const char* inside;
  const char* outside;
};

TEST_F(ScpiSimulator, Clause2_3KeepsTheOldValueWhenOneIsOutOfRange) {
  for (const Boundary& b : std::vector<Boundary>{{"LIM:VOLT", "300", "300.0001"},
                                                 {"LIM:VOLT", "260", "-0.0001"},
                                                 {"LIM:CURR", "240", "240.0001"},
                                                 {"LIM:CURR", "210", "-1"},
                                                 {"FREQ", "45", "44.9999"},
                                                 {"FREQ", "65", "65.0001"},
                                                 {"VOLT1", "260", "260.0001"},
                                                 {"VOLT2", "0", "-0.0001"},
                                                 {"CURR1", "210", "210.0001"},
                                                 {"CURR2", "0", "-1"},
                                                 {"VOLT1:PHAS", "359.9999", "360"},
                                                 {"CURR2:PHAS", "-359.9999", "-360"}}) {
    say(std::string{b.header} + " " + b.inside);
    EXPECT_EQ(error(), kNoError) << b.header << " " << b.inside;
    const std::string before = say(std::string{b.header} + "?");
    const std::string beyond = std::string{b.header} + " " + b.outside;
    say(beyond);
    EXPECT_EQ(error(), "-222,\"Data out of range;" + beyond + "\"\n");
    EXPECT_EQ(say(std::string{b.header} + "?"), before);
  }
}

TEST_F(ScpiSimulator, Clause2_4ALimitTakesStoredValuesAndSetPointAway) {
  energise();
  say("LIM:VOLT 200");
  EXPECT_EQ(error(), "-221,\"Settings conflict;LIM:VOLT 200\"\n");
  EXPECT_EQ(say("LIM:VOLT?"), "260.0000\n");
  EXPECT_EQ(say("VOLT1?"), "240.0000\n");
  say("OUTP OFF");
  say("LIM:VOLT 200");
  EXPECT_EQ(error(), kNoError);
  EXPECT_EQ(say("LIM:VOLT?"), "200.0000\n");
  EXPECT_EQ(say("VOLT1?"), "0.0000\n");
  say("OUTP ON");
  EXPECT_EQ(error(), "-221,\"Settings conflict;OUTP ON\"\n");
  EXPECT_FALSE(world_.source().energised());
}

TEST_F(ScpiSimulator, Clause2_2And3_3MoveTheOutputWithApplAlone) {
  energise();
  wait(2);
  EXPECT_EQ(say("OUTP?"), "ON\n");
  say("VOLT1 120");
  EXPECT_EQ(say("OUTP?"), "ON\n");
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 240, 0.05);
  say("APPL");
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
  wait(1.9);
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
  wait(0.1);
  EXPECT_EQ(say("OUTP?"), "ON\n");
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 120, 0.05);
}

TEST_F(ScpiSimulator, Clause2_1PutsEveryChannelOnTheTerminals) {
  for (const char* line :
       {"LIM:VOLT 300", "LIM:CURR 240", "FREQ 50", "VOLT1 120", "VOLT1:PHAS 10", "VOLT2 130",
        "VOLT2:PHAS 180", "CURR1 5", "CURR1:PHAS -60", "CURR2 6", "CURR2:PHAS 90", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);
  wait(60);
  const auto got = terminals();
  const double degree = std::numbers::pi / 180;
  EXPECT_EQ(got.frequency, Frequency{50});
  EXPECT_LT(std::abs(got.voltage[0] - std::polar(120.0, 10 * degree)), 1e-9);
  EXPECT_LT(std::abs(got.voltage[1] - std::polar(130.0, 180 * degree)), 1e-9);
  EXPECT_LT(std::abs(got.current[0] - std::polar(5.0, -60 * degree)), 1e-9);
  EXPECT_LT(std::abs(got.current[1] - std::polar(6.0, 90 * degree)), 1e-9);
}

TEST_F(ScpiSimulator, Clause2HoldsHarmonicsUntilTheyAreCleared) {
  EXPECT_EQ(say("VOLT1:HARM2?"), "0.0000,0.0000\n");
  say("VOLT1:HARM2 10.00006,-45");
  say("CURR2:HARM31 100, 359.9999");
  EXPECT_EQ(error(), kNoError);
  EXPECT_EQ(say("VOLT1:HARM2?"), "10.0001,-45.0000\n");
  EXPECT_EQ(say("curr2:harm31?"), "100.0000,359.9999\n");
  EXPECT_EQ(say("VOLT2:HARM2?"), "0.0000,0.0000\n");
  say("HARM:CLE");
  EXPECT_EQ(say("VOLT1:HARM2?"), "0.0000,0.0000\n");
  EXPECT_EQ(say("CURR2:HARM31?"), "0.0000,0.0000\n");
  say("CURR1:HARM3 5,0");
  say("*RST");
  EXPECT_EQ(say("CURR1:HARM3?"), "0.0000,0.0000\n");
  EXPECT_EQ(error(), kNoError);
}

TEST_F(ScpiSimulator, Clause2KnowsNoOtherHarmonics) {
  for (const auto& [line, number] : std::vector<std::pair<std::string, std::string>>{
           {"VOLT1:HARM32 1,0", "-113,\"Undefined header"},
           {"VOLT1:HARM1 1,0", "-113,\"Undefined header"},
           {"VOLT1:HARM1?", "-113,\"Undefined header"},
           {"VOLT3:HARM5 1,0", "-113,\"Undefined header"},
           {"VOLT1:HARM5 1", "-109,\"Missing parameter"},
           {"VOLT1:HARM5 1,0,0", "-108,\"Parameter not allowed"},
           {"VOLT1:HARM5 1,x", "-104,\"Data type error"},
           {"VOLT1:HARM5 100.0001,0", "-222,\"Data out of range"},
           {"VOLT1:HARM5 -1,0", "-222,\"Data out of range"},
           {"VOLT1:HARM5 1,360", "-222,\"Data out of range"}}) {
    EXPECT_EQ(say(line), "");
    EXPECT_EQ(error(), number + ";" + line + "\"\n");
  }
  EXPECT_EQ(say("VOLT1:HARM5?"), "0.0000,0.0000\n");
}

TEST_F(ScpiSimulator, Clause2_5PutsHarmonicsOnTheTerminals) {
  for (const char* line : {"LIM:VOLT 300", "LIM:CURR 240", "VOLT1 120", "VOLT1:PHAS 10", "CURR2 20",
                           "CURR2:PHAS -60", "VOLT1:HARM5 10,30", "CURR2:HARM3 40,-90", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);
  wait(60);
  const auto got = terminals();
  const double degree = std::numbers::pi / 180;
  ASSERT_EQ(got.harmonics.size(), 2U);
  EXPECT_EQ(got.harmonics[0].order, 3);
  EXPECT_LT(std::abs(got.harmonics[0].current[1] - std::polar(8.0, (3 * -60 - 90) * degree)), 1e-9);
  EXPECT_EQ(std::abs(got.harmonics[0].voltage[0]), 0);
  EXPECT_EQ(got.harmonics[1].order, 5);
  EXPECT_LT(std::abs(got.harmonics[1].voltage[0] - std::polar(12.0, (5 * 10 + 30) * degree)), 1e-9);
  EXPECT_EQ(std::abs(got.harmonics[1].current[1]), 0);
  say("HARM:CLE");
  EXPECT_EQ(terminals().harmonics.size(), 2U) << "only stored";
  say("APPL");
  wait(60);
  EXPECT_TRUE(terminals().harmonics.empty());
}

TEST_F(ScpiSimulator, Clause2_6HoldsTheWholeWaveAgainstLimitsAndBand) {
  for (const char* line : {"LIM:VOLT 250", "LIM:CURR 33", "VOLT1 240", "CURR1 30", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);
  say("CURR1:HARM5 45.8,0");  // 30 A · √(1 + 0.458²) = 32.996 A
  say("APPL");
  EXPECT_EQ(error(), kNoError);
  say("CURR1:HARM5 46,0");  // 33.022 A
  say("APPL");
  EXPECT_EQ(error(), "-221,\"Settings conflict;APPL\"\n");
  wait(60);
  EXPECT_NEAR(std::abs(terminals().harmonics.at(0).current[0]), 30 * 0.458, 1e-9) << "as it was";
  say("HARM:CLE");
  say("VOLT1:HARM31 1,0");
  say("FREQ 61.29");  // 1899.99 Hz
  say("APPL");
  EXPECT_EQ(error(), kNoError);
  say("FREQ 61.3");
  say("APPL");
  EXPECT_EQ(error(), "-221,\"Settings conflict;APPL\"\n");
}

TEST_F(ScpiSimulator, Clause2_6HoldsTheCrestAgainstThePowerStage) {
  // Thirds at 180° add to the crest: √2·240 A·1.7 = 577 A; with a fifth more, √2·240 A·1.8 = 611 A.
  for (const char* line :
       {"LIM:VOLT 300", "LIM:CURR 240", "VOLT1 240", "CURR1 190", "CURR1:HARM3 70,180", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);  // √2·190 A·1.7 = 457 A; rms 232 A
  for (const char* line : {"CURR1:HARM5 20,0", "CURR1:DC 5"}) say(line);
  say("APPL");
  ASSERT_EQ(error(), kNoError) << "524 A; rms 235.0 A";
  for (const char* line : {"HARM:CLE", "VOLT1:HARM3 60,180", "VOLT1:HARM5 30,0", "VOLT1:HARM7 25,180"})
    say(line);
  say("APPL");
  EXPECT_EQ(error(), "-221,\"Settings conflict;APPL\"\n") << "√2·240 V·2.15 = 730 V; rms 296 V";
  say("VOLT1:HARM7 20,180");
  say("APPL");
  EXPECT_EQ(error(), kNoError) << "713 V";
}

TEST_F(ScpiSimulator, Clause2_7PutsAConstantPartOnTheTerminals) {
  for (const char* line : {"LIM:VOLT 300", "LIM:CURR 240", "VOLT1 120", "CURR1 20", "CURR1:PHAS 180",
                           "CURR2 10", "CURR2:DC -90", "CURR1:DC 45.01", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);
  EXPECT_EQ(say("CURR1:DC?"), "45.0100\n");
  wait(60);
  const auto got = terminals();
  ASSERT_EQ(got.harmonics.size(), 1U);
  EXPECT_EQ(got.harmonics[0].order, 0);
  EXPECT_LT(std::abs(got.harmonics[0].current[0] - 9.002), 1e-9) << "whatever the angle";
  EXPECT_LT(std::abs(got.harmonics[0].current[1] + 9.0), 1e-9);
  for (const auto& [line, number] : std::vector<std::pair<std::string, std::string>>{
           {"CURR1:DC 100.0001", "-222,\"Data out of range"}, {"VOLT1:DC 1", "-113,\"Undefined header"}}) {
    say(line);
    EXPECT_EQ(error(), number + ";" + line + "\"\n");
  }
  say("HARM:CLE");
  EXPECT_EQ(say("CURR1:DC?"), "0.0000\n");
}

TEST_F(ScpiSimulator, Clause2_8LetsCurrentsFlowInBursts) {
  for (const char* line :
       {"LIM:VOLT 300", "LIM:CURR 240", "VOLT1 120", "CURR1 20", "BURS 2,2", "APPL", "OUTP ON"})
    say(line);
  ASSERT_EQ(error(), kNoError);
  EXPECT_EQ(say("BURS?"), "2,2\n");
  EXPECT_EQ(terminals().burst, (Burst{2, 2}));
  for (const char* line : {"BURS 0,2", "BURS 2,0", "BURS 1.5,2", "BURS 1001,2", "BURS -1,-1"}) {
    say(line);
    EXPECT_EQ(error(), std::string{"-222,\"Data out of range;"} + line + "\"\n");
  }
  say("BURS 0,0");
  say("APPL");
  EXPECT_FALSE(terminals().burst.any());
}

TEST_F(ScpiSimulator, Clause2_9LetsTheVoltagesDip) {
  energise();
  wait(60);
  EXPECT_EQ(say("DIP?"), "0\n");
  say("DIP 40,1,2,0.5");
  ASSERT_EQ(error(), kNoError);
  EXPECT_EQ(say("DIP?"), "2\n");
  EXPECT_EQ(say("OUTP?"), "ON\n");
  EXPECT_EQ(world_.source().voltage_left(now_ + std::chrono::milliseconds{500}), 0.4);
  wait(1.4);
  EXPECT_EQ(say("DIP?"), "1\n");
  wait(2);
  EXPECT_EQ(say("DIP?"), "0\n");
}

TEST_F(ScpiSimulator, Clause2_9LetsNothingDipBeyondItsRangesAndLimits) {
  say("DIP 0,1,1,0");
  EXPECT_EQ(error(), "-221,\"Settings conflict;DIP 0,1,1,0\"\n") << "off";
  energise();
  wait(60);
  for (const char* line : {"DIP -1,1,1,0", "DIP 121,1,1,0", "DIP 0,0,1,0", "DIP 0,3601,1,0", "DIP 0,1,0,0",
                           "DIP 0,1,1.5,0", "DIP 0,1,2,0"}) {
    say(line);
    EXPECT_EQ(error(), std::string{"-222,\"Data out of range;"} + line + "\"\n");
  }
  say("DIP 0,1,1,0");
  EXPECT_EQ(error(), kNoError) << "one alone has no pause";
  say("OUTP OFF");
  EXPECT_EQ(say("DIP?"), "0\n");
}

TEST_F(ScpiSimulator, Clause3_2NeedsASetPointToSwitchOn) {
  say("OUTP ON");
  EXPECT_EQ(error(), "-221,\"Settings conflict;OUTP ON\"\n");
  EXPECT_FALSE(world_.source().energised());
  EXPECT_EQ(say("OUTP?"), "OFF\n");
}

TEST_F(ScpiSimulator, Clause3_4SwitchesOffAtOnceAndKeepsTheSetPoint) {
  energise();
  say("OUTP OFF");
  EXPECT_FALSE(world_.source().energised());
  EXPECT_EQ(std::abs(terminals().voltage[0]), 0);
  say("OUTP OFF");
  EXPECT_EQ(error(), kNoError);
  say("OUTP ON");
  EXPECT_EQ(error(), kNoError);
  wait(2);
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 240, 0.05);
}

TEST_F(ScpiSimulator, Clause3_5KeepsATripUntilItIsAcknowledged) {
  restart({{instant_at(300), std::nullopt, "trip"}});
  energise();
  EXPECT_EQ(simulator_->next_event(), instant_at(300));
  wait(299.9);
  EXPECT_EQ(say("OUTP?"), "ON\n");
  wait(0.1);
  EXPECT_FALSE(world_.source().energised());
  EXPECT_EQ(say("OUTP?"), "TRIP,\"output stage overload\"\n");
  say("OUTP ON");
  EXPECT_EQ(error(), "-221,\"Settings conflict;OUTP ON\"\n");
  say("*CLS");
  say("APPL");
  EXPECT_EQ(error(), kNoError);
  EXPECT_EQ(say("OUTP?"), "TRIP,\"output stage overload\"\n");
  EXPECT_FALSE(world_.source().energised());
  say("OUTP OFF");
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  say("OUTP ON");
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
}

TEST_F(ScpiSimulator, Clause3_6RstBringsEverythingBackButTheQueue) {
  energise();
  say("BLAH");
  say("*RST");
  EXPECT_FALSE(world_.source().energised());
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  EXPECT_EQ(say("LIM:CURR?"), "0.0000\n");
  EXPECT_EQ(say("VOLT1?"), "0.0000\n");
  EXPECT_THAT(error(), HasSubstr("-113"));
  say("OUTP ON");
  EXPECT_THAT(error(), HasSubstr("-221"));
}

TEST_F(ScpiSimulator, Clause3_7KeepsTheOutputWhenTheConnectionIsLost) {
  energise();
  send(to_bytes("OUTP O"));
  simulator_->closed(now_);
  wait(5);
  simulator_->opened(now_);
  EXPECT_EQ(send(to_bytes("FF\n")), "");
  EXPECT_THAT(error(), HasSubstr("-113,\"Undefined header;FF"));
  EXPECT_EQ(say("OUTP?"), "ON\n");
  EXPECT_EQ(say("LIM:VOLT?"), "260.0000\n");
}

TEST_F(ScpiSimulator, Clause3_8TripsWhenItsEnableOpens) {
  energise();
  wait(3);
  world_.safety().set_relay(now_, false);
  EXPECT_FALSE(world_.source().energised());
  world_.safety().set_relay(now_, true);
  EXPECT_EQ(say("OUTP?"), "TRIP,\"enable open\"\n") << "though it has closed again";
  say("APPL");
  say("OUTP ON");
  EXPECT_EQ(error(), "-221,\"Settings conflict;OUTP ON\"\n");
  EXPECT_FALSE(world_.source().energised());
  say("OUTP OFF");
  say("OUTP ON");
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
}

TEST_F(ScpiSimulator, Clause3_8CannotBeSwitchedOnWhileItsEnableIsOpen) {
  world_.safety().set_emergency_stop(now_, false);
  for (const char* line : {"LIM:VOLT 260", "VOLT1 240", "APPL", "OUTP ON"}) say(line);
  EXPECT_EQ(error(), "-221,\"Settings conflict;OUTP ON\"\n");
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  world_.safety().set_emergency_stop(now_, true);
  EXPECT_FALSE(world_.source().energised());
  say("OUTP ON");
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
}

TEST_F(ScpiSimulator, Clause4QueuesTheErrorOfEverySlip) {
  say("LIM:VOLT 260");
  for (const auto& [line, entry] : std::vector<std::pair<std::string, std::string>>{
           {"VOLT1 \x80", "-101,\"Invalid character;VOLT1 ?\""},
           {"?", "-102,\"Syntax error;?\""},
           {"OUTP \"ON", "-102,\"Syntax error;OUTP 'ON\""},
           {"VOLT1 nan", "-104,\"Data type error;VOLT1 nan\""},
           {"VOLT1 inf", "-104,\"Data type error;VOLT1 inf\""},
           {"VOLT1 240 V", "-104,\"Data type error;VOLT1 240 V\""},
           {"VOLT1 0,5", "-108,\"Parameter not allowed;VOLT1 0,5\""},
           {"VOLT1? 5", "-108,\"Parameter not allowed;VOLT1? 5\""},
           {"APPL 1", "-108,\"Parameter not allowed;APPL 1\""},
           {"VOLT1", "-109,\"Missing parameter;VOLT1\""},
           {"VOLT3 1", "-113,\"Undefined header;VOLT3 1\""},
           {"VOLT 1", "-113,\"Undefined header;VOLT 1\""},
           {"APPL?", "-113,\"Undefined header;APPL?\""},
           {"*IDN", "-113,\"Undefined header;*IDN\""},
           {"OUTP 1", "-224,\"Illegal parameter value;OUTP 1\""}}) {
    EXPECT_EQ(say(line), "") << line;
    EXPECT_EQ(error(), entry + "\n");
    EXPECT_EQ(error(), kNoError) << line;
  }
  EXPECT_EQ(say("VOLT1?"), "0.0000\n");
}

TEST_F(ScpiSimulator, Clause4_2OverflowReplacesTheNewestEntry) {
  for (int i = 1; i <= 20; ++i) say("BAD" + std::to_string(i));
  for (int i = 1; i <= 15; ++i)
    EXPECT_EQ(error(), "-113,\"Undefined header;BAD" + std::to_string(i) + "\"\n");
  EXPECT_EQ(error(), "-350,\"Queue overflow\"\n");
  EXPECT_EQ(error(), kNoError);
  say("BAD21");
  say("*CLS");
  EXPECT_EQ(error(), kNoError);
}

TEST_F(ScpiSimulator, Clause6SilenceEndsWithANewConnection) {
  restart({{std::nullopt, 8, "silence"}});
  energise();  // seven lines
  EXPECT_EQ(say("OUTP?"), "");
  EXPECT_EQ(say("OUTP OFF"), "");
  EXPECT_TRUE(world_.source().energised()) << "nothing is carried out";
  simulator_->closed(now_);
  simulator_->opened(now_);
  EXPECT_EQ(say("OUTP?"), "RAMP\n");
}

TEST_F(ScpiSimulator, Clause6GarbleTurnsTheNextAnswerIntoNonsense) {
  restart({{std::nullopt, 2, "garble"}});
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  EXPECT_EQ(say("OUTP OFF"), "");
  EXPECT_EQ(say("OUTP?"), "%#@!\n");
  EXPECT_EQ(say("OUTP?"), "OFF\n");
}

TEST_F(ScpiSimulator, Clause6RefuseQueuesAnExecutionError) {
  restart({{std::nullopt, 1, "refuse"}, {std::nullopt, 3, "refuse"}});
  say("LIM:VOLT 260");
  EXPECT_EQ(error(), "-200,\"Execution error;LIM:VOLT 260\"\n");
  EXPECT_EQ(say("OUTP?"), "");
  EXPECT_EQ(error(), "-200,\"Execution error;OUTP?\"\n");
  EXPECT_EQ(say("LIM:VOLT?"), "0.0000\n");
}

TEST_F(ScpiSimulator, TakesAnyBytesWithoutEnergising) {
  std::mt19937 random{7};
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(random() % 50);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 3 == 0 ? "\nVOLT1?CUR:,\" 0*"[random() % 16] : random());
    static_cast<void>(send(bytes));
  }
  static_cast<void>(say(""));
  EXPECT_EQ(say("OUTP?"), "OFF\n");
  EXPECT_FALSE(world_.source().energised());
}

TEST(ScpiSimulatorModel, MakesAFarEndAndNamesItsFaults) {
  const auto model = simulator_model();
  EXPECT_EQ(model.name, "scpi_source");
  EXPECT_THAT(model.faults, ::testing::UnorderedElementsAre("trip", "silence", "garble", "refuse"));
  for (const auto& parameter : model.parameters) {
    EXPECT_LE(parameter.least, parameter.fallback) << parameter.key;
    EXPECT_GE(parameter.most, parameter.fallback) << parameter.key;
  }
  virtual_lab::World world{1, {}};
  auto made = model.make(
      world, {.role = "source", .numbers = {}, .wiring = {}, .faults = {}, .output = &world.source()});
  auto& far_end = std::get<std::shared_ptr<FarEnd>>(made);
  far_end->opened(Instant{});
  Bytes reply;
  far_end->on_bytes(Instant{}, to_bytes("OUTP?\n"), reply);
  EXPECT_EQ(to_string(reply), "OFF\n");
}

}  // namespace
}  // namespace meterbench::scpi_source
