#include "drivers/zera_com5003/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "tests/support/breakable_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::zera_com5003 {
namespace {

using ::testing::HasSubstr;

using Lines = std::vector<std::pair<std::string, std::string>>;  ///< question and answer, "" for none

// Answers of instruments.md 4.1 and 4.2.
const std::string kNoError = "+0,No error";
const std::string kIdentity = "ZERA GmbH Koenigswinter, COM5003, 05012345, com5003-release-1.2";

const Lines kGreeting{{"SYSTEM:ERROR:ALL?", kNoError}, {"*CLS", ""}};
const Lines kEnd{{"SYSTEM:ERROR:ALL?", kNoError}};
const Lines kCompleted{{"*OPC?", "+1"}, {"SYSTEM:ERROR:ALL?", kNoError}};

const Lines kSetRanges{{"CONFIGURATION:RNG1:RNGAUTO 0;", ""},      {"CONFIGURATION:RNG1:GROUPING 0;", ""},
                       {"CONFIGURATION:POW1:MMODE 4LW;", ""},      {"CONFIGURATION:POW2:MMODE 4LB;", ""},
                       {"CONFIGURATION:RMS1:TINTEGRATION 1;", ""}, {"CONFIGURATION:POW1:TINTEGRATION 1;", ""},
                       {"CONFIGURATION:POW2:TINTEGRATION 1;", ""}, {"SENSE:RNG1:UL1:RANGE 120V;", ""},
                       {"SENSE:RNG1:UL2:RANGE 120V;", ""},         {"SENSE:RNG1:UL3:RANGE 120V;", ""},
                       {"SENSE:RNG1:IL1:RANGE 50A;", ""},          {"SENSE:RNG1:IL2:RANGE 50A;", ""},
                       {"SENSE:RNG1:IL3:RANGE 50A;", ""}};
const Lines kClearOverload{{"SENSE:RNG1:OVERLOAD 0;", ""}, {"SYSTEM:ERROR:ALL?", kNoError}};
const Lines kReadBack{{"SENSE:RNG1:UL1:RANGE?", "120V"},
                      {"SENSE:RNG1:UL2:RANGE?", "120V"},
                      {"SENSE:RNG1:UL3:RANGE?", "120V"},
                      {"SENSE:RNG1:IL1:RANGE?", "50A"},
                      {"SENSE:RNG1:IL2:RANGE?", "50A"},
                      {"SENSE:RNG1:IL3:RANGE?", "50A"},
                      {"CONFIGURATION:RNG1:RNGAUTO?", "0"},
                      {"CONFIGURATION:POW1:TINTEGRATION?", "1"},
                      {"CONFIGURATION:POW1:MMODE?", "4LW"},
                      {"CONFIGURATION:POW1:M0CONSTANT?", "4e+07"}};  // 3.6e6·200000/(3·120·50)
const Lines kRead{
    {"INIT:RMS1", ""},
    {"INIT:POW1", ""},
    {"INIT:POW2", ""},
    {"INIT:RNG1:F", ""},
    {"FETCH:RMS1?",
     "RMS1:UL1:[V]:120.25;RMS1:UL2:[V]:119.75;RMS1:UL3:[V]:0.024;RMS1:IL1:[A]:30.5;RMS1:IL2:[A]:29.5;"
     "RMS1:IL3:[A]:9.570453585183714e-07;RMS1:UL1-UL2:[]:240;"},
    {"FETCH:POW1?", "POW1:P1:[W]:3600;POW1:P2:[W]:3500;POW1:P3:[W]:0;POW1:PS:[W]:7100;"},
    {"FETCH:POW2?", "POW2:Q1:[Var]:50;POW2:Q2:[Var]:-60;POW2:Q3:[Var]:0;POW2:QS:[Var]:-10;"},
    {"FETCH:RNG1:F?", "RNG1:F:[Hz]:60.001;"},
    {"SENSE:RNG1:UL1:RANGE?", "120V"},
    {"SENSE:RNG1:UL2:RANGE?", "120V"},
    {"SENSE:RNG1:IL1:RANGE?", "50A"},
    {"SENSE:RNG1:IL2:RANGE?", "50A"},
    {"STATUS:QUESTIONABLE:CONDITION?", "0"}};

Lines joined(const std::vector<Lines>& parts) {
  Lines all;
  for (const Lines& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The script with the answer to `question` exchanged.
Lines with(Lines lines, const std::string& question, const std::string& answer) {
  for (auto& [asked, answered] : lines)
    if (asked == question) answered = answer;
  return lines;
}

LoadPoint split_phase(double amperes) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits = {CircuitLoad{Voltage{120}, {}, Current{amperes}, {}},
                    CircuitLoad{Voltage{120}, from_degrees(180), Current{amperes}, {}}};
  return point;
}

class Com5003Driver : public testing::Test {
 protected:
  void use(const Lines& lines) {
    standard.reset();  // before its link
    script = std::make_unique<ScriptedFarEnd>(lf_script(lines));
    link = std::make_unique<MemoryLink>(reactor, "reference", *script, WireTime::network());
    standard = std::make_unique<Com5003>(*link);
  }
  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "reference", "test", std::chrono::minutes{1}, start);
  }
  Result<std::string> identify() {
    return finish<std::string>([&](auto done) { standard->start_identify(std::move(done)); });
  }
  Result<ActiveEnergy> prepare(const LoadPoint& point = split_phase(30)) {
    return finish<ActiveEnergy>([&](auto done) { standard->start_prepare(point, std::move(done)); });
  }
  Result<ReferenceReading> read() {
    return finish<ReferenceReading>([&](auto done) { standard->start_read(std::move(done)); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> script;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<Com5003> standard;
};

TEST_F(Com5003Driver, EmptiesTheErrorQueueAndIdentifies) {
  use(joined({kGreeting, {{"*IDN?", kIdentity}}, kEnd}));
  const auto identity = identify();
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(*identity, kIdentity);
}

TEST_F(Com5003Driver, AnotherInstrumentIsRefused) {
  use(joined({kGreeting, {{"*IDN?", "ZERA GmbH Koenigswinter, MT310s2, Unknown, 1"}}, kEnd}));
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Errc::refused);
  EXPECT_THAT(identity.error().detail, HasSubstr("MT310s2"));
}

TEST_F(Com5003Driver, AnIdentityWithoutItsPartsIsGarbled) {
  use(joined({kGreeting, {{"*IDN?", "COM5003"}}, kEnd}));
  EXPECT_EQ(identify().error().code, Errc::garbled);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Com5003Driver, FixesTheRangesAndReportsTheEnergyOfAPulse) {
  use(joined({kGreeting, kSetRanges, kEnd, kCompleted, kClearOverload, kCompleted, kReadBack, kEnd}));
  const auto pulse = prepare();
  ASSERT_TRUE(pulse) << pulse.error().text();
  EXPECT_DOUBLE_EQ(pulse->value(), 3.6e6 / 4e7);
}

TEST_F(Com5003Driver, AsksUntilTheRangesStand) {
  const Lines busy{{"*OPC?", "+0"}, {"SYSTEM:ERROR:ALL?", kNoError}};
  use(joined({kGreeting, kSetRanges, kEnd, busy, busy, kCompleted, kClearOverload, busy, kCompleted,
              kReadBack, kEnd}));
  EXPECT_TRUE(prepare());
}

TEST_F(Com5003Driver, RangesThatNeverStandAreRefused) {
  Lines lines = joined({kGreeting, kSetRanges, kEnd});
  const Lines busy{{"*OPC?", "+0"}, {"SYSTEM:ERROR:ALL?", kNoError}};
  for (int i = 0; i < 50; ++i) lines.insert(lines.end(), busy.begin(), busy.end());
  use(lines);
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::refused);
  EXPECT_THAT(pulse.error().detail, HasSubstr("*OPC?"));
}

TEST_F(Com5003Driver, ARangeThatItDoesNotKeepIsRefused) {
  use(joined({kGreeting, kSetRanges, kEnd, kCompleted, kClearOverload, kCompleted,
              with(kReadBack, "SENSE:RNG1:IL2:RANGE?", "200A"), kEnd}));
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::refused);
  EXPECT_THAT(pulse.error().detail, HasSubstr("'200A', not '50A'"));
}

