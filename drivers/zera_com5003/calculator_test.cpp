#include "drivers/zera_com5003/calculator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "tests/support/breakable_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::zera_com5003 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Lines = std::vector<std::pair<std::string, std::string>>;  ///< question and answer, "" for none
using Comparison = ErrorCalculator::Comparison;

const Lines kEnd{{"SYSTEM:ERROR:ALL?", "+0,No error"}};
const Lines kCompleted{{"*OPC?", "+1"}, {"SYSTEM:ERROR:ALL?", "+0,No error"}};

// Nodes of instruments.md 4.3; 10 pulses of 1.8 Wh against 4e7 imp/kWh are 720,000 reference pulses.
const Lines kSettings{
    {"SYSTEM:ERROR:ALL?", "+0,No error"},         {"*CLS", ""},
    {"CALCULATE:EC01:0001:START 0;", ""},         {"CALCULATE:EC01:0001:DUTSOURCE SC1;", ""},
    {"CALCULATE:EC01:0001:REFSOURCE P;", ""},     {"CALCULATE:EC01:0001:DCUNIT Wh/I;", ""},
    {"CALCULATE:EC01:0001:DUTCONSTANT 1.8;", ""}, {"CALCULATE:EC01:0001:MRATE 10;", ""},
    {"CALCULATE:EC01:0001:CONTINUOUS 0;", ""},    {"CALCULATE:EC01:0001:MCOUNT 1;", ""},
    {"CALCULATE:EC01:0001:RESULTUNIT %;", ""}};
const Lines kReadBack{
    {"CALCULATE:EC01:0001:DUTSOURCE?", "SC1"},   {"CALCULATE:EC01:0001:REFSOURCE?", "P"},
    {"CALCULATE:EC01:0001:DCUNIT?", "Wh/I"},     {"CALCULATE:EC01:0001:CONTINUOUS?", "0"},
    {"CALCULATE:EC01:0001:RESULTUNIT?", "%"},    {"CALCULATE:EC01:0001:MRATE?", "10"},
    {"CALCULATE:EC01:0001:DUTCONSTANT?", "1.8"}, {"CALCULATE:EC01:0001:REFCONSTANT?", "4e+07"},
    {"CALCULATE:EC01:0001:TARGET?", "720000"},   {"CONFIGURATION:POW1:M0CONSTANT?", "40000000"}};
const Lines kStart{{"CALCULATE:EC01:0001:START 1;", ""}};
const Lines kStop{{"CALCULATE:EC01:0001:START 0;", ""}};
const Lines kResult{{"CALCULATE:EC01:0001:RESULT?", "0.050025012506253"},  // (720000 − 719640)/719640
                    {"CALCULATE:EC01:0001:TARGET?", "720000"},
                    {"CALCULATE:EC01:0001:REFCONSTANT?", "4e+07"},
                    {"CONFIGURATION:POW1:M0CONSTANT?", "4e+07"}};

Lines look(const std::string& status, const std::string& results, const std::string& progress) {
  return {{"CALCULATE:EC01:0001:STATUS?", status},
          {"CALCULATE:EC01:0001:MEASNUM?", results},
          {"CALCULATE:EC01:0001:PROGRESS?", progress},
          kEnd.front()};
}

