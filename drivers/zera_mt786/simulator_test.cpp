// Golden lines of sections 2.1, 3 and 11 of the instruments' facts; what is `made` stands in quirks.md.
#include "drivers/zera_mt786/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "bench/core/quantity_text.h"
#include "drivers/far_end/far_end.h"

namespace meterbench::zera_mt786 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using virtual_lab::ScriptedFault;

using Lines = std::vector<std::string>;

constexpr const char* kHealthy = "SSM0000000000000000000000";
constexpr const char* kVoltages = "SUPAER240.000000.00S000.000000.00T000.000000.00";
constexpr const char* kCurrents = "SIPAAR030.000060.00S000.000000.00T000.000000.00";

/// Pulses at so many a second from the start of the world.
class Led final : public virtual_lab::PulseSignal {
 public:
  double per_second = 0;
  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(in_seconds(t) * per_second);
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    std::vector<Instant> edges;
    for (auto n = edges_until(after) + 1; n <= edges_until(until); ++n)
      edges.push_back(instant_at(static_cast<double>(n) / per_second));
    return edges;
  }
};

class Mt786Simulator : public ::testing::Test {
 protected:
  Mt786Simulator() { restart({}); }

  void restart(std::vector<ScriptedFault> faults, std::map<std::string, double> numbers = {}) {
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings{.role = "source",
                                            .numbers = {},
                                            .wiring = {{"input_0", "led.A"}},
                                            .faults = std::move(faults),
                                            .output = nullptr};
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : numbers) settings.numbers.at(key) = value;
    now_ = Instant{};
    world_ = std::make_unique<virtual_lab::World>(
        1, virtual_lab::SourceOutput::Settings{.settle_s = settings.number("settle_s")});
    world_->add_signal("led.A", led_);
    settings.output = &world_->source();
    made_ = model.make(*world_, settings);
    std::get<std::shared_ptr<FarEnd>>(made_)->opened(now_);
  }
  FarEnd& far_end() { return *std::get<std::shared_ptr<FarEnd>>(made_); }

  Bytes send(ByteView bytes) {
    Bytes reply;
    far_end().on_bytes(now_, bytes, reply);
    return reply;
  }
  /// What comes at once to a line, with `|` for CR.
  std::string say(const std::string& line) { return shown(send(to_bytes(line + "\r"))); }
  static std::string shown(const Bytes& bytes) {
    std::string text = to_string(bytes);
    std::ranges::replace(text, '\r', '|');
    return text;
  }
  Lines lines(const std::string& command) {
    Lines result;
    std::string text = say(command);
    for (std::size_t bar = text.find('|'); bar != text.npos; bar = text.find('|')) {
      result.push_back(text.substr(0, bar));
      text.erase(0, bar + 1);
    }
    EXPECT_EQ(text, "") << "an answer ends in CR";
    return result;
  }
  /// The answers that come by themselves meanwhile.
  std::string wait(double seconds) {
    const Instant end = now_ + from_seconds(seconds);
    Bytes reply;
    for (auto next = far_end().next_event(); next && *next <= end; next = far_end().next_event()) {
      now_ = std::max(now_, *next);
      world_->advance_to(now_);
      far_end().on_time(now_, reply);
    }
    now_ = end;
    world_->advance_to(now_);
    return shown(reply);
  }
  double reading(int index) {
    for (const std::string& line : lines("AME"))
      if (line.starts_with(std::to_string(index) + ";"))
        return parse_number(line.substr(line.find(';') + 1)).value();
    ADD_FAILURE() << "no index " << index;
    return 0;
  }
  void energise() {
    EXPECT_EQ(say("SFR60.00"), "SOKFR|");
    EXPECT_EQ(say(kVoltages), "SOKUP|");
    EXPECT_EQ(say(kCurrents), "SOKIP|");
    EXPECT_EQ(say("SUIEAAPAAAAA"), "");
    EXPECT_EQ(wait(1), "SOKUI|");
    ASSERT_TRUE(energised());
  }
  [[nodiscard]] bool energised() const { return world_->source().energised(); }
  [[nodiscard]] virtual_lab::Terminals terminals() const { return world_->source().at(now_, 0); }

  Instant now_{};
  Led led_;
  std::unique_ptr<virtual_lab::World> world_;
  virtual_lab::AnyFarEnd made_;
};

// --- Source ---