TEST_F(Com5003Driver, TheAnswerBeforeIsNeverTakenForTheConstant) {
  Lines stepped = kReadBack;
  stepped.back().second = stepped[stepped.size() - 2].second;
  use(joined({kGreeting, kSetRanges, kEnd, kCompleted, kClearOverload, kCompleted, stepped, kEnd}));
  EXPECT_EQ(prepare().error().code, Errc::garbled);
}

TEST_F(Com5003Driver, AConstantThatIsNoneIsGarbled) {
  for (const char* constant : {"nan", "0", " ", "-4e+07"}) {
    use(joined({kGreeting, kSetRanges, kEnd, kCompleted, kClearOverload, kCompleted,
                with(kReadBack, "CONFIGURATION:POW1:M0CONSTANT?", constant), kEnd}));
    EXPECT_EQ(prepare().error().code, Errc::garbled) << constant;
  }
}

TEST_F(Com5003Driver, AnEntryInTheErrorQueueIsARefusal) {
  use(joined({kGreeting, kSetRanges, {{"SYSTEM:ERROR:ALL?", "-100,Command error;-120,Numeric data error"}}}));
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::refused);
  EXPECT_EQ(pulse.error().command, "set ranges");
  EXPECT_THAT(pulse.error().detail, HasSubstr("-100,Command error;-120,Numeric data error"));
  EXPECT_TRUE(link->is_open());
}

