// The driver with the shipped profile against scripts written from commands.md.
#include "drivers/scpi_source/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/link/memory_link.h"
#include "tests/support/breakable_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::scpi_source {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::pair<std::string, std::string>>;

const std::string kNone = "0,\"No error\"";

Profile shipped_profile() {
  Mistakes mistakes;
  auto profile = load_profile(BENCH_SOURCE_DIR "/config/instruments/meterbench-source.yaml", mistakes);
  if (!profile) throw std::runtime_error{mistakes.text()};
  return *profile;
}

/// 240 V, 30 A, power factor 0.5 lag, received, in circuit 1; 120 V turned by 180° and nothing else in
/// circuit 2.
LoadPoint load_point() {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.direction = Direction::received;
  point.circuits[0] = {Voltage{240}, Angle{}, Current{30}, from_degrees(60)};
  point.circuits[1] = {Voltage{120}, from_degrees(180), Current{}, from_degrees(60)};
  return point;
}

Lines operator+(Lines a, const Lines& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A command and the question whether it was carried out.
Lines told(const std::string& command, const std::string& error = kNone) {
  return {{command, ""}, {"SYST:ERR?", error}};
}

const Lines kOff{{"OUTP OFF", ""}, {"OUTP?", "OFF"}};
const Lines kLimits = told("LIM:VOLT 260.0000") + Lines{{"LIM:VOLT?", "260.0000"}} +
                      told("LIM:CURR 210.0000") + Lines{{"LIM:CURR?", "210.0000"}};
const Lines kSetLimits = Lines{{"*CLS", ""}} + kLimits;
const Lines kValues = told("FREQ 60.0000") + told("VOLT1 240.0000") + told("VOLT2 120.0000") +
                      told("VOLT1:PHAS 0.0000") + told("VOLT2:PHAS 180.0000") + told("CURR1 30.0000") +
                      told("CURR2 0.0000") + told("CURR1:PHAS 120.0000") + told("CURR2:PHAS -60.0000") +
                      told("HARM:CLE");
/// A part of a waveform, and its reading back.
Lines read_back(const std::string& header, const std::string& values) {
  return told(header + " " + values) + Lines{{header + "?", values}};
}
const Lines kSteady = read_back("BURS", "0,0");
const Lines kSetUp =
    Lines{{"OUTP?", "OFF"}, {"*CLS", ""}} + kValues + kSteady + told("APPL") + told("OUTP ON");
const Lines kRamp{{"OUTP?", "RAMP"}, {"OUTP?", "RAMP"}, {"OUTP?", "ON"}};

constexpr SourceLimits kSomeLimits{Voltage{260}, Current{210}};

/// A source, its link and a far end that speaks `lines`.
struct Bench {
  explicit Bench(const Lines& lines) : far_end{lf_script(lines)} {}
  explicit Bench(ScriptedFarEnd::Script script) : far_end{std::move(script)} {}

  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  ScriptedFarEnd far_end;
  MemoryLink link{reactor, "source", far_end, WireTime::network()};
  ScpiSource source{link, shipped_profile()};

  template <class T, class Start>
  Result<T> wait(Start start) {
    return await<T>(reactor, "source", "test", std::chrono::minutes{1}, start);
  }
  Result<void> set_limits(const SourceLimits& limits = kSomeLimits) {
    return wait<void>([&](Done<void> done) { source.start_set_limits(limits, std::move(done)); });
  }
  Result<void> apply(const LoadPoint& point = load_point()) {
    return wait<void>([&](Done<void> done) { source.start_apply(point, std::move(done)); });
  }
  Result<void> off() {
    return wait<void>([&](Done<void> done) { source.start_off(std::move(done)); });
  }
  Result<std::string> identify() {
    return wait<std::string>([&](Done<std::string> done) { source.start_identify(std::move(done)); });
  }
  Result<SourceStatus> status() {
    return wait<SourceStatus>([&](Done<SourceStatus> done) { source.start_status(std::move(done)); });
  }
};

TEST(ScpiSource, SwitchesOffBeforeAnythingElse) {
  Bench bench{kOff + Lines{{"*IDN?", "Meterbench,SCPI source,0,1.0"}}};
  EXPECT_EQ(bench.identify().value(), "Meterbench,SCPI source,0,1.0");
}

TEST(ScpiSource, SaysEachLineOfASetUpInOrder) {
  Bench bench{kOff + kSetLimits + kSetUp + kRamp};
  ASSERT_TRUE(bench.set_limits());
  const Instant begin = bench.reactor.now();
  const auto applied = bench.apply();
  EXPECT_TRUE(applied) << applied.error().text();
  EXPECT_GE(bench.reactor.now() - begin, 2 * std::chrono::milliseconds{100})
      << "polls at the interval of the profile";
}

TEST(ScpiSource, DoesNotSwitchOnWhatIsOn) {
  Bench bench{kOff + kSetLimits + kSetUp + kRamp + Lines{{"OUTP?", "ON"}, {"*CLS", ""}} + kValues + kSteady +
              told("APPL") + Lines{{"OUTP?", "RAMP"}, {"OUTP?", "ON"}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  EXPECT_TRUE(bench.apply());
}

/// load_point() with a second harmonic of the current and a fifth of both.
LoadPoint distorted_point() {
  LoadPoint point = load_point();
  point.waveform = {.name = "test",
                    .harmonics = {{.order = 2, .current = Ratio{0.05}, .current_phase = from_degrees(30)},
                                  {.order = 5,
                                   .voltage = Ratio{0.1},
                                   .voltage_phase = from_degrees(180),
                                   .current = Ratio{0.4},
                                   .current_phase = from_degrees(-45)}}};
  return point;
}

TEST(ScpiSource, SetsHarmonicsBeforeItAppliesAndReadsThemBack) {
  // Received turns the current by 180°: its even harmonics stand at 180° to it then, its odd ones as before.
  Bench bench{kOff + kSetLimits + Lines{{"OUTP?", "OFF"}, {"*CLS", ""}} + kValues +
              read_back("CURR1:HARM2", "5.0000,-150.0000") + read_back("CURR2:HARM2", "5.0000,-150.0000") +
              read_back("VOLT1:HARM5", "10.0000,180.0000") + read_back("CURR1:HARM5", "40.0000,-45.0000") +
              read_back("VOLT2:HARM5", "10.0000,180.0000") + read_back("CURR2:HARM5", "40.0000,-45.0000") +
              kSteady + told("APPL") + told("OUTP ON") + kRamp};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply(distorted_point());
  EXPECT_TRUE(applied) << applied.error().text();
}

TEST(ScpiSource, SetsTheConstantPartOfACurrentAndBursts) {
  LoadPoint point = load_point();  // received: −20 % of what flows
  point.waveform = {.name = "test", .harmonics = {{.order = 0, .current = Ratio{0.2}}}, .burst = {2, 2}};
  Bench bench{kOff + kSetLimits + Lines{{"OUTP?", "OFF"}, {"*CLS", ""}} + kValues +
              read_back("CURR1:DC", "-20.0000") + read_back("BURS", "2,2") + told("APPL") + told("OUTP ON") +
              kRamp};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply(point);
  EXPECT_TRUE(applied) << applied.error().text();
}

TEST(ScpiSource, DoesNotAcceptAHarmonicThatReadsBackOtherwise) {
  Bench bench{kOff + kSetLimits + Lines{{"OUTP?", "OFF"}, {"*CLS", ""}} + kValues +
              told("CURR1:HARM2 5.0000,-150.0000") + Lines{{"CURR1:HARM2?", "4.9000,-150.0000"}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply(distorted_point());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::implausible);
  EXPECT_EQ(applied.error().command, "CURR1:HARM2?");
  EXPECT_THAT(applied.error().detail, HasSubstr("4.9000"));
}

TEST(ScpiSource, NamesTheCommandThatWasRefusedAndGoesNoFurther) {
  Bench bench{kOff + kSetLimits + Lines{{"OUTP?", "OFF"}, {"*CLS", ""}} + told("FREQ 60.0000") +
              Lines{{"VOLT1 240.0000", ""},
                    {"SYST:ERR?", "-222,\"Data out of range\""},
                    {"SYST:ERR?", "-350,\"Queue overflow\""},
                    {"SYST:ERR?", kNone}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::refused);
  EXPECT_EQ(applied.error().device, "source");
  EXPECT_EQ(applied.error().command, "VOLT1 240.0000");
  EXPECT_EQ(applied.error().detail, "-222,\"Data out of range\"; -350,\"Queue overflow\"");
}

TEST(ScpiSource, GivesUpOnAnErrorQueueThatNeverEmpties) {
  Lines lines = kOff + Lines{{"*CLS", ""}, {"LIM:VOLT 260.0000", ""}};
  for (int i = 0; i < 50; ++i) lines.emplace_back("SYST:ERR?", "-200,\"Execution error\"");
  Bench bench{lines};
  EXPECT_EQ(bench.set_limits().error().code, Errc::refused);
}

TEST(ScpiSource, DoesNotAcceptALimitThatReadsBackOtherwise) {
  Bench bench{kOff + Lines{{"*CLS", ""}} + told("LIM:VOLT 260.0000") + Lines{{"LIM:VOLT?", "300.0000"}}};
  const auto set = bench.set_limits();
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Errc::implausible);
  EXPECT_THAT(set.error().detail, HasSubstr("300.0000"));
  EXPECT_EQ(bench.apply().error().code, Errc::refused) << "no limits are set";
}

TEST(ScpiSource, ReportsATripWhileItRamps) {
  Bench bench{kOff + kSetLimits + kSetUp +
              Lines{{"OUTP?", "RAMP"}, {"OUTP?", "TRIP,\"output stage overload\""}} + kOff};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_EQ(applied.error().detail, "output stage overload");
  EXPECT_TRUE(bench.off());
}

TEST(ScpiSource, SetsNothingUpWhileTripped) {
  Bench bench{kOff + kSetLimits + Lines{{"OUTP?", "TRIP,\"emergency stop\""}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_EQ(applied.error().detail, "emergency stop");
}

TEST(ScpiSource, AnOutputThatGoesOffByItselfIsATrip) {
  Bench bench{kOff + kSetLimits + kSetUp + Lines{{"OUTP?", "RAMP"}, {"OUTP?", "OFF"}}};
  ASSERT_TRUE(bench.set_limits());
  EXPECT_EQ(bench.apply().error().code, Errc::tripped);
}

TEST(ScpiSource, AnOutputThatNeverSettlesTimesOut) {
  // A poll takes 100 ms and 0.4 ms on the wire; the one at 14.96 s is the last that another could follow.
  Lines lines = kOff + kSetLimits + kSetUp;
  for (int i = 0; i < 150; ++i) lines.emplace_back("OUTP?", "RAMP");
  Bench bench{lines};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::timeout);
  EXPECT_NEAR(in_seconds(applied.error().elapsed), 15, 0.2);
}

struct BadAnswer {
  const char* name;
  const char* answer;
};
class ScpiSourceGarbage : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(ScpiSourceGarbage, IsNeverTakenForAStateAndClosesTheLink) {
  auto script = lf_script(kOff + kSetLimits + kSetUp + Lines{{"OUTP?", ""}});
  script.back().reply = to_bytes(GetParam().answer);
  Bench bench{std::move(script)};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::garbled);
  EXPECT_EQ(applied.error().command, "OUTP?");
  EXPECT_FALSE(bench.link.is_open());
}
INSTANTIATE_TEST_SUITE_P(Every, ScpiSourceGarbage,
                         ::testing::Values(BadAnswer{"Nonsense", "%#@!\n"}, BadAnswer{"Blank", "\n"},
                                           BadAnswer{"Binary", "\xFF\x01\n"}, BadAnswer{"Near", "ONE\n"},
                                           BadAnswer{"TwoAnswers", "ON\nON\n"}),
                         [](const auto& test) { return test.param.name; });

TEST(ScpiSource, GarbageForAnErrorOrALimitIsAFault) {
  {
    Bench bench{kOff + Lines{{"*CLS", ""}} + told("LIM:VOLT 260.0000", "OFF")};
    EXPECT_EQ(bench.set_limits().error().code, Errc::garbled);
  }
  Bench bench{kOff + Lines{{"*CLS", ""}} + told("LIM:VOLT 260.0000") + Lines{{"LIM:VOLT?", "nan"}}};
  EXPECT_EQ(bench.set_limits().error().code, Errc::garbled);
}

TEST(ScpiSource, AnIdentityWithoutItsFourFieldsIsGarbled) {
  Bench bench{kOff + Lines{{"*IDN?", "OFF"}}};
  EXPECT_EQ(bench.identify().error().code, Errc::garbled);
}

TEST(ScpiSource, AnEndlessAnswerIsGarbled) {
  auto script = lf_script(kOff + Lines{{"*IDN?", ""}});
  script.back().reply = Bytes(256, 'x');
  Bench bench{std::move(script)};
  EXPECT_EQ(bench.identify().error().code, Errc::garbled);
}

TEST(ScpiSource, AfterATimeOutItSwitchesOffOnANewConnection) {
  Bench bench{kOff + kSetLimits + kSetUp + Lines{{"OUTP?", ""}} + kOff};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::timeout);
  EXPECT_NEAR(in_seconds(applied.error().elapsed), 2, 0.01);
  EXPECT_FALSE(bench.link.is_open());
  EXPECT_EQ(bench.status().error().code, Errc::disconnected) << "asking does not connect";
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.far_end.openings(), 2);
}

TEST(ScpiSource, OffTriesOneNewConnectionWhenTheSourceHasHungUp) {
  Bench bench{kOff + Lines{{"OUTP OFF", ""}, {"OUTP?", ""}} + kOff};
  ASSERT_TRUE(bench.off());
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.far_end.openings(), 2);
}

TEST(ScpiSource, OffReportsASourceThatNeverAnswers) {
  Bench bench{Lines{{"OUTP OFF", ""}, {"OUTP?", ""}, {"OUTP OFF", ""}, {"OUTP?", ""}}};
  EXPECT_EQ(bench.off().error().code, Errc::timeout);
}

TEST(ScpiSource, OffRepeatsItselfUntilTheStateIsOff) {
  Bench bench{Lines{{"OUTP OFF", ""}, {"OUTP?", "ON"}, {"OUTP OFF", ""}, {"OUTP?", "RAMP"}} + kOff + kOff};
  EXPECT_TRUE(bench.off());
  EXPECT_TRUE(bench.off()) << "harmless when off";
}

TEST(ScpiSource, OffReportsAnOutputThatStaysOn) {
  // A round takes 100 ms and 0.6 ms on the wire; the one at 4.93 s is the last that another could follow.
  Lines lines;
  for (int i = 0; i < 50; ++i) lines = lines + Lines{{"OUTP OFF", ""}, {"OUTP?", "ON"}};
  Bench bench{lines};
  const auto off = bench.off();
  ASSERT_FALSE(off);
  EXPECT_EQ(off.error().code, Errc::refused);
  EXPECT_THAT(off.error().detail, HasSubstr("still on"));
}

TEST(ScpiSource, BringsTheLimitsBackAfterANewConnection) {
  Bench bench{kOff + kSetLimits + kOff + kLimits + kSetUp + kRamp};
  ASSERT_TRUE(bench.set_limits());
  bench.link.close();
  EXPECT_TRUE(bench.apply());
}

TEST(ScpiSource, SendsNothingBeyondTheLimits) {
  Bench bench{Lines{}};
  EXPECT_EQ(bench.apply().error().code, Errc::refused);
  EXPECT_EQ(bench.set_limits({Voltage{301}, Current{100}}).error().code, Errc::out_of_range);
  EXPECT_EQ(bench.set_limits({Voltage{300}, Current{std::nan("")}}).error().code, Errc::out_of_range);
  EXPECT_EQ(bench.far_end.openings(), 0);
}

TEST(ScpiSource, AnswersTheStateWhileASetUpIsUnderWay) {
  Bench bench{kOff + kSetLimits + kSetUp + Lines{{"OUTP?", "RAMP"}, {"OUTP?", "RAMP"}, {"OUTP?", "ON"}}};
  ASSERT_TRUE(bench.set_limits());
  std::optional<Result<void>> applied;
  bench.source.start_apply(load_point(), [&](Result<void> r) { applied = std::move(r); });
  const std::size_t ramping = bench.far_end.spoken() + kSetUp.size() + 1;
  bench.reactor.run_until([&] { return bench.far_end.spoken() == ramping; }, instant_at(10));
  const auto status = bench.status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->output, OutputState::ramp);
  EXPECT_FALSE(applied);
  bench.reactor.run_until([&] { return applied.has_value(); }, instant_at(10));
  EXPECT_TRUE(applied && *applied);
}