TEST_F(Mt786Simulator, TellsWhoItIs) {
  EXPECT_EQ(say("AAV"), "MT786V05.52|AAVACK|");
  EXPECT_EQ(say("STS"), "STSMT786|");
  EXPECT_EQ(lines("SAW").back(), "SOKAW");
}

TEST_F(Mt786Simulator, TakesTheGoldenLines) {
  EXPECT_EQ(say("SFR50.00"), "SOKFR|");
  EXPECT_EQ(say("SUPAER220.000000.00S221.000240.00T222.000120.00"), "SOKUP|");
  EXPECT_EQ(say("SIPAAR000.500000.00S001.000240.00T001.500120.00"), "SOKIP|");
  EXPECT_EQ(say("SRE1"), "SOKRE|");
  EXPECT_FALSE(energised()) << "storing switches nothing";
  EXPECT_EQ(say("SUIEEAPPAAAA"), "");
  EXPECT_EQ(wait(1), "SOKUI|");
  wait(20);
  const auto got = terminals();
  const double third = 2 * std::numbers::pi / 3;
  EXPECT_EQ(got.frequency, Frequency{50});
  EXPECT_LT(std::abs(got.voltage[0] - 220.0), 1e-6);
  EXPECT_LT(std::abs(got.voltage[1] - std::polar(221.0, third)), 1e-6) << "DIN 240° lag is 120° lead";
  EXPECT_LT(std::abs(got.current[0] - 0.5), 1e-9);
  EXPECT_LT(std::abs(got.current[1] - std::polar(1.0, third)), 1e-9);
}

TEST_F(Mt786Simulator, ALaggingCurrentHasAPositiveAngle) {
  energise();
  wait(20);
  EXPECT_LT(std::abs(terminals().current[0] - std::polar(30.0, -std::numbers::pi / 3)), 1e-6);
  EXPECT_GT(reading(18), 0) << "inductive var";
}

TEST_F(Mt786Simulator, SaysSokuiOnlyAfterSwitchingAndRamps) {
  restart({}, {{"switch_on_s", 5}, {"settle_s", 10}});
  for (const char* line : {"SFR60.00", kVoltages, kCurrents, "SUIEAAPAAAAA"}) say(line);
  EXPECT_EQ(wait(4.9), "");
  EXPECT_EQ(say("SSM"), "") << "one command after the other";
  EXPECT_EQ(wait(0.1), std::string{"SOKUI|"} + kHealthy + "|");
  EXPECT_LT(std::abs(terminals().voltage[0]), 239);
  wait(10);
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 240, 0.03);
}

TEST_F(Mt786Simulator, SwitchesSingleChannels) {
  energise();
  say("SUIEAAAAAAAA");
  wait(20);
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 240, 0.03);
  EXPECT_LT(std::abs(terminals().current[0]), 1e-6);
  say("SUIAAAPAAAAA");
  wait(20);
  EXPECT_LT(std::abs(terminals().voltage[0]), 1e-6);
  EXPECT_NEAR(std::abs(terminals().current[0]), 30, 0.01);
}

TEST_F(Mt786Simulator, SwitchesAllOffAtOnceInAnyState) {
  EXPECT_EQ(say("SUIAAAAAAAAA"), "");
  EXPECT_EQ(wait(0.2), "SOKUI|");
  energise();
  say("SUIAAAAAAAAA");
  EXPECT_FALSE(energised());
  EXPECT_EQ(wait(0.2), "SOKUI|");
}

TEST_F(Mt786Simulator, ALoneCarriageReturnFlushesAHalfSentCommand) {
  EXPECT_EQ(shown(send(to_bytes("SUPAER2"))), "");
  EXPECT_EQ(say(""), "SUPNAK|");
  EXPECT_EQ(say(""), "");
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
}

TEST_F(Mt786Simulator, TakesAnyPortions) {
  std::string bytewise;
  for (const char c : std::string{"SFR50.00\rSSM\r"})
    bytewise += shown(send(Bytes{static_cast<std::uint8_t>(c)}));
  EXPECT_EQ(bytewise, std::string{"SOKFR|"} + kHealthy + "|");
}

TEST_F(Mt786Simulator, IsSilentToWhatItDoesNotKnow) {
  for (const char* line : {"XYZ", "SSM1", "*IDN?", "S3XX1", "AEB2", "ssm", "FR50.00"})
    EXPECT_EQ(say(line) + wait(20), "") << line;
}