TEST_F(Com5003Driver, ALoadThatNoRangeHoldsIsOutOfRangeAndNothingIsWritten) {
  use({});
  const auto pulse = prepare(split_phase(168.1));
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::out_of_range);
  EXPECT_THAT(pulse.error().detail, HasSubstr("168 A"));
  EXPECT_EQ(script->openings(), 0);
}

TEST_F(Com5003Driver, ReadsBothCircuits) {
  use(joined({kGreeting, kRead, kEnd}));
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_EQ(reading->circuits[0].voltage, Voltage{120.25});
  EXPECT_EQ(reading->circuits[1].voltage, Voltage{119.75});
  EXPECT_EQ(reading->circuits[0].current, Current{30.5});
  EXPECT_EQ(reading->circuits[1].current, Current{29.5});
  EXPECT_EQ(reading->circuits[0].active, ActivePower{3600});
  EXPECT_EQ(reading->circuits[1].active, ActivePower{3500});
  EXPECT_EQ(reading->circuits[0].reactive, ReactivePower{50});
  EXPECT_EQ(reading->circuits[1].reactive, ReactivePower{-60});
  EXPECT_EQ(reading->active, ActivePower{7100});
  EXPECT_EQ(reading->frequency, Frequency{60.001});
  EXPECT_EQ(reading->ranges, "120V 50A");
  EXPECT_FALSE(reading->overloaded);
}

TEST_F(Com5003Driver, TellsOverloadAndRangesThatDiffer) {
  for (const char* condition : {"512", "1536", "+1024"}) {
    use(joined(
        {kGreeting,
         with(with(kRead, "STATUS:QUESTIONABLE:CONDITION?", condition), "SENSE:RNG1:IL1:RANGE?", "200A"),
         kEnd}));
    const auto reading = read();
    ASSERT_TRUE(reading) << reading.error().text();
    EXPECT_TRUE(reading->overloaded) << condition;
    EXPECT_EQ(reading->ranges, "120V 200A/50A");
  }
  use(joined({kGreeting, with(kRead, "STATUS:QUESTIONABLE:CONDITION?", "2048"), kEnd}));
  EXPECT_FALSE(read()->overloaded) << "the state of adjustment is no overload";
}

