#include "drivers/keysight_53230a/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <ostream>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"

namespace meterbench::keysight_53230a {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// An instrument that keeps the lines it gets and answers queries as a test says, on an interface of its own
/// making (instruments.md 7): no interrupt endpoint, the status byte comes with the control answer.
class ScriptedCounter final : public UsbFarEnd {
 public:
  std::vector<std::string> lines;                          ///< without SYST:ERR? that found nothing
  std::map<std::string, std::deque<std::string>> answers;  ///< by query; the last one for ever
  Duration measuring = 300ms;                              ///< from *OPC to operation complete
  std::optional<std::string> mute_at;                      ///< beginning of the query that gets no answer
  int openings = 0;
  int clears = 0;
  int aborts = 0;
  int questions = 0;  ///< for the status byte

  ScriptedCounter() {
    description_.interface_class = 0xFE;
    description_.interface_subclass = 3;
    description_.endpoints = {{.address = 0x01, .most_packet = 512}, {.address = 0x82, .most_packet = 512}};
    answers["*IDN?"] = {"Agilent Technologies,53230A,MY50001484,02.05-1519.666-1.19-4.15-127-155-35"};
    answers["SYST:ERR?"] = {"+0,\"No error\""};
    answers["*ESR?"] = {"+1"};
    answers["STAT:QUES?"] = answers["STAT:QUES:COND?"] = {"+0"};
    answers["INP1:LEV:AUTO?"] = answers["INP2:LEV:AUTO?"] = {"0"};
  }