TEST_F(Mt786Simulator, RefusesValuesOutOfRangeAndKeepsTheOldOnes) {
  for (const auto& [line, answer] : std::vector<std::pair<std::string, std::string>>{
           {"SFR44.99", "SFRNAK|"},
           {"SFR45.00", "SOKFR|"},
           {"SFR65.00", "SOKFR|"},
           {"SFR65.01", "SFRNAK|"},
           {"SFR00.00", "SOKFR|"},
           {"SFR00.16", "SOKFR|"},
           {"SFR60", "SFRNAK|"},
           {"SUPAER019.999000.00S000.000000.00T000.000000.00", "SUPNAK|"},
           {"SUPAER020.000000.00S500.000359.99T000.000000.00", "SOKUP|"},
           {"SUPAER020.000000.00S500.001000.00T000.000000.00", "SUPNAK|"},
           {"SUPAER020.000360.00S000.000000.00T000.000000.00", "SUPNAK|"},
           {"SUPXER020.000000.00S000.000000.00T000.000000.00", "SUPNAK|"},
           {"SIPAAR120.000000.00S000.001000.00T000.000000.00", "SOKIP|"},
           {"SIPAAR120.001000.00S000.000000.00T000.000000.00", "SIPNAK|"},
           {"SIPAMR250.000000.00S000.000000.00T000.000000.00", "SOKIP|"},
           {"SUIEAAPAAAA", "SUINAK|"},
           {"SUIPAAPAAAAA", "SUINAK|"}})
    EXPECT_EQ(say(line), answer) << line;
  say("SUIEEAPPAAAA");
  wait(30);
  EXPECT_NEAR(std::abs(terminals().voltage[1]), 500, 0.01);
  EXPECT_NEAR(std::abs(terminals().current[0]), 0.25, 1e-6) << "milliamperes";
}

TEST_F(Mt786Simulator, AnOpenInterlockRelayIsAnEmergencyStop) {
  energise();
  world_->safety().set_relay(now_, false);
  EXPECT_EQ(say("SSM"), "SSM0800000000000000000000|");
  EXPECT_FALSE(energised());
  EXPECT_EQ(say("SUIEAAPAAAAA"), "ER-SUI|");
  world_->safety().set_relay(now_, true);
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
  EXPECT_FALSE(energised()) << "it does not come back by itself";
}

struct OutputFault {
  const char* name;
  const char* status;
};
class Mt786OutputFault : public Mt786Simulator, public ::testing::WithParamInterface<OutputFault> {};

TEST_P(Mt786OutputFault, DropsTheOutputAndShowsUntilAllOff) {
  restart({{instant_at(300), std::nullopt, GetParam().name}});
  energise();
  wait(298.9);
  EXPECT_TRUE(energised());
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
  wait(0.2);
  EXPECT_FALSE(energised());
  EXPECT_EQ(say("SSM"), std::string{GetParam().status} + "|");
  EXPECT_EQ(say("SUIEAAPAAAAA"), "ER-SUI|");
  EXPECT_FALSE(energised());
  say("SUIAAAAAAAAA");
  EXPECT_EQ(wait(1), "SOKUI|");
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
  say("SUIEAAPAAAAA");
  EXPECT_TRUE(energised());
}
INSTANTIATE_TEST_SUITE_P(Every, Mt786OutputFault,
                         ::testing::Values(OutputFault{"emergency_stop", "SSM0800000000000000000000"},
                                           OutputFault{"short", "SSM2001010000000000000000"},
                                           OutputFault{"open", "SSM0008080000000000000000"},
                                           OutputFault{"overload", "SSM0008000000080000000000"},
                                           OutputFault{"over_temperature", "SSM0008000800000000000000"}),
                         [](const auto& test) { return std::string{test.param.name}; });

// --- Faults of the talk ---

struct TalkFault {
  const char* name;
  const char* answer;  ///< to the next SSM
};
class Mt786TalkFault : public Mt786Simulator, public ::testing::WithParamInterface<TalkFault> {};

