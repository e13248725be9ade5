#include "drivers/zera_com5003/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "drivers/far_end/far_end.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::zera_com5003 {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using virtual_lab::Phasor;
using virtual_lab::ScriptedFault;
using virtual_lab::SimulatorSettings;
using virtual_lab::World;

/// An LED that lights when it is told to.
class Led final : public virtual_lab::PulseSignal {
 public:
  std::vector<Instant> edges;
  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(std::ranges::upper_bound(edges, t) - edges.begin());
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    return {std::ranges::upper_bound(edges, after), std::ranges::upper_bound(edges, until)};
  }
};

ScriptedFault at_command(std::uint64_t command, std::string what) {
  return {.at = {}, .command = command, .what = std::move(what)};
}
ScriptedFault at_second(double second, std::string what) {
  return {.at = instant_at(second), .command = {}, .what = std::move(what)};
}

double number_in(std::string_view text) {
  double value = std::nan("");
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class Com5003Simulator : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}, const std::map<std::string, double>& changed = {}) {
    const auto model = simulator_model();
    SimulatorSettings settings;
    settings.role = "reference";
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : changed) settings.numbers.at(key) = value;
    settings.wiring["input_0"] = "led.A";
    settings.faults = std::move(faults);
    world = std::make_unique<World>(1, virtual_lab::SourceOutput::Settings{.settle_s = 0});
    standard = std::get<std::shared_ptr<FarEnd>>(model.make(*world, settings));
    world->add_signal("led.A", led);
    standard->opened(Instant{});
  }

  /// 240 V line to line, `amperes` through both circuits as in series, with `lag`.
  void energise(double amperes, double lag = 0) {
    const Phasor current = std::polar(amperes, -lag);
    world->source().apply(world->now(), {Frequency{60}, {Phasor{120}, Phasor{-120}}, {current, -current}});
  }
  void advance_to(Instant t) { world->advance_to(t); }
  void advance(Duration by) { world->advance_to(world->now() + by); }

  /// What comes within `patience`, as it comes.
  std::string listen(Duration patience = std::chrono::milliseconds{800}) {
    Bytes reply;
    const Instant limit = world->now() + patience;
    while (const auto next = standard->next_event()) {
      if (*next > limit) break;
      world->advance_to(*next);
      standard->on_time(*next, reply);
    }
    return to_string(reply);
  }
  std::string ask(std::string_view line) {
    Bytes none;
    standard->on_bytes(world->now(), to_bytes(std::string{line} + "\n"), none);
    EXPECT_TRUE(none.empty()) << "an instrument needs time";
    return listen();
  }
  /// For lines that have no answer.
  void tell(std::string_view line) { EXPECT_EQ(ask(line), "") << line; }
  void tell_all(const std::vector<std::string_view>& lines) {
    for (const auto line : lines) tell(line);
    EXPECT_EQ(ask("SYSTEM:ERROR:ALL?"), "+0,No error\n");
  }
  void select(std::string_view voltage, std::string_view current) {
    tell("sens:rng1:ul1:rang " + std::string{voltage} + ";");
    tell("sens:rng1:il1:rang " + std::string{current} + ";");
    advance(std::chrono::milliseconds{400});
  }
  double result() { return number_in(ask("CALCULATE:EC01:0001:RESULT?")); }

  std::unique_ptr<World> world;
  Led led;
  std::shared_ptr<FarEnd> standard;
};

// --- Transport and status: instruments.md 4.1 ---

TEST_F(Com5003Simulator, AnswersTheCommonQuestions) {
  make();
  EXPECT_THAT(ask("*IDN?"), StartsWith("ZERA GmbH Koenigswinter, COM5003, MB-REF-2, "));
  EXPECT_EQ(ask("*STB?"), "+0\n");
  EXPECT_EQ(ask("*TST?"), "1\n");
  EXPECT_EQ(ask("*ESR?"), "+0\n");
  EXPECT_EQ(ask("*OPC?"), "+1\n");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "+0,No error\n");
  EXPECT_EQ(ask("SYSTEM:ERROR:COUNT?"), "0\n");
}