TEST(ScpiSource, OneSetUpAtATime) {
  Bench bench{kOff + kSetLimits + kSetUp + kRamp};
  ASSERT_TRUE(bench.set_limits());
  std::optional<Result<void>> first;
  bench.source.start_apply(load_point(), [&](Result<void> r) { first = std::move(r); });
  const auto second = bench.apply();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::refused);
  EXPECT_THAT(second.error().detail, HasSubstr("'apply load point' is still under way"));
  bench.reactor.run_until([&] { return first.has_value(); }, instant_at(10));
  EXPECT_TRUE(first && *first);
}

TEST(ScpiSource, MayGoWhileSomethingIsUnderWay) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  ScriptedFarEnd far_end{lf_script({{"OUTP OFF", ""}})};
  MemoryLink link{reactor, "source", far_end, WireTime::network()};
  bool heard = false;
  {
    ScpiSource source{link, shipped_profile()};
    source.start_off([&](const Result<void>&) { heard = true; });
  }
  reactor.wait_until(instant_at(10));
  EXPECT_FALSE(heard);
}

/// The link is lost after each message of a run in turn. With the source there again, off is confirmed on a
/// new connection; with it gone, off says so and never claims that the output is off.
TEST(ScpiSource, IsNeverClaimedOffAfterTheLinkIsLost) {
  const Lines whole = kOff + kSetLimits + kSetUp + kRamp;
  for (const bool comes_back : {true, false}) {
    for (std::size_t lost_after = 1; lost_after <= whole.size(); ++lost_after) {
      SCOPED_TRACE(lost_after);
      StopSignal stop;
      SimulatedReactor reactor{stop, {}};
      const Lines heard{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(lost_after)};
      ScriptedFarEnd far_end{lf_script(comes_back ? heard + kOff : heard)};
      BreakableLink link{reactor, "source", far_end};
      ScpiSource source{link, shipped_profile()};
      const auto wait = [&](auto start) {
        return await<void>(reactor, "source", "test", std::chrono::minutes{1}, start);
      };
      link.break_after(lost_after);
      auto run = wait([&](Done<void> done) { source.start_set_limits(kSomeLimits, std::move(done)); });
      if (run) run = wait([&](Done<void> done) { source.start_apply(load_point(), std::move(done)); });
      ASSERT_FALSE(run);
      EXPECT_EQ(run.error().code, Errc::disconnected);
      EXPECT_EQ(far_end.spoken(), lost_after) << "nothing is written after the loss";
      link.set_absent(!comes_back);
      const auto off = wait([&](Done<void> done) { source.start_off(std::move(done)); });
      if (comes_back) {
        EXPECT_TRUE(off);
      } else {
        ASSERT_FALSE(off);
        EXPECT_EQ(off.error().code, Errc::disconnected);
      }
    }
  }
}

}  // namespace
}  // namespace meterbench::scpi_source