Lines joined(const std::vector<Lines>& parts) {
  Lines all;
  for (const Lines& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
Lines with(Lines lines, const std::string& question, const std::string& answer) {
  for (auto& [asked, answered] : lines)
    if (asked == question) answered = answer;
  return lines;
}
const Lines kSetUp = joined({kSettings, kEnd, kCompleted, kReadBack, kEnd});
const Lines kRunning = joined({kSetUp, kStart, kEnd, kCompleted});

class Com5003Comparison : public testing::Test {
 protected:
  ~Com5003Comparison() override {
    if (link) link->close();
  }
  void use(const Lines& lines) {
    if (link) link->close();  // before its far end goes
    script = std::make_unique<ScriptedFarEnd>(lf_script(lines));
    link = std::make_unique<MemoryLink>(reactor, "reference", *script, WireTime::network());
    conversation = std::make_unique<Conversation>(*link, std::chrono::seconds{4});
    calculator = std::make_unique<Com5003Calculator>(*conversation);
  }
  Result<Comparison> compare(Duration limit = std::chrono::minutes{1}, ActiveEnergy kt = from_watt_hours(1.8),
                             std::uint64_t pulses = 10) {
    return await<Comparison>(reactor, "reference", "compare", std::chrono::minutes{2}, [&](auto done) {
      calculator->start_compare(
          kt, pulses, limit, [this](std::uint64_t seen) { progress.push_back(seen); }, std::move(done));
    });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> script;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<Conversation> conversation;
  std::unique_ptr<Com5003Calculator> calculator;
  std::vector<std::uint64_t> progress;
};

TEST_F(Com5003Comparison, ReportsErrorCountAndConstant) {
  use(joined({kRunning, look("1", "0", "0"), look("2", "0", "20"), look("2", "0", "70.000000000000001"),
              look("4", "1", "100"), kResult, kEnd}));
  const auto comparison = compare();
  ASSERT_TRUE(comparison) << comparison.error().text();
  EXPECT_DOUBLE_EQ(percent(comparison->error), 0.050025012506253);
  EXPECT_NEAR(comparison->reference_pulses, 719640, 0.5e-3);
  // Rounded down, the target is as exact as the count.
  EXPECT_DOUBLE_EQ(comparison->reference_pulse.value(), 3.6e6 / 4e7);
  EXPECT_THAT(progress, ElementsAre(0, 2, 7));
}

TEST_F(Com5003Comparison, AResultLeftOverFromAnEarlierTestIsNoResult) {
  use(joined({kRunning, look("4", "0", "100"), look("1", "0", "0"), look("4", "1", "100"), kResult, kEnd}));
  EXPECT_TRUE(compare());
}

TEST_F(Com5003Comparison, AnAbortFromElsewhereIsImplausible) {
  for (const char* status : {"8", "12", "0"}) {
    use(joined({kRunning, look("2", "0", "20"), look(status, "0", "20")}));
    const auto comparison = compare();
    ASSERT_FALSE(comparison);
    EXPECT_EQ(comparison.error().code, Errc::implausible) << status;
    EXPECT_TRUE(link->is_open());
  }
}

TEST_F(Com5003Comparison, AConstantThatIsAnotherAtTheEndIsImplausible) {
  for (const auto& [question, answer] : Lines{{"CALCULATE:EC01:0001:REFCONSTANT?", "2e+07"},
                                              {"CONFIGURATION:POW1:M0CONSTANT?", "2e+07"},
                                              {"CALCULATE:EC01:0001:TARGET?", "360000"}}) {
    use(joined({kRunning, look("4", "1", "100"), with(kResult, question, answer), kEnd}));
    EXPECT_EQ(compare().error().code, Errc::implausible) << question;
  }
}

TEST_F(Com5003Comparison, NanIsNoResult) {
  use(joined({kRunning, look("4", "1", "100"), with(kResult, "CALCULATE:EC01:0001:RESULT?", "nan"), kEnd}));
  const auto comparison = compare();
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::implausible);
  EXPECT_THAT(comparison.error().detail, HasSubstr("no pulse of its own"));
}

TEST_F(Com5003Comparison, AResultWithoutSenseIsGarbled) {
  for (const char* result : {"inf", "--.--", "-100", "-101"}) {
    use(joined(
        {kRunning, look("4", "1", "100"), with(kResult, "CALCULATE:EC01:0001:RESULT?", result), kEnd}));
    EXPECT_EQ(compare().error().code, Errc::garbled) << result;
  }
}

TEST_F(Com5003Comparison, AStatusWithoutSenseIsGarbled) {
  use(joined({kRunning, look("2", "0", "nan")}));
  EXPECT_EQ(compare().error().code, Errc::garbled);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Com5003Comparison, WithoutAResultInTimeItIsEndedAndSaysHowFarItCame) {
  use(joined(
      {kRunning, look("1", "0", "0"), look("2", "0", "30"), look("2", "0", "30"), kStop, kEnd, kCompleted}));
  const auto comparison = compare(std::chrono::milliseconds{1000});
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::refused);
  EXPECT_THAT(comparison.error().detail, HasSubstr("3 of 10 LED pulses came"));
  EXPECT_TRUE(link->is_open());
}

TEST_F(Com5003Comparison, AbortingEndsItAsStopped) {
  use(joined({kRunning, look("1", "0", "0"), kStop, kEnd, kCompleted}));
  Result<Comparison> comparison = Comparison{};
  calculator->start_compare(from_watt_hours(1.8), 10, std::chrono::minutes{1}, nullptr,
                            [&](auto result) { comparison = std::move(result); });
  reactor.wait_until(reactor.now() + std::chrono::milliseconds{300});
  const auto aborted = await<void>(reactor, "reference", "abort", std::chrono::seconds{10},
                                   [&](auto done) { calculator->start_abort(std::move(done)); });
  EXPECT_TRUE(aborted);
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::stopped);
  reactor.wait_until(reactor.now() + std::chrono::seconds{5});  // it asks for nothing more
}

TEST_F(Com5003Comparison, AbortingNothingSaysNothing) {
  use({});
  bool done = false;
  calculator->start_abort([&](const Result<void>& result) { done = result.has_value(); });
  EXPECT_TRUE(done);
  EXPECT_EQ(script->openings(), 0);
}