TEST_F(Com5003Simulator, TakesAnyCaseShortFormsBarsAndCarriageReturns) {
  make();
  EXPECT_EQ(ask("sens:rng1:ul1:rang?"), "480V\n");
  EXPECT_EQ(ask("SENSE:RNG1:UL1:RANGE?|conf:pow1:mmod?"), "480V\n4LW\n");
  EXPECT_EQ(ask("*tst?\r*opc?\r"), "1\n+1\n");
  Bytes reply;
  for (const char c : std::string{"*STB?"}) {
    const auto byte = static_cast<std::uint8_t>(c);
    standard->on_bytes(world->now(), {&byte, 1}, reply);
  }
  EXPECT_EQ(ask(""), "+0\n");
}

TEST_F(Com5003Simulator, TheHeaderPathIsNotRemembered) {
  make();
  EXPECT_EQ(ask("SENSE:RNG1:UL1:RANGE?|UL2:RANGE?"), "480V\n");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "-100,Command error\n");
}

TEST_F(Com5003Simulator, DoesNotAnswerABadQuestionButQueuesAnError) {
  make();
  EXPECT_EQ(ask("FOO:BAR?"), "");
  EXPECT_EQ(ask("*STB?"), "+4\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:ENABLE FOO;"), "");
  EXPECT_EQ(ask("SYSTEM:ERROR:COUNT?"), "2\n");
  EXPECT_EQ(ask("SYSTEM:ERROR:ALL?"), "-100,Command error;-120,Numeric data error\n");
  EXPECT_EQ(ask("*STB?"), "+0\n");
}

TEST_F(Com5003Simulator, AParameterWithoutSemicolonIsACommandError) {
  make();
  tell("CONFIGURATION:RNG1:GROUPING 0");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "-100,Command error\n");
  EXPECT_EQ(ask("CONFIGURATION:RNG1:GROUPING?"), "1\n");
}

TEST_F(Com5003Simulator, WrongUsesOfAHeaderHaveTheirErrors) {
  make();
  for (const auto& [line, error] : std::vector<std::pair<const char*, const char*>>{
           {"*CLS 1;", "-100,Command error\n"},
           {"*CLS?", "-400,Query error\n"},
           {"*IDN;", "-100,Command error\n"},
           {"INIT:RMS1?", "-400,Query error\n"},
           {"MEASURE:RMS1", "-100,Command error\n"},
           {"MEASURE:RMS9?", "-100,Command error\n"},
           {"SENSE:RNG1:UL1:RANGE 250V;", "-200,Execution error\n"},
           {"CALCULATE:EC01:0001:MRATE 0;", "-200,Execution error\n"},
           {"CONFIGURATION:POW1:MMODE 2LW;", "-200,Execution error\n"}}) {
    EXPECT_EQ(ask(line), "") << line;
    EXPECT_EQ(ask("SYSTEM:ERROR?"), error) << line;
  }
}

TEST_F(Com5003Simulator, TheErrorQueueHoldsFiftyAndMarksOverflow) {
  make();
  for (int i = 0; i < 51; ++i) tell("FOO:BAR?");
  EXPECT_EQ(ask("SYSTEM:ERROR:COUNT?"), "50\n");
  for (int i = 0; i < 49; ++i) EXPECT_EQ(ask("SYSTEM:ERROR?"), "-100,Command error\n");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "-350,Queue overflow\n");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "+0,No error\n");
}

TEST_F(Com5003Simulator, ClearsAllOnRequestAndForANewClient) {
  make();
  tell("FOO");
  tell("*CLS");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "+0,No error\n");
  tell("FOO");
  standard->closed(world->now());
  standard->opened(world->now());
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "+0,No error\n");
}

TEST_F(Com5003Simulator, AskingForTheEventStatusDoesNotClearIt) {
  make();
  tell("*OPC");
  EXPECT_EQ(ask("*ESR?"), "+1\n");
  EXPECT_EQ(ask("*ESR?"), "+1\n");
  tell("*ESE 1;");
  EXPECT_EQ(ask("*STB?"), "+32\n");
}

TEST_F(Com5003Simulator, AnEnabledBitThatRisesRequestsService) {
  make();
  tell("*SRE 4;");
  EXPECT_EQ(ask("FOO:BAR?"), "SRQ\n");
  EXPECT_EQ(ask("FOO:BAR?"), "") << "it stands already";
  EXPECT_EQ(ask("*STB?"), "+68\n");
}