  const UsbDescription& description() const override { return description_; }
  void opened(Instant) override { ++openings; }
  void closed(Instant) override { reply_.reset(); }
  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView) override {
    switch (setup.request) {
      case 3: ++aborts; return Bytes{0x80, static_cast<std::uint8_t>(setup.value)};
      case 5:
        ++clears;
        reply_.reset();
        return Bytes{0x01};
      case 6: return Bytes{0x01, 0x00};
      case 7: return Bytes{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 15, 0, 0, 0, 0, 0, 0, 0, 0};
      case 128: {
        ++questions;
        const bool complete = complete_at_ && now >= *complete_at_;
        return Bytes{1, static_cast<std::uint8_t>(setup.value),
                     static_cast<std::uint8_t>(complete ? 0x20 : 0)};
      }
      default: return std::nullopt;
    }
  }
  bool bulk_out(Instant now, std::uint8_t, ByteView data) override {
    if (data[0] == 2) {
      tag_ = data[1];
      return true;
    }
    const std::size_t size = data[4] | data[5] << 8U;
    std::string line(data.begin() + 12, data.begin() + 12 + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(line.back(), '\n');
    line.pop_back();
    hear(now, line);
    return true;
  }
  std::optional<Bytes> bulk_in(Instant, std::uint8_t, std::size_t most) override {
    if (!reply_) return std::nullopt;
    const std::string text = *std::exchange(reply_, {});
    Bytes transfer{2, tag_, static_cast<std::uint8_t>(~tag_), 0};
    for (unsigned shift = 0; shift < 32; shift += 8)
      transfer.push_back(static_cast<std::uint8_t>(text.size() >> shift));
    transfer.insert(transfer.end(), {1, 0, 0, 0});
    transfer.insert(transfer.end(), text.begin(), text.end());
    EXPECT_LE(transfer.size(), most);
    return transfer;
  }
  [[nodiscard]] std::optional<Instant> next_event() const override { return std::nullopt; }

 private:
  void hear(Instant now, const std::string& line) {
    if (line == "INIT") complete_at_.reset();
    if (line == "*OPC") complete_at_ = now + measuring;
    if (line.back() != '?') return lines.push_back(line);
    auto& all = answers[line];
    const std::string answer = all.empty() ? "" : all.front();
    if (all.size() > 1) all.pop_front();
    if (line != "SYST:ERR?" || !answer.starts_with("+0")) lines.push_back(line);
    if (!mute_at || !line.starts_with(*mute_at)) reply_ = answer + "\n";
  }

  UsbDescription description_;
  std::optional<std::string> reply_;
  std::uint8_t tag_ = 0;
  std::optional<Instant> complete_at_;
};

class Counter53230aDriver : public testing::Test {
 protected:
  Result<std::vector<Seconds>> timestamps(int input, std::uint64_t edges, Duration limit = 60s) {
    return await<std::vector<Seconds>>(reactor, "counter", "time stamps", 10'000s, [&](auto done) {
      counter->start_timestamps(input, edges, limit, std::move(done));
    });
  }
  Result<std::uint64_t> total(int input = 0, Duration gate = 10s) {
    return await<std::uint64_t>(reactor, "counter", "total", 10'000s,
                                [&](auto done) { counter->start_total(input, gate, std::move(done)); });
  }
  Result<std::string> identify() {
    return await<std::string>(reactor, "counter", "identify", 100s,
                              [&](auto done) { counter->start_identify(std::move(done)); });
  }
  Result<void> stop_it() {
    return await<void>(reactor, "counter", "stop", 100s,
                       [&](auto done) { counter->start_stop(std::move(done)); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  ScriptedCounter device;
  MemoryUsbLink link{reactor, "counter", device};
  std::unique_ptr<Counter53230a> counter = std::make_unique<Counter53230a>(link);
};

TEST_F(Counter53230aDriver, SaysWhatItCanDo) {
  const CounterCapabilities able = counter->capabilities();
  EXPECT_EQ(able.methods, (std::vector{CountingMethod::timestamps, CountingMethod::gated_total}));
  EXPECT_EQ(able.inputs, 2);
  EXPECT_EQ(able.most_timestamps, 1'000'001U);
  EXPECT_EQ(able.longest_gate, 1000s);
}

TEST_F(Counter53230aDriver, IsNotScanned) {
  std::optional<Result<void>> scan;
  counter->start_scan(
      {0, {1}}, [](std::size_t, const Edge&) {}, [](const Fault&) {},
      [&](Result<void> result) { scan = std::move(result); });
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->error().code, Errc::refused);
}

TEST_F(Counter53230aDriver, TellsItsIdentity) {
  EXPECT_EQ(identify(), "Agilent Technologies,53230A,MY50001484,02.05-1519.666-1.19-4.15-127-155-35");
}

TEST_F(Counter53230aDriver, AnotherInstrumentIsRefused) {
  device.answers["*IDN?"] = {"Agilent Technologies,53220A,MY50001484,02.05"};
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Errc::refused);
  EXPECT_THAT(identity.error().detail, HasSubstr("53220A"));
}

TEST_F(Counter53230aDriver, TakesTimeStampsWithTheAbsoluteLevelSetAfterConf) {
  device.answers["FETC?"] = {"+1,+1.00000000000000E+000,+1.50000000000000E+000,+2.25000000000000E+000"};
  EXPECT_EQ(timestamps(0, 3), (std::vector{Seconds{1}, Seconds{1.5}, Seconds{2.25}}));
  EXPECT_THAT(
      device.lines,
      ElementsAre("*CLS", "*RST", "ROSC:SOUR INT", "SYST:TIM 60", "CONF:ARR:TST (2),(@1)", "TST:RATE 1E6",
                  "INP1:COUP DC", "INP1:IMP 1E6", "INP1:RANG 5", "INP1:SLOP POS", "INP1:LEV 2.500", "*ESE 1",
                  "INIT", "*OPC", "*ESR?", "FETC?", "STAT:QUES:COND?", "STAT:QUES?", "INP1:LEV:AUTO?"));
}

TEST_F(Counter53230aDriver, CountsWithinAGate) {
  device.measuring = 10s;
  device.answers["FETC?"] = {"+1.21510000000000E+004"};
  EXPECT_EQ(total(1, 10s), 12151U);
  EXPECT_THAT(device.lines,
              ElementsAre("*CLS", "*RST", "ROSC:SOUR INT", "SYST:TIM 20", "CONF:TOT:TIM 10,(@2)",
                          "TOT:GATE:SOUR TIME", "INP2:COUP DC", "INP2:IMP 1E6", "INP2:RANG 5",
                          "INP2:SLOP POS", "INP2:LEV 2.500", "*ESE 1", "INIT", "*OPC", "*ESR?", "FETC?",
                          "STAT:QUES:COND?", "STAT:QUES?", "INP2:LEV:AUTO?"));
  EXPECT_GT(device.questions, 50) << "the bus is not blocked meanwhile";
}

TEST_F(Counter53230aDriver, SetsItsInputsAsItIsTold) {
  counter = std::make_unique<Counter53230a>(
      link,
      Counter53230a::Inputs53230a{CounterInput{.level = Voltage{-0.02},
                                               .coupling = CounterInput::Coupling::ac,
                                               .slope = CounterInput::Slope::falling,
                                               .impedance = CounterInput::Impedance::ohm_50,
                                               .range = CounterInput::Range::v50},
                                  CounterInput{}},
      TimeBase::external);
  device.answers["FETC?"] = {"+1.0E+000"};
  EXPECT_EQ(total(), 1U);
  EXPECT_THAT(device.lines, testing::IsSupersetOf({"ROSC:SOUR EXT", "INP1:COUP AC", "INP1:IMP 50",
                                                   "INP1:RANG 50", "INP1:SLOP NEG", "INP1:LEV -0.020"}));
}

TEST_F(Counter53230aDriver, ALevelBeyondItsRangeIsAMistakeOfTheConfiguration) {
  EXPECT_THROW(Counter53230a(link, {CounterInput{.level = Voltage{5.1}}, CounterInput{}}),
               std::invalid_argument);
  EXPECT_THROW(Counter53230a(link, {CounterInput{.level = Voltage{NAN}}, CounterInput{}}),
               std::invalid_argument);
}

TEST_F(Counter53230aDriver, WaitsForTheRelaysOfAnInputOnceAConnection) {
  device.measuring = 0s;
  device.answers["FETC?"] = {"+1.0E+000"};
  Instant begin = reactor.now();
  ASSERT_TRUE(total());
  EXPECT_GT(reactor.now() - begin, 1s);
  begin = reactor.now();
  device.lines.clear();
  ASSERT_TRUE(total());
  EXPECT_LT(reactor.now() - begin, 200ms);
  EXPECT_THAT(device.lines, testing::Not(testing::Contains("*RST")));
  EXPECT_THAT(device.lines, testing::Contains("INP1:LEV 2.500")) << "CONF has put the automatic one back";
  link.close();
  begin = reactor.now();
  ASSERT_TRUE(total());
  EXPECT_GT(reactor.now() - begin, 1s);
}

TEST_F(Counter53230aDriver, TheTimeOutOfTheInstrumentIsSetWithinItsRange) {
  device.answers["FETC?"] = {"+1,+1.0E+000,+2.0E+000"};
  ASSERT_TRUE(timestamps(0, 2, 1ms));
  EXPECT_THAT(device.lines, testing::Contains("SYST:TIM 0.01"));
  ASSERT_TRUE(timestamps(0, 2, 2001s));
  EXPECT_THAT(device.lines, testing::Contains("SYST:TIM INF"));
}

TEST_F(Counter53230aDriver, OneEdgeIsTheFirstOfTwo) {
  device.answers["FETC?"] = {"+1,+1.25000000000000E+000,+9.91000000000000E+037"};
  EXPECT_EQ(timestamps(0, 1), std::vector{Seconds{1.25}});
  EXPECT_THAT(device.lines, testing::Contains("CONF:ARR:TST (1),(@1)"));
}

TEST_F(Counter53230aDriver, WhatIsOutOfRangeIsRefusedBeforeAByteLeaves) {
  EXPECT_EQ(timestamps(2, 10).error().code, Errc::out_of_range);
  EXPECT_EQ(timestamps(-1, 10).error().code, Errc::out_of_range);
  EXPECT_EQ(timestamps(0, 0).error().code, Errc::out_of_range);
  EXPECT_EQ(timestamps(0, 1'000'002).error().code, Errc::out_of_range);
  EXPECT_EQ(timestamps(0, 10, 0s).error().code, Errc::out_of_range);
  EXPECT_EQ(total(2).error().code, Errc::out_of_range);
  EXPECT_EQ(total(0, 1001s).error().code, Errc::out_of_range);
  EXPECT_EQ(total(0, 0s).error().code, Errc::out_of_range);
  EXPECT_EQ(device.openings, 0);
}

TEST_F(Counter53230aDriver, TooFewEdgesAreRefusedWithHowManyCameAndTheLinkStaysOpen) {
  device.answers["FETC?"] = {"+1,+1.0E+000,+2.0E+000,+9.91000000000000E+037,+9.91000000000000E+037"};
  const auto stamps = timestamps(0, 4);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::refused);
  EXPECT_THAT(stamps.error().detail, HasSubstr("only 2 came"));
  EXPECT_TRUE(link.is_open());
}