TEST_F(Com5003Driver, AReadingBeginsAfterTheRangesStood) {
  use(joined(
      {kGreeting, kSetRanges, kEnd, kCompleted, kClearOverload, kCompleted, kReadBack, kEnd, kRead, kEnd}));
  ASSERT_TRUE(prepare());
  const Instant stood = reactor.now();
  const std::size_t before = script->spoken();
  Result<ReferenceReading> reading = fault(Errc::stopped, "", "", "");
  standard->start_read([&](auto result) { reading = std::move(result); });
  reactor.wait_until(stood + std::chrono::milliseconds{900});
  EXPECT_EQ(script->spoken(), before);
  reactor.wait_until(stood + std::chrono::milliseconds{1100});
  EXPECT_TRUE(reading);
}

TEST_F(Com5003Driver, SkipsRequestsForService) {
  Lines lines = joined({kGreeting, kRead, kEnd});
  for (auto& [question, answer] : lines)
    if (!answer.empty()) answer = "SRQ\n" + answer;
  use(lines);
  EXPECT_TRUE(read());
}

struct BadAnswer {
  const char* question;
  const char* answer;
  const char* says;
};

class Com5003Garbled : public Com5003Driver, public testing::WithParamInterface<BadAnswer> {};

TEST_P(Com5003Garbled, IsNoReading) {
  use(joined({kGreeting, with(kRead, GetParam().question, GetParam().answer), kEnd}));
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::garbled);
  EXPECT_THAT(reading.error().detail, HasSubstr(GetParam().says));
  EXPECT_FALSE(link->is_open()) << "question and answer may have lost step";
}
INSTANTIATE_TEST_SUITE_P(
    Answers, Com5003Garbled,
    testing::Values(BadAnswer{"FETCH:POW1?",
                              "POW1:P1:[W]:3600;POW1:P2:[W]:3500;POW1:P3:[W]:0;POW1:PS:[W]:7100", "';'"},
                    BadAnswer{"FETCH:POW1?", "POW1:P1:[W]:nan;POW1:P2:[W]:3500;POW1:PS:[W]:7100;", "P1"},
                    BadAnswer{"FETCH:POW1?", "POW2:Q1:[Var]:50;POW2:Q2:[Var]:-60;", "no value of POW1"},
                    BadAnswer{"FETCH:POW1?", ";;;;", "no value of POW1"},
                    BadAnswer{"FETCH:RMS1?", "RMS1:UL1:[V]:120;", "missing"},
                    BadAnswer{"FETCH:RNG1:F?", "RNG1:F:[V]:60;", "in 'V'"},
                    BadAnswer{"SENSE:RNG1:IL1:RANGE?", "120V", "no range of a current"},
                    BadAnswer{"SENSE:RNG1:UL1:RANGE?", "RNG1:F:[Hz]:60;", "no range of a voltage"},
                    BadAnswer{"STATUS:QUESTIONABLE:CONDITION?", "none", "no whole number"}));

TEST_F(Com5003Driver, AQuestionThatIsNotAnsweredIsATimeOutAndClosesTheLink) {
  Lines lines = joined({kGreeting, kRead});
  lines.resize(kGreeting.size() + 6);
  lines.back().second.clear();  // FETCH:POW1?
  use(lines);
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::timeout);
  EXPECT_EQ(reading.error().command, "FETCH:POW1?");
  EXPECT_EQ(reading.error().elapsed, std::chrono::seconds{4});
  EXPECT_FALSE(link->is_open());
}

TEST_F(Com5003Driver, HalfAnAnswerIsATimeOut) {
  auto exchanges = lf_script(joined({kGreeting, {{"*IDN?", kIdentity}}}));
  exchanges.back().reply.resize(10);
  use({});
  standard.reset();
  script = std::make_unique<ScriptedFarEnd>(exchanges);
  link = std::make_unique<MemoryLink>(reactor, "reference", *script, WireTime::network());
  standard = std::make_unique<Com5003>(*link);
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Errc::timeout);
  EXPECT_THAT(identity.error().detail, HasSubstr("ZERA GmbH"));
}