TEST_F(Com5003Simulator, OverloadIsSeenInTheQuestionableStatus) {
  make();
  tell_all({"STATUS:QUESTIONABLE:PTRANSITION 512;", "STATUS:QUESTIONABLE:ENABLE 512;", "*SRE 8;"});
  select("120V", "10A");
  energise(13);
  EXPECT_EQ(listen(), "SRQ\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "512\n");
  EXPECT_EQ(ask("*STB?"), "+72\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:EVENT?"), "512\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:EVENT?"), "0\n");
}

// --- Measuring: instruments.md 4.2 ---

TEST_F(Com5003Simulator, MeasuresWithNameUnitAndSemicolon) {
  make();
  energise(10, std::acos(0.5));
  advance(std::chrono::seconds{2});
  EXPECT_EQ(ask("MEASURE:RMS1:UL1?"), "RMS1:UL1:[V]:120;\n");
  EXPECT_EQ(ask("meas:pow1?"), "POW1:P1:[W]:600;POW1:P2:[W]:600;POW1:P3:[W]:0;POW1:PS:[W]:1200;\n");
  EXPECT_EQ(ask("READ:POW2:Q1?"), "POW2:Q1:[Var]:1039.2305;\n");
  EXPECT_EQ(ask("READ:POW3:S1?"), "POW3:S1:[VA]:1200;\n");
  EXPECT_EQ(ask("MEASURE:LAM1:LAMBDA1?"), "LAM1:Lambda1:[]:0.5;\n");
  EXPECT_EQ(ask("MEASURE:RNG1:F?"), "RNG1:F:[Hz]:60;\n");
  EXPECT_THAT(ask("MEASURE:RMS1?"),
              StartsWith("RMS1:UL1:[V]:120;RMS1:UL2:[V]:120;RMS1:UL3:[V]:0.024;RMS1:IL1:[A]:10;"));
}

TEST_F(Com5003Simulator, OlderReleasesPrintAllDigits) {
  make({}, {{"full_double", 1}});
  energise(10, std::acos(0.5));
  advance(std::chrono::seconds{2});
  EXPECT_THAT(ask("READ:POW2:Q1?"), StartsWith("POW2:Q1:[Var]:1039.23048"));
}

TEST_F(Com5003Simulator, AnswersWithTheNextPublishedValueOfAOneSecondWindow) {
  make();
  advance_to(instant_at(2.1));
  energise(10);
  Bytes none;
  standard->on_bytes(world->now(), to_bytes("MEASURE:POW1:PS?\n"), none);
  EXPECT_EQ(standard->next_event(), instant_at(2.505));
  // 0.4 s of the window that ends at 2.5 s, less half a cell at the change at most.
  const std::string answer = listen();
  EXPECT_NEAR(number_in(answer.substr(answer.rfind(':') + 1)), 2400 * 0.4, 24);
  advance_to(instant_at(2.9));
  EXPECT_NEAR(number_in(ask("MEASURE:POW1:PS?").substr(12)), 2400 * 0.9, 24);
  EXPECT_EQ(ask("MEASURE:POW1:PS?"), "POW1:PS:[W]:2400;\n");
}

TEST_F(Com5003Simulator, FetchAnswersWhatWasCapturedLast) {
  make();
  EXPECT_EQ(ask("FETCH:POW1?"), ";;;;\n");
  EXPECT_EQ(ask("FETCH:POW1:PS?"), ";\n");
  advance_to(instant_at(2));
  energise(10);
  advance_to(instant_at(4.1));
  tell("INIT:POW1");
  advance_to(instant_at(4.6));
  energise(20);
  advance_to(instant_at(7.1));
  EXPECT_EQ(ask("FETCH:POW1:PS?"), "POW1:PS:[W]:2400;\n");
  Bytes none;
  standard->on_bytes(world->now(), to_bytes("INIT:POW1\nFETCH:POW1:PS?\n"), none);
  EXPECT_EQ(standard->next_event(), instant_at(7.505)) << "what is armed is waited for";
  EXPECT_EQ(listen(), "POW1:PS:[W]:4800;\n");
}