TEST_F(Counter53230aDriver, APrescalerIsRefusedBecauseTheUnitIsNotKnown) {
  device.answers["FETC?"] = {"+13,+1.0E+000,+2.0E+000"};
  const auto stamps = timestamps(0, 2);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::refused);
  EXPECT_THAT(stamps.error().detail, HasSubstr("13"));
}

TEST_F(Counter53230aDriver, ATimedOutTotalIsNoCount) {
  device.answers["FETC?"] = {"+9.91000000000000E+037"};
  const auto count = total();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::refused);
  EXPECT_THAT(count.error().detail, HasSubstr("timed out"));
}

TEST_F(Counter53230aDriver, AnIdentityWithADamagedByteIsGarbled) {
  device.answers["*IDN?"] = {
      "Agilent Technologies,53230A,MY50\xCF"
      "01484,02.05"};
  EXPECT_EQ(identify().error().code, Errc::garbled);
}

TEST_F(Counter53230aDriver, AnAnswerThatIsNoCountIsGarbled) {
  for (const char* garbage : {"+1.5E+000", "-1.0E+000", "%#@!", "", "+1.0E+000,+2.0E+000", "+1.0E+020"}) {
    device.answers["FETC?"] = {garbage};
    const auto count = total();
    ASSERT_FALSE(count) << garbage;
    EXPECT_EQ(count.error().code, Errc::garbled) << garbage;
  }
}