TEST_F(Com5003Driver, ALateAnswerIsNeverTakenForTheNext) {
  auto exchanges = lf_script(joined({kGreeting, {{"*IDN?", kIdentity}}, kGreeting, kRead, kEnd}));
  exchanges[kGreeting.size()].delay = std::chrono::milliseconds{4100};
  use({});
  standard.reset();
  script = std::make_unique<ScriptedFarEnd>(exchanges);
  link = std::make_unique<MemoryLink>(reactor, "reference", *script, WireTime::network());
  standard = std::make_unique<Com5003>(*link);
  EXPECT_EQ(identify().error().code, Errc::timeout);
  EXPECT_TRUE(read());
  EXPECT_EQ(script->openings(), 2);
}

TEST_F(Com5003Driver, WhatTheErrorQueueHeldOnConnectingIsToldWithTheNextFault) {
  use(joined({{{"SYSTEM:ERROR:ALL?", "-113,Undefined header"}, {"*CLS", ""}},
              kRead,
              kEnd,
              with(kRead, "FETCH:RNG1:F?", ";"),
              kEnd,
              kGreeting,
              with(kRead, "FETCH:RNG1:F?", ";"),
              kEnd}));
  EXPECT_TRUE(read()) << "it is no fault by itself";
  EXPECT_THAT(read().error().detail, HasSubstr("held on connecting: -113,Undefined header"));
  EXPECT_EQ(read().error().detail.find("-113"), std::string::npos) << "told once";
}

TEST_F(Com5003Driver, AnErrorQueueWithoutSenseIsGarbled) {
  use(joined({kGreeting, {{"*IDN?", kIdentity}, {"SYSTEM:ERROR:ALL?", "0"}}}));
  EXPECT_EQ(identify().error().code, Errc::garbled);
}

TEST_F(Com5003Driver, ALinkLostInTheMiddleEndsTheReadingAndTheNextOneOpensItAnew) {
  for (std::size_t after = 1; after <= kGreeting.size() + kRead.size() + 1; ++after) {
    Lines lines = joined({kGreeting, kRead, kEnd});
    lines.resize(after);
    ScriptedFarEnd far_end{lf_script(joined({lines, kGreeting, kRead, kEnd}))};
    BreakableLink breakable{reactor, "reference", far_end};
    Com5003 driver{breakable};
    breakable.break_after(after);
    const auto once = [&] {
      return finish<ReferenceReading>([&](auto done) { driver.start_read(std::move(done)); });
    };
    const auto lost = once();
    ASSERT_FALSE(lost) << after;
    EXPECT_EQ(lost.error().code, Errc::disconnected) << after;
    EXPECT_TRUE(once()) << after;
  }
}

TEST_F(Com5003Driver, WhoWaitsForAReadingWhenItEndsIsToldOrLeftAlone) {
  use(joined(
      {kGreeting,
       {{"INIT:RMS1", ""}, {"INIT:POW1", ""}, {"INIT:POW2", ""}, {"INIT:RNG1:F", ""}, {"FETCH:RMS1?", ""}}}));
  std::optional<Errc> heard;
  standard->start_read([&](const Result<ReferenceReading>& result) { heard = result.error().code; });
  reactor.wait_until(reactor.now() + std::chrono::seconds{1});
  standard.reset();
  EXPECT_EQ(heard, Errc::disconnected);
  reactor.wait_until(reactor.now() + std::chrono::seconds{10});
}

TEST_F(Com5003Driver, AnIntegrationTimeThatItCannotHaveIsABadConfiguration) {
  use({});
  for (const double seconds : {0.5, 10.1, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW((Com5003{*link, ReferenceDefinition::two_element, Seconds{seconds}}), std::invalid_argument);
}

TEST_F(Com5003Driver, TellsItsDefinitionAndHasAnErrorCalculator) {
  use({});
  EXPECT_EQ(standard->definition(), ReferenceDefinition::two_element);
  EXPECT_EQ((Com5003{*link, ReferenceDefinition::series}.definition()), ReferenceDefinition::series);
  EXPECT_NE(standard->error_calculator(), nullptr);
  EXPECT_EQ(Com5003Calculator::capabilities().most_pulses, 4294967295U);
}

}  // namespace
}  // namespace meterbench::zera_com5003