TEST_P(Mt786TalkFault, SpoilsOneAnswer) {
  restart({{std::nullopt, 2, GetParam().name}, {instant_at(10), std::nullopt, GetParam().name}});
  const std::string sound = std::string{kHealthy} + "|";
  EXPECT_EQ(say("SSM"), sound);
  EXPECT_EQ(say("SSM"), GetParam().answer) << "at a command";
  EXPECT_EQ(say("SSM"), sound);
  wait(11);
  EXPECT_EQ(say("SSM"), GetParam().answer) << "at a time";
  EXPECT_EQ(say("SSM"), sound);
}
INSTANTIATE_TEST_SUITE_P(Every, Mt786TalkFault,
                         ::testing::Values(TalkFault{"silence", ""}, TalkFault{"nak", "SSMNAK|"},
                                           TalkFault{"er_line", "ER-17|"}, TalkFault{"error_line", "ERROR|"},
                                           TalkFault{"spontaneous_status",
                                                     "SSM0000000000000000000000|SSM0000000000000000000000|"},
                                           TalkFault{"line_noise", "\xF3\x1B}SSM0000000000000000000000|"},
                                           TalkFault{"noise_line", "\xF3\x1B}|SSM0000000000000000000000|"},
                                           TalkFault{"lost_cr", "SSM0000000000000000000000"}),
                         [](const auto& test) { return std::string{test.param.name}; });

TEST_F(Mt786Simulator, WhatIsAnsweredByAFaultIsNotCarriedOut) {
  for (const char* fault : {"silence", "nak", "er_line", "error_line"}) {
    restart({{std::nullopt, 4, fault}});
    for (const char* line : {"SFR60.00", kVoltages, kCurrents, "SUIEAAPAAAAA"}) say(line);
    EXPECT_FALSE(energised()) << fault;
  }
}

TEST_F(Mt786Simulator, AStatusComesBetweenCommandAndReply) {
  restart({{std::nullopt, 4, "spontaneous_status"}});
  for (const char* line : {"SFR60.00", kVoltages, kCurrents, "SUIEAAPAAAAA"}) say(line);
  EXPECT_EQ(wait(1), std::string{kHealthy} + "|SOKUI|");
}

TEST_F(Mt786Simulator, RefusesAValueOnDemand) {
  restart({{std::nullopt, 1, "value_refused"}});
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
  EXPECT_EQ(say(kVoltages), "SUPNAK|");
  EXPECT_EQ(say(kVoltages), "SOKUP|");
}

TEST_F(Mt786Simulator, MayStoreWithoutEverBecomingActive) {
  restart({{std::nullopt, 1, "stays_stored"}});
  for (const char* line : {"SFR60.00", kVoltages, kCurrents, "SUIEAAPAAAAA"}) say(line);
  EXPECT_EQ(wait(1), "SOKUI|");
  EXPECT_FALSE(energised());
  say("SUIEAAPAAAAA");
  EXPECT_TRUE(energised());
}

TEST_F(Mt786Simulator, HangsFor30SecondsAndThenWorksOffWhatCame) {
  restart({{instant_at(10), std::nullopt, "hang"}});
  energise();
  wait(9.5);
  EXPECT_EQ(say("SSM"), "");
  EXPECT_EQ(say("SUIAAAAAAAAA"), "");
  EXPECT_EQ(wait(29.4), "");
  EXPECT_TRUE(energised());
  EXPECT_EQ(wait(0.5), std::string{kHealthy} + "|SOKUI|");
  EXPECT_FALSE(energised());
}

TEST_F(Mt786Simulator, HangsAtACommand) {
  restart({{std::nullopt, 1, "hang"}});
  EXPECT_EQ(say("SSM"), "");
  EXPECT_EQ(wait(30.1), std::string{kHealthy} + "|");
}

TEST_F(Mt786Simulator, WorksOffWhatCameWhenTheLinkIsGoneMeanwhile) {
  restart({{instant_at(10), std::nullopt, "hang"}});
  energise();
  wait(9.5);
  say("SUIAAAAAAAAA");
  far_end().closed(now_);
  now_ += std::chrono::seconds{40};
  world_->advance_to(now_);
  EXPECT_FALSE(energised());
  far_end().opened(now_);
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|") << "what was sent meanwhile is lost";
}

TEST_F(Mt786Simulator, APowerCycleForgetsTheSettings) {
  restart({{instant_at(10), std::nullopt, "power_cycle"}});
  energise();
  say("AMT4WA");
  wait(9.5);
  EXPECT_FALSE(energised());
  EXPECT_EQ(say("SSM"), "") << "it starts up";
  wait(5);
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
  EXPECT_THAT(say("AST"), HasSubstr("M=2WA"));
  say("SUIEAAPAAAAA");
  wait(10);
  EXPECT_EQ(std::abs(terminals().voltage[0]), 0) << "nothing is stored";
}