TEST_F(Counter53230aDriver, AnErrorThatTheInstrumentQueuesRefusesWithTheCommandThatCausedIt) {
  // Nothing after *CLS, *RST and ROSC; two entries after SYST:TIM.
  device.answers["SYST:ERR?"] = {"+0,\"No error\"",
                                 "+0,\"No error\"",
                                 "+0,\"No error\"",
                                 "-222,\"Data out of range\"",
                                 "-221,\"Settings conflict\"",
                                 "+0,\"No error\""};
  const auto count = total();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::refused);
  EXPECT_EQ(count.error().command, "SYST:TIM 20");
  EXPECT_THAT(count.error().detail, HasSubstr("-222"));
  EXPECT_THAT(count.error().detail, HasSubstr("-221"));
  EXPECT_TRUE(link.is_open());
  EXPECT_THAT(device.lines, testing::Not(testing::Contains("INIT")));
}

TEST_F(Counter53230aDriver, AnErrorQueueThatNeverRunsEmptyIsReadFiftyTimes) {
  device.answers["SYST:ERR?"] = {"-350,\"Queue overflow\""};
  EXPECT_EQ(total().error().code, Errc::refused);
  EXPECT_EQ(std::ranges::count(device.lines, "SYST:ERR?"), 50);
}

struct Spoilt {
  const char* name;
  const char* query;
  const char* answer;
  Errc code;
  const char* detail;