TEST_F(Com5003Simulator, TheIntegrationTimeCanBeSet) {
  make();
  tell_all({"conf:pow1:tint 4;"});
  EXPECT_EQ(ask("CONFIGURATION:POW1:TINTEGRATION?"), "4\n");
  advance_to(instant_at(10.1));
  energise(10);
  advance_to(instant_at(11.9));
  EXPECT_NEAR(number_in(ask("MEASURE:POW1:PS?").substr(12)), 2400 * 1.9 / 4, 12);
}

TEST_F(Com5003Simulator, ListsItsRangesAndModes) {
  make();
  EXPECT_EQ(ask("SENSE:RNG1:UL2:RANGE:CATALOG?"), "480V;240V;120V;60V;12V;5V\n");
  EXPECT_EQ(ask("SENSE:RNG1:IL3:RANGE:CATALOG?"),
            "200A;100A;50A;25A;10A;5A;2.5A;1.0A;500mA;250mA;100mA;50mA;25mA;10mA;5mA\n");
  EXPECT_EQ(ask("CONFIGURATION:POW1:MMODE:CATALOG?"), "4LW;3LW;2LW\n");
  EXPECT_EQ(ask("CONFIGURATION:POW2:MMODE:CATALOG?"), "4LB;3LB;2LB\n");
  EXPECT_EQ(ask("CONFIGURATION:POW3:MMODE:CATALOG?"), "4LS;4LSg;2LS;2LSg\n");
}

TEST_F(Com5003Simulator, ARangeTakesTimeAndMovesThePulseConstant) {
  make();
  EXPECT_EQ(number_in(ask("CONFIGURATION:POW1:M0CONSTANT?")), 2.5e6);
  Bytes none;
  standard->on_bytes(world->now(), to_bytes("sens:rng1:il1:rang 10A;\n*OPC?\nSENSE:RNG1:IL1:RANGE?\n"), none);
  EXPECT_EQ(listen(std::chrono::milliseconds{50}), "+0\n200A\n");
  EXPECT_EQ(ask("STATUS:OPERATION:CONDITION?"), "4\n");
  advance(std::chrono::milliseconds{400});
  EXPECT_EQ(ask("*OPC?|SENSE:RNG1:IL1:RANGE?"), "+1\n10A\n");
  EXPECT_EQ(number_in(ask("CONFIGURATION:POW1:M0CONSTANT?")), 5e7);
  EXPECT_EQ(number_in(ask("CALCULATE:EC01:0001:REFCONSTANT?")), 5e7);
}

TEST_F(Com5003Simulator, GivesThePulsesOfItsConstant) {
  make();
  select("120V", "50A");  // 4e7 imp/kWh
  energise(30);           // 7.2 kW
  auto& pulses = *world->signal("reference.pulses");
  const auto before = pulses.edges_until(world->now());
  advance(std::chrono::seconds{5});
  EXPECT_NEAR(static_cast<double>(pulses.edges_until(world->now()) - before), 400000, 1);
}

TEST_F(Com5003Simulator, OverloadJumpsToTheHighestRangeAndLatchesThere) {
  make();
  select("120V", "50A");
  energise(63);  // 50 A · 1.25 is 62.5 A
  advance(std::chrono::milliseconds{400});
  EXPECT_EQ(ask("SENSE:RNG1:IL1:RANGE?"), "200A\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "512\n");
  EXPECT_EQ(ask("SENSE:RNG1:OVERLOAD?"), "1\n");
  energise(30);
  tell("SENSE:RNG1:OVERLOAD 0;");
  advance(std::chrono::milliseconds{400});
  EXPECT_EQ(ask("SENSE:RNG1:IL1:RANGE?"), "50A\n");
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "0\n");

  select("120V", "200A");
  energise(169);
  advance(std::chrono::milliseconds{400});
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "1536\n");
  energise(100);
  advance(std::chrono::seconds{1});
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "1536\n");
}

TEST_F(Com5003Simulator, FollowsTheLoadWithAutomaticRanges) {
  make();
  tell_all({"conf:rng1:rngauto 1;"});
  energise(30);
  advance(std::chrono::seconds{1});
  EXPECT_EQ(ask("SENSE:RNG1:IL1:RANGE?"), "50A\n");  // 25 A is entered below 95 % of 31.25 A, 29.7 A
}