// --- Built-in reference ---

TEST_F(Mt786Simulator, MeasuresTheTerminals) {
  energise();
  wait(20);
  EXPECT_NEAR(reading(0), 240, 0.01);
  EXPECT_NEAR(reading(1), 0.024, 1e-9) << "open";
  EXPECT_NEAR(reading(3), 30, 0.001);
  EXPECT_NEAR(reading(5), 9e-5, 1e-9) << "open";
  EXPECT_NEAR(reading(6), 0, 1e-6);
  EXPECT_NEAR(reading(9), 60, 1e-6);
  EXPECT_NEAR(reading(12), 0.5, 1e-6);
  EXPECT_NEAR(reading(15), 3600, 0.1);
  EXPECT_NEAR(reading(18), 7200 * std::sin(std::numbers::pi / 3), 0.1);
  EXPECT_NEAR(reading(21), 7200, 0.1);
  EXPECT_NEAR(reading(24), 3600, 0.1);
  EXPECT_NEAR(reading(26), 7200, 0.1);
  EXPECT_NEAR(reading(28), 60, 1e-9);
}

TEST_F(Mt786Simulator, GivesItsValuesInTheKnownForm) {
  energise();
  wait(20);
  const Lines all = lines("AME");
  EXPECT_THAT(all.front(), ::testing::MatchesRegex("0;2\\.[34][0-9]{6}E\\+02"));
  EXPECT_EQ(all.back(), "AMEACK");
  EXPECT_EQ(all.size(), 29U + 7U + 7U + 1U) << "indexes 0-28, 29-35, 51-57";
  EXPECT_THAT(all, ::testing::Contains("27;123"));
  EXPECT_THAT(all, ::testing::Contains("28;60.00"));
  std::size_t characters = 0;
  for (const auto& line : all) characters += line.size() + 1;
  EXPECT_NEAR(static_cast<double>(characters), 700, 50);
  EXPECT_THAT(lines("AME0;3;28"), ElementsAre(all[0], all[3], "28;60.00", "AMEACK"));
  EXPECT_EQ(say("AMEx"), "AMENAK|");
}

TEST_F(Mt786Simulator, ReadsTheMeanOfItsIntegrationTime) {
  EXPECT_EQ(say("ATI02"), "ATIACK|");
  EXPECT_EQ(say("ATI00"), "ATINAK|");
  energise();
  wait(20);
  say("SUIAAAAAAAAA");
  wait(1);
  EXPECT_NEAR(reading(0), 240 / std::sqrt(2.0), 5) << "rms";
  wait(1);
  EXPECT_LT(reading(0), 1);
}

TEST_F(Mt786Simulator, HasErrorsOfItsOwn) {
  restart({}, {{"reference_gain_percent", 0.1}});
  energise();
  wait(20);
  EXPECT_NEAR(reading(3), 30.03, 0.001);
}

TEST_F(Mt786Simulator, TellsItsState) {
  energise();
  EXPECT_THAT(lines("AST"),
              ElementsAre("UB=250", "IB=50", "M=2WA", "PLL=U1", "UEB=--", "NIB=0", "RDY=11-", "ASTACK"));
  EXPECT_EQ(say("AMT4WA"), "AMTACK|");
  EXPECT_EQ(say("AMT9XX"), "AMTNAK|");
  EXPECT_EQ(say("AWR3"), "AWRACK|");
  EXPECT_EQ(say("AWR6"), "AWRNAK|");
  const Lines state = lines("AST");
  EXPECT_EQ(state[2], "M=4WA");
  EXPECT_EQ(state[3], "PLL=I1");
  const Lines modes = lines("AML");
  EXPECT_EQ(modes.front(), "01;4WA;4LW");
  EXPECT_EQ(modes.back(), "AMLACK");
}