  friend std::ostream& operator<<(std::ostream& stream, const Spoilt& s) { return stream << s.name; }
};
class Counter53230aSpoilt : public Counter53230aDriver, public testing::WithParamInterface<Spoilt> {};

TEST_P(Counter53230aSpoilt, IsNoReading) {
  device.answers["FETC?"] = {"+1.0E+000"};
  device.answers[GetParam().query] = {GetParam().answer};
  const auto count = total();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, GetParam().code);
  EXPECT_THAT(count.error().detail, HasSubstr(GetParam().detail));
}
// Bits of instruments.md 5.1.
INSTANTIATE_TEST_SUITE_P(
    Each, Counter53230aSpoilt,
    testing::Values(Spoilt{"ProtectionRelayOpen", "STAT:QUES:COND?", "+1", Errc::tripped, "INP:PROT:CLE"},
                    Spoilt{"ProtectionRelayWasOpen", "STAT:QUES?", "+1", Errc::tripped, "overload"},
                    Spoilt{"Rollover", "STAT:QUES?", "+512", Errc::garbled, "rolled over"},
                    Spoilt{"TimeBaseWithoutReference", "STAT:QUES:COND?", "+1024", Errc::implausible,
                           "time base"},
                    Spoilt{"QuestionableIsNoNumber", "STAT:QUES?", "?", Errc::garbled, "?"},
                    Spoilt{"AutomaticLevelCameOn", "INP1:LEV:AUTO?", "1", Errc::implausible, "automatic"},
                    Spoilt{"LevelIsNoFlag", "INP1:LEV:AUTO?", "2", Errc::garbled, "2"},
                    Spoilt{"NotComplete", "*ESR?", "+32", Errc::implausible, "not complete"},
                    Spoilt{"EventStatusIsNoNumber", "*ESR?", "x", Errc::garbled, "x"}),
    [](const auto& spoilt) { return std::string{spoilt.param.name}; });

TEST_F(Counter53230aDriver, AnErrorAfterTheMeasurementSpoilsIt) {
  device.answers["FETC?"] = {"+1.0E+000"};
  device.answers["SYST:ERR?"] = std::deque<std::string>(12, "+0,\"No error\"");
  device.answers["SYST:ERR?"].insert(device.answers["SYST:ERR?"].end(),
                                     {"-230,\"Data corrupt or stale\"", "+0,\"No error\""});
  const auto count = total();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().command, "FETC?");
  EXPECT_THAT(count.error().detail, HasSubstr("-230"));
}

TEST_F(Counter53230aDriver, AMeasurementThatDoesNotEndIsClearedAndTheLinkStaysOpen) {
  device.measuring = 1h;
  const Instant begin = reactor.now();
  const auto stamps = timestamps(0, 4, 60s);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::refused);
  EXPECT_THAT(stamps.error().detail, HasSubstr("did not end"));
  EXPECT_LT(reactor.now() - begin, 70s);
  EXPECT_EQ(device.clears, 2) << "one at the opening";
  EXPECT_TRUE(link.is_open());
  device.measuring = 1s;
  device.answers["FETC?"] = {"+1.0E+000"};
  device.lines.clear();
  EXPECT_TRUE(total());
  EXPECT_THAT(device.lines, testing::Contains("*RST")) << "from scratch";
}