TEST_F(Com5003Comparison, ASecondOneIsRefused) {
  use(joined({kRunning, look("4", "1", "100"), kResult, kEnd}));
  Result<Comparison> first = fault(Errc::stopped, "", "", "");
  calculator->start_compare(from_watt_hours(1.8), 10, std::chrono::minutes{1}, nullptr,
                            [&](auto result) { first = std::move(result); });
  EXPECT_EQ(compare().error().code, Errc::refused);
  reactor.wait_until(reactor.now() + std::chrono::seconds{2});
  EXPECT_TRUE(first);
}

TEST_F(Com5003Comparison, WhatItCannotCountIsOutOfRangeAndNothingIsWritten) {
  use({});
  const auto kt = from_watt_hours(1.8);
  EXPECT_EQ(compare(std::chrono::seconds{1}, kt, 0).error().code, Errc::out_of_range);
  EXPECT_EQ(compare(std::chrono::seconds{1}, kt, std::uint64_t{1} << 32U).error().code, Errc::out_of_range);
  EXPECT_EQ(compare(std::chrono::seconds{1}, ActiveEnergy{}).error().code, Errc::out_of_range);
  EXPECT_EQ(compare(std::chrono::seconds{1}, ActiveEnergy{std::nan("")}).error().code, Errc::out_of_range);
  EXPECT_EQ(script->openings(), 0);
}

TEST_F(Com5003Comparison, MoreReferencePulsesThanItCanCountAreOutOfRange) {
  // 100,000 pulses of 1.8 Wh against 4e7 imp/kWh.
  Lines set_up =
      with(with(kSetUp, "CALCULATE:EC01:0001:MRATE?", "100000"), "CALCULATE:EC01:0001:TARGET?", "4294967295");
  for (auto& [line, answer] : set_up)
    if (line == "CALCULATE:EC01:0001:MRATE 10;") line = "CALCULATE:EC01:0001:MRATE 100000;";
  use(set_up);
  EXPECT_EQ(compare(std::chrono::minutes{1}, from_watt_hours(1.8), 100000).error().code, Errc::out_of_range);
}

struct Kept {
  const char* question;
  const char* answer;
  Errc code;
};
class Com5003Settings : public Com5003Comparison, public testing::WithParamInterface<Kept> {};

TEST_P(Com5003Settings, ThatItDoesNotKeepEndTheComparisonBeforeItStarts) {
  use(with(kSetUp, GetParam().question, GetParam().answer));
  EXPECT_EQ(compare().error().code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(ReadBack, Com5003Settings,
                         testing::Values(Kept{"CALCULATE:EC01:0001:DUTSOURCE?", "HK", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:REFSOURCE?", "Q", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:DCUNIT?", "I/kWh", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:CONTINUOUS?", "1", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:RESULTUNIT?", "ppm", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:MRATE?", "11", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:DUTCONSTANT?", "1.80001", Errc::refused},
                                         Kept{"CALCULATE:EC01:0001:REFCONSTANT?", "2e+07", Errc::implausible},
                                         Kept{"CALCULATE:EC01:0001:TARGET?", "719998", Errc::implausible},
                                         Kept{"CALCULATE:EC01:0001:TARGET?", "nan", Errc::garbled},
                                         Kept{"CONFIGURATION:POW1:M0CONSTANT?", "nan", Errc::garbled}));

TEST_F(Com5003Comparison, ASettingThatItRefusesEndsTheComparison) {
  use(joined({kSettings, {{"SYSTEM:ERROR:ALL?", "-120,Numeric data error"}}}));
  EXPECT_EQ(compare().error().code, Errc::refused);
}

TEST_F(Com5003Comparison, SilenceInTheMiddleIsATimeOut) {
  use(joined({kRunning, look("1", "0", "0"), {{"CALCULATE:EC01:0001:STATUS?", ""}}}));
  EXPECT_EQ(compare().error().code, Errc::timeout);
  EXPECT_FALSE(link->is_open());
}

TEST_F(Com5003Comparison, ALinkLostAfterAnyMessageEndsIt) {
  const Lines all = joined({kRunning, look("2", "0", "20"), look("4", "1", "100"), kResult, kEnd});
  for (std::size_t after = 1; after <= all.size(); ++after) {
    ScriptedFarEnd far_end{lf_script({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(after)})};
    BreakableLink breakable{reactor, "reference", far_end};
    Conversation talk{breakable, std::chrono::seconds{4}};
    Com5003Calculator lone{talk};
    breakable.break_after(after);
    const auto lost =
        await<Comparison>(reactor, "reference", "compare", std::chrono::minutes{2}, [&](auto done) {
          lone.start_compare(from_watt_hours(1.8), 10, std::chrono::minutes{1}, nullptr, std::move(done));
        });
    ASSERT_FALSE(lost) << after;
    EXPECT_EQ(lost.error().code, Errc::disconnected) << after;
    reactor.wait_until(reactor.now() + std::chrono::seconds{5});  // nothing more is written
  }
}

}  // namespace
}  // namespace meterbench::zera_com5003