TEST_F(Com5003Simulator, HasTheErrorsOfItsParameters) {
  make({}, {{"gain_percent", 0.5}});
  energise(10);
  advance(std::chrono::seconds{2});
  EXPECT_EQ(ask("MEASURE:POW1:PS?"), "POW1:PS:[W]:2412;\n");
}

TEST_F(Com5003Simulator, EachPairOfRangesHasItsOwnError) {
  make({}, {{"range_error_percent", 1}});
  energise(10);
  std::vector<std::string> seen;
  for (const char* current : {"10A", "25A", "10A"}) {
    select("120V", current);
    advance(std::chrono::seconds{2});
    seen.push_back(ask("MEASURE:POW1:PS?"));
  }
  EXPECT_NE(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

// --- Error calculator: instruments.md 4.3 ---

class Com5003SimulatedTest : public Com5003Simulator {
 protected:
  /// 7.2 kW on 120 V and 50 A: 80 kHz. The LED gives 1.8 Wh a pulse and runs fast by `error`.
  void make_running(double error, std::vector<ScriptedFault> faults = {}) {
    make(std::move(faults));
    select("120V", "50A");
    energise(30);
    advance(std::chrono::seconds{1});
    tell_all({"calc:ec01:0001:dcun Wh/I;", "calc:ec01:0001:dutconstant 1.8;", "calc:ec01:0001:mrat 10;"});
    EXPECT_EQ(ask("CALCULATE:EC01:0001:TARGET?"), "720000\n");
    const Instant begin = world->now() + std::chrono::milliseconds{1234};
    for (int i = 0; i <= 30; ++i) led.edges.push_back(begin + from_seconds(0.9 * i / (1 + error)));
    tell("CALCULATE:EC01:0001:START 1;");
  }
  std::string status() { return ask("CALCULATE:EC01:0001:STATUS?"); }
};

TEST_F(Com5003Simulator, TheErrorCalculatorBeginsAsPublished) {
  make();
  for (const auto& [node, answer] :
       std::vector<std::pair<std::string, const char*>>{{"DUTSOURCE", "SC1\n"},
                                                        {"REFSOURCE", "P\n"},
                                                        {"DCUNIT", "I/kWh\n"},
                                                        {"DUTCONSTANT", "10000\n"},
                                                        {"MRATE", "10\n"},
                                                        {"CONTINUOUS", "0\n"},
                                                        {"MCOUNT", "1\n"},
                                                        {"UPLIMIT", "10\n"},
                                                        {"LOLIMIT", "-10\n"},
                                                        {"RESULTUNIT", "%\n"},
                                                        {"START", "0\n"},
                                                        {"STATUS", "0\n"},
                                                        {"PROGRESS", "0\n"},
                                                        {"PULSES", "0\n"},
                                                        {"RESULT", "0\n"},
                                                        {"RATING", "-1\n"},
                                                        {"MEASNUM", "0\n"},
                                                        {"ENFINAL", "0\n"},
                                                        {"TARGET", "2500\n"}})
    EXPECT_EQ(ask("CALCULATE:EC01:0001:" + node + "?"), answer) << node;
}

TEST_F(Com5003SimulatedTest, CountsItsPulsesBetweenTheEdgesOfTheLed) {
  make_running(5e-4);
  EXPECT_EQ(status(), "1\n") << "armed";
  advance(std::chrono::seconds{5});
  EXPECT_EQ(status(), "2\n");
  const double progress = number_in(ask("CALCULATE:EC01:0001:PROGRESS?"));
  EXPECT_GT(progress, 20);
  EXPECT_LT(progress, 60);
  advance(std::chrono::seconds{7});
  EXPECT_EQ(status(), "4\n");
  // 719,640.18 pulses in ten intervals of 0.9 s / 1.0005; one more or less by the phase.
  EXPECT_NEAR(result(), 100 * (720000 - 719640.18) / 719640.18, 100.0 / 719640);
  EXPECT_EQ(ask("CALCULATE:EC01:0001:RATING?"), "1\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:MEASNUM?"), "1\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:PROGRESS?"), "100\n");
  EXPECT_NEAR(number_in(ask("CALCULATE:EC01:0001:ENFINAL?")), 0.018 / 1.0005, 1e-7);
  EXPECT_EQ(ask("CALCULATE:EC01:0001:START?"), "0\n");
}