TEST_F(Counter53230aDriver, ASilentInstrumentIsATimeOutWithAnAbortThatClosesTheLink) {
  device.mute_at = "FETC?";
  const auto count = total();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::timeout);
  EXPECT_EQ(count.error().command, "FETC?");
  EXPECT_EQ(device.lines.back(), "FETC?") << "nothing after it";
  EXPECT_EQ(device.aborts, 1);
  EXPECT_FALSE(link.is_open());
  device.mute_at.reset();
  device.answers["FETC?"] = {"+7.0E+000"};
  EXPECT_EQ(total(), 7U) << "opens the link again";
}

TEST_F(Counter53230aDriver, OneThingAtATime) {
  device.measuring = 10s;
  device.answers["FETC?"] = {"+1.0E+000"};
  std::optional<Result<std::uint64_t>> first;
  counter->start_total(0, 10s, [&](Result<std::uint64_t> result) { first = std::move(result); });
  const auto second = identify();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::refused);
  EXPECT_THAT(second.error().detail, HasSubstr("under way"));
  reactor.wait_until(reactor.now() + 20s);
  ASSERT_TRUE(first);
  EXPECT_TRUE(*first);
}

TEST_F(Counter53230aDriver, AStopEndsWhatIsUnderWayWithAClear) {
  device.measuring = 1h;
  std::optional<Result<std::vector<Seconds>>> stamps;
  counter->start_timestamps(0, 10, 1h,
                            [&](Result<std::vector<Seconds>> result) { stamps = std::move(result); });
  reactor.wait_until(reactor.now() + 5s);
  ASSERT_TRUE(stop_it());
  ASSERT_TRUE(stamps);
  ASSERT_FALSE(*stamps);
  EXPECT_EQ(stamps->error().code, Errc::stopped);
  EXPECT_EQ(device.clears, 2);
  const int questions = device.questions;
  reactor.wait_until(reactor.now() + 10s);
  EXPECT_EQ(device.questions, questions) << "nobody asks any more";
  device.measuring = 1s;
  device.answers["FETC?"] = {"+1.0E+000"};
  EXPECT_TRUE(total());
}

TEST_F(Counter53230aDriver, AStopIsGoodAtAnyTime) {
  device.answers["FETC?"] = {"+1.0E+000"};
  for (Duration after{}; after < 1600ms; after += 3ms) {
    std::optional<Result<std::uint64_t>> first;
    counter->start_total(0, 10s, [&](Result<std::uint64_t> result) { first = std::move(result); });
    reactor.wait_until(reactor.now() + after);
    ASSERT_TRUE(stop_it()) << after.count();
    ASSERT_TRUE(first) << after.count();
    ASSERT_TRUE(*first || first->error().code == Errc::stopped) << after.count();
  }
  EXPECT_EQ(total(), 1U);
}

TEST_F(Counter53230aDriver, AStopOfNothingIsHarmlessAndSendsNothing) {
  EXPECT_TRUE(stop_it());
  EXPECT_EQ(device.openings, 0);
}

TEST_F(Counter53230aDriver, ALinkThatIsLostAtAnyTimeIsOneFault) {
  device.answers["FETC?"] = {"+1.0E+000"};
  for (Duration after = 1ms; after < 1300ms; after += 7ms) {
    const auto breaks = reactor.after(after, [&] { link.close(); });
    const auto count = total();
    reactor.cancel(breaks);
    ASSERT_FALSE(count) << after.count();
    EXPECT_EQ(count.error().code, Errc::disconnected) << after.count();
  }
  EXPECT_EQ(total(), 1U);
}

TEST_F(Counter53230aDriver, MayBeDestroyedWithAMeasurementUnderWay) {
  device.measuring = 1h;
  counter->start_total(0, 10s, [](const Result<std::uint64_t>&) { ADD_FAILURE() << "nobody is there"; });
  reactor.wait_until(reactor.now() + 5s);
  counter.reset();
  EXPECT_FALSE(link.is_open());
  reactor.wait_until(reactor.now() + 60s);
}

}  // namespace
}  // namespace meterbench::keysight_53230a