TEST_F(Mt786Simulator, FixesRangesOnlyWhileAutomaticIsOff) {
  energise();
  EXPECT_EQ(say("AVR250"), "AVRNAK|");
  EXPECT_EQ(say("ACR10"), "ACRNAK|");
  EXPECT_EQ(say("AAMMMA"), "AAMACK|");
  EXPECT_EQ(say("AAMX"), "AAMNAK|");
  EXPECT_EQ(say("AVR420"), "AVRACK|");
  EXPECT_EQ(say("AVR333"), "AVRNAK|");
  EXPECT_EQ(say("ACR10"), "ACRACK|");
  EXPECT_EQ(say("ACRC100"), "ACRNAK|") << "no clamp";
  wait(2);
  const Lines state = lines("AST");
  EXPECT_EQ(state[0], "UB=420");
  EXPECT_EQ(state[1], "IB=10");
  EXPECT_EQ(state[4], "UEB=-I");
  EXPECT_THAT(lines("AVI"), ElementsAre("01;60", "02;125", "03;250", "04;420", "AVIACK"));
  EXPECT_EQ(lines("ACI").size(), 13U);
}

TEST_F(Mt786Simulator, CountsEnergy) {
  energise();
  wait(20);
  EXPECT_EQ(say("AET1"), "AETACK|");
  wait(36);
  EXPECT_NEAR(parse_number(lines("AEV")[0]).value(), 36, 0.01) << "3.6 kW for 36 s";
  EXPECT_EQ(say("AET0"), "AETACK|");
  wait(36);
  EXPECT_NEAR(parse_number(lines("AEV")[0]).value(), 36, 0.01);
}

// --- Error test ---

/// A pulse of 1 Wh a second at 3600 W, 1 % too many.
class Mt786ErrorTest : public Mt786Simulator {
 protected:
  void begin(std::vector<ScriptedFault> faults = {}) {
    restart(std::move(faults));
    led_.per_second = 1.01;
    energise();
    wait(20);
    EXPECT_EQ(say("AEP100000;03;10;0"), "AEPACK|");
  }
};

TEST_F(Mt786ErrorTest, PassesItsStatesToTheResult) {
  begin();
  EXPECT_THAT(lines("AES1"), ElementsAre("00", "oo.oo", "0.000000;0.000000", "AESACK"));
  EXPECT_EQ(say("AEB0"), "AEBACK|");
  EXPECT_THAT(lines("AES1"), ElementsAre("01", "--.--", "0.000000;0.000000", "AESACK"));
  wait(5.2);
  const Lines running = lines("AES1");
  EXPECT_EQ(running[0], "02");
  EXPECT_EQ(running[1], "--.--");
  EXPECT_THAT(running[2], StartsWith("40.000000;"));
  wait(6);
  const Lines done = lines("AES1");
  EXPECT_EQ(done[0], "03");
  EXPECT_EQ(done[1], "1.00");
  EXPECT_THAT(done[2], StartsWith("0.000000;9.90"));
  wait(20);
  EXPECT_EQ(lines("AES1"), done) << "one shot";
}

TEST_F(Mt786ErrorTest, GoesOnInContinuousMode) {
  begin();
  EXPECT_EQ(say("AEB1"), "AEBACK|");
  wait(13);
  const Lines running = lines("AES1");
  EXPECT_EQ(running[0], "02");
  EXPECT_EQ(running[1], "1.00") << "of the last";
}

TEST_F(Mt786ErrorTest, EndsByAbort) {
  begin();
  say("AEB0");
  wait(5);
  EXPECT_EQ(say("AEE"), "AEEACK|");
  EXPECT_THAT(lines("AES1"), ElementsAre("00", "oo.oo", "0.000000;0.000000", "AESACK"));
  wait(20);
  EXPECT_EQ(lines("AES1")[0], "00");
  EXPECT_EQ(say("AEE"), "AEEACK|") << "harmless";
}

TEST_F(Mt786ErrorTest, MayNeverSeeAFirstPulse) {
  begin({{instant_at(5), std::nullopt, "no_first_pulse"}});
  say("AEB0");
  wait(60);
  EXPECT_EQ(lines("AES1")[0], "01");
}

TEST_F(Mt786ErrorTest, MayBeAbortedInTheMiddle) {
  begin({{instant_at(26), std::nullopt, "error_test_abort"}});
  say("AEB0");
  wait(4);
  EXPECT_EQ(lines("AES1")[0], "02");
  wait(2);
  EXPECT_THAT(lines("AES1"), ElementsAre("00", "oo.oo", "0.000000;0.000000", "AESACK"));
}

TEST_F(Mt786ErrorTest, HasNoErrorWithoutEnergy) {
  led_.per_second = 1;
  EXPECT_EQ(say("AEP100000;03;10;0"), "AEPACK|");
  say("AEB0");
  wait(12);
  EXPECT_THAT(lines("AES1"), ElementsAre("03", "oo.oo", "0.000000;0.000000", "AESACK"));
}