TEST_F(Com5003SimulatedTest, TellsTheResultInPartsPerMillionAndRatesIt) {
  make_running(5e-4);
  tell("CALCULATE:EC01:0001:START 0;");
  tell_all({"calc:ec01:0001:resultunit ppm;", "calc:ec01:0001:uplimit 100;", "calc:ec01:0001:lolimit -100;",
            "calc:ec01:0001:start 1;"});
  advance(std::chrono::seconds{15});
  EXPECT_NEAR(result(), 500, 2);
  EXPECT_EQ(ask("CALCULATE:EC01:0001:RATING?"), "0\n");
}

TEST_F(Com5003SimulatedTest, GoesOnWhenContinuous) {
  make_running(0);
  tell("CALCULATE:EC01:0001:START 0;");
  tell_all({"calc:ec01:0001:continuous 1;", "calc:ec01:0001:start 1;"});
  advance(std::chrono::seconds{15});
  EXPECT_EQ(status(), "6\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:MEASNUM?"), "1\n");
  advance(std::chrono::seconds{9});
  EXPECT_EQ(ask("CALCULATE:EC01:0001:MEASNUM?"), "2\n");
}

TEST_F(Com5003SimulatedTest, IsAbortedByCommandAndByARangeChange) {
  make_running(0);
  tell("CALCULATE:EC01:0001:START 0;");
  EXPECT_EQ(status(), "8\n");
  tell("CALCULATE:EC01:0001:START 1;");
  EXPECT_EQ(status(), "1\n");
  select("120V", "100A");
  EXPECT_EQ(status(), "8\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:MEASNUM?"), "0\n");
}

TEST_F(Com5003SimulatedTest, AFinishedOneIsNotRelabelled) {
  make_running(0);
  advance(std::chrono::seconds{15});
  select("120V", "100A");
  tell("CALCULATE:EC01:0001:START 0;");
  EXPECT_EQ(status(), "4\n");
}

TEST_F(Com5003SimulatedTest, KeepsItsSettingsWhileItRuns) {
  make_running(0);
  tell("CALCULATE:EC01:0001:MRATE 20;");
  EXPECT_EQ(ask("SYSTEM:ERROR?"), "-200,Execution error\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:MRATE?"), "10\n");
}

// --- Failure modes: instruments.md 11 ---

TEST_F(Com5003Simulator, ListsItsFaults) {
  EXPECT_THAT(
      simulator_model().faults,
      testing::UnorderedElementsAre("undefined_header", "command_error", "numeric_error", "no_answer",
                                    "queue_overflow", "missing_semicolon", "srq", "overload", "range_change",
                                    "out_of_order", "half_open", "nan", "nan_reading", "drift"));
}

TEST_F(Com5003Simulator, RefusesTheMessageThatTheScriptNames) {
  make({at_command(1, "undefined_header"), at_command(2, "command_error"), at_command(3, "numeric_error")});
  EXPECT_EQ(ask("*IDN?"), "");
  EXPECT_EQ(ask("*IDN?"), "");
  tell("conf:rng1:grouping 0;");
  EXPECT_EQ(ask("SYSTEM:ERROR:ALL?"), "-113,Undefined header;-100,Command error;-120,Numeric data error\n");
  EXPECT_EQ(ask("CONFIGURATION:RNG1:GROUPING?"), "1\n") << "it was not carried out";
}

TEST_F(Com5003Simulator, LosesAnAnswerWithoutAnError) {
  make({at_command(1, "no_answer")});
  EXPECT_EQ(ask("*TST?"), "");
  EXPECT_EQ(ask("SYSTEM:ERROR:ALL?|*TST?"), "+0,No error\n1\n");
}

TEST_F(Com5003Simulator, OverflowsItsErrorQueue) {
  make({at_command(1, "queue_overflow")});
  EXPECT_EQ(ask("SYSTEM:ERROR:COUNT?"), "50\n");
  EXPECT_THAT(ask("SYSTEM:ERROR:ALL?"), testing::EndsWith(";-350,Queue overflow\n"));
}

TEST_F(Com5003Simulator, LosesTheSemicolonOfAReading) {
  make({at_command(1, "missing_semicolon")});
  EXPECT_EQ(ask("MEASURE:RNG1:F?"), "RNG1:F:[Hz]:60\n");
  EXPECT_EQ(ask("MEASURE:RNG1:F?"), "RNG1:F:[Hz]:60;\n");
}

TEST_F(Com5003Simulator, ReadsNan) {
  make({at_command(1, "nan_reading")});
  EXPECT_THAT(ask("MEASURE:POW1?"), StartsWith("POW1:P1:[W]:nan;POW1:P2:[W]:0;"));
  EXPECT_THAT(ask("MEASURE:POW1?"), StartsWith("POW1:P1:[W]:0;"));
}

TEST_F(Com5003Simulator, RequestsServiceUnasked) {
  make({at_second(2, "srq"), at_command(1, "srq")});
  EXPECT_EQ(ask("*TST?"), "SRQ\n1\n");
  EXPECT_EQ(listen(std::chrono::seconds{5}), "SRQ\n");
  EXPECT_EQ(world->now(), instant_at(2));
}

TEST_F(Com5003Simulator, IsOverloadedByTheFlagOfItsHardware) {
  make({at_second(2, "overload"), at_second(4, "overload")});
  select("120V", "50A");
  advance_to(instant_at(2.1));
  EXPECT_EQ(ask("SENSE:RNG1:IL1:RANGE?|STATUS:QUESTIONABLE:CONDITION?"), "200A\n512\n");
  advance_to(instant_at(4.1));
  EXPECT_EQ(ask("STATUS:QUESTIONABLE:CONDITION?"), "1536\n");
}

TEST_F(Com5003SimulatedTest, IsKilledByAHandAtTheRange) {
  make_running(0, {at_second(6, "range_change")});
  advance_to(instant_at(6.1));
  EXPECT_EQ(ask("SENSE:RNG1:IL1:RANGE?"), "100A\n");
  EXPECT_EQ(status(), "8\n");
}

TEST_F(Com5003Simulator, AnswersOutOfOrder) {
  make({at_command(1, "out_of_order")});
  EXPECT_EQ(ask("*TST?"), "");
  EXPECT_EQ(ask("*OPC?"), "+1\n1\n");
  EXPECT_EQ(ask("*OPC?"), "+1\n");
}

TEST_F(Com5003Simulator, IsHalfOpenUntilItIsConnectedAgain) {
  make({at_second(2, "half_open")});
  EXPECT_EQ(ask("*TST?"), "1\n");
  advance_to(instant_at(2.1));
  EXPECT_EQ(ask("*TST?"), "");
  standard->closed(world->now());
  standard->opened(world->now());
  EXPECT_EQ(ask("*TST?"), "1\n");
}

TEST_F(Com5003SimulatedTest, CountsNothingAndTellsNan) {
  make_running(0, {at_command(1, "nan")});
  advance(std::chrono::seconds{15});
  EXPECT_EQ(status(), "4\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:RESULT?"), "nan\n");
  EXPECT_EQ(ask("CALCULATE:EC01:0001:RATING?"), "-1\n");
}

TEST_F(Com5003Simulator, DriftsFromTheInstantOfTheScript) {
  make({at_second(2, "drift")});
  energise(10);
  advance_to(instant_at(1.2));
  EXPECT_EQ(ask("MEASURE:POW1:PS?"), "POW1:PS:[W]:2400;\n");
  advance_to(instant_at(5));
  EXPECT_EQ(ask("MEASURE:POW1:PS?"), "POW1:PS:[W]:2412;\n");
}

TEST_F(Com5003Simulator, TakesAnyBytes) {
  make();
  std::uint32_t state = 1;
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes;
    state = state * 1664525 + 1013904223;
    for (std::uint32_t i = 0; i < (state >> 16U) % 20; ++i) {
      state = state * 1664525 + 1013904223;
      bytes.push_back(static_cast<std::uint8_t>("MEAS:RMS1?|;\n\rINIT*CLS 0\xFF"[(state >> 16U) % 25]));
    }
    Bytes reply;
    standard->on_bytes(world->now(), bytes, reply);
  }
  listen(std::chrono::seconds{600});
  EXPECT_EQ(ask("\n*TST?"), "1\n");
}

}  // namespace
}  // namespace meterbench::zera_com5003