TEST_F(Mt786ErrorTest, NeedsParameters) {
  EXPECT_EQ(say("AEB0"), "AEBNAK|");
  for (const char* line : {"AEP", "AEP1000000;03;10;0", "AEP100000;11;10;0", "AEP100000;03;10;6",
                           "AEP0;03;10;0", "AEP100000;03;0;0", "AEP100000;3;10;0"})
    EXPECT_EQ(say(line), "AEPNAK|") << line;
  EXPECT_EQ(say("AEP999999;10;999999;5"), "AEPACK|");
}

// --- Dosage ---

TEST_F(Mt786Simulator, EndsADosageAfterItsPulses) {
  energise();
  wait(20);
  EXPECT_EQ(say("S3CM1"), "S3CMNAK|") << "not in dosage mode";
  EXPECT_EQ(say("S3CM3"), "SOK3CM3|");
  EXPECT_EQ(say("S3SA3"), "SOK3SA3;1|");
  // In ranges 250 V and 50 A of 2WA: 17,280,000 imp/kWh; 3.6 kW for 10 s are 10 Wh, 172,800 pulses.
  EXPECT_EQ(say("S3PS46;0000172800"), "SOK3PS46|");
  EXPECT_EQ(say("S3SA5"), "SOK3SA5;172800|");
  EXPECT_EQ(say("S3CM1"), "SOK3CM1|");
  wait(5);
  EXPECT_EQ(say("S3SA1"), "SOK3SA1;2|");
  EXPECT_NEAR(parse_number(lines("S3MA5")[0].substr(8)).value(), 86400, 100);
  EXPECT_NEAR(parse_number(lines("S3MA4")[0].substr(8)).value(), 86400, 100);
  wait(5.1);
  EXPECT_EQ(say("S3SA1"), "SOK3SA1;1|");
  EXPECT_EQ(say("S3MA4"), "SOK3MA4;0|");
  wait(10);
  EXPECT_LT(std::abs(terminals().current[0]), 1e-6);
  EXPECT_NEAR(std::abs(terminals().voltage[0]), 240, 0.01) << "second letter of SUP: E";
  EXPECT_EQ(say("S3CM4"), "SOK3CM4|");
}

TEST_F(Mt786Simulator, ADosageMayTakeTheVoltageToo) {
  energise();
  say("SUPAAR240.000000.00S000.000000.00T000.000000.00");
  say("S3CM3");
  say("S3PS46;0000100000");
  say("S3CM1");
  EXPECT_EQ(say("S3CM2"), "SOK3CM2|");
  EXPECT_FALSE(energised());
}

// --- Whole ---

TEST_F(Mt786Simulator, TakesAnyBytesWithoutEnergising) {
  std::mt19937 random{7};
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(random() % 50);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 3 == 0 ? "\rSUPAE;IR0.2TM"[random() % 14] : random());
    static_cast<void>(send(bytes));
  }
  EXPECT_FALSE(energised());
  send(to_bytes("\r"));
  EXPECT_EQ(say("SSM"), std::string{kHealthy} + "|");
}

TEST(Mt786SimulatorModel, NamesItsParametersAndFaults) {
  const auto model = simulator_model();
  EXPECT_EQ(model.name, "zera_mt786");
  EXPECT_TRUE(model.source);
  EXPECT_EQ(model.inputs, 1);
  const auto& stage = virtual_lab::power_stage_parameters();
  ASSERT_GT(model.parameters.size(), stage.size());
  for (std::size_t i = 0; i < stage.size(); ++i) EXPECT_EQ(model.parameters[i].key, stage[i].key);
  for (const auto& parameter : model.parameters) {
    EXPECT_LE(parameter.least, parameter.fallback) << parameter.key;
    EXPECT_GE(parameter.most, parameter.fallback) << parameter.key;
  }
  EXPECT_THAT(model.faults, ::testing::UnorderedElementsAre(
                                "silence", "nak", "er_line", "error_line", "value_refused", "stays_stored",
                                "spontaneous_status", "line_noise", "noise_line", "lost_cr", "hang",
                                "power_cycle", "emergency_stop", "short", "open", "overload",
                                "over_temperature", "no_first_pulse", "error_test_abort"));
}

}  // namespace
}  // namespace meterbench::zera_mt786
