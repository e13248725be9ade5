// The driver against scripts written from sections 2.1 and 3 of the instruments' facts.
#include "drivers/zera_mt786/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "drivers/link/memory_link.h"
#include "tests/support/breakable_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::zera_mt786 {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// Commands and answers; `|` is the CR between two lines, and each ends in one. No answer: silence.
using Lines = std::vector<std::pair<std::string, std::string>>;

Lines operator+(Lines a, const Lines& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes wire(std::string text) {
  if (text.empty()) return {};
  std::ranges::replace(text, '|', '\r');
  return to_bytes(text + "\r");
}

ScriptedFarEnd::Script script(const Lines& lines) {
  ScriptedFarEnd::Script exchanges;
  for (const auto& [request, reply] : lines) exchanges.push_back({wire(request), wire(reply), {}});
  return exchanges;
}

const std::string kHealthy = "SSM0000000000000000000000";
const std::string kEmergencyStop = "SSM0800000000000000000000";
const std::string kAsk = "AME0;1;2;3;4;5";
const std::string kDark = "0;2.4E-02|1;2.4E-02|2;2.4E-02|3;9.0E-05|4;9.0E-05|5;9.0E-05|AMEACK";
const std::string kOn = "0;2.3997784E+02|1;2.4E-02|2;2.4E-02|3;3.0001E+01|4;9.0E-05|5;9.0E-05|AMEACK";

const Lines kOffAgain{{"|SUIAAAAAAAAA", "SOKUI"}, {kAsk, kDark}};
/// On a new connection: the reference's mean must be a short one.
const Lines kOff{{"|SUIAAAAAAAAA", "SOKUI"}, {"ATI01", "ATIACK"}, {kAsk, kDark}};
const Lines kLook{{"SSM", kHealthy}, {kAsk, kOn}};
const Lines kBefore{{"SSM", kHealthy}, {"AAMAAA", "AAMACK"}};
const Lines kValues{{"SFR60.00", "SOKFR"},
                    {"SUPAER240.000000.00S000.000000.00T000.000000.00", "SOKUP"},
                    {"SIPAAR030.000000.00S000.000000.00T000.000000.00", "SOKIP"}};
const std::string kSwitch = "SUIEAAPAAAAA";
const Lines kSwitchOn{{kSwitch, "SOKUI"}};
const Lines kStanding = kLook + kLook;
const Lines kSetUp = kBefore + kValues + kSwitchOn + kStanding;

LoadPoint load_point(double volts = 240, double amperes = 30) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[0] = {Voltage{volts}, Angle{}, Current{amperes}, Angle{}};
  return point;
}

/// A source, its link and a far end that speaks `lines`.
struct Bench {
  explicit Bench(const Lines& lines) : far_end{script(lines)} {}
  explicit Bench(ScriptedFarEnd::Script exchanges) : far_end{std::move(exchanges)} {}

  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  ScriptedFarEnd far_end;
  MemoryLink link{reactor, "source", far_end, WireTime::network()};
  Mt786Source source{link};

  template <class T, class Start>
  Result<T> wait(Start start) {
    return await<T>(reactor, "source", "test", std::chrono::minutes{5}, start);
  }
  Result<void> set_limits(const SourceLimits& limits = {Voltage{300}, Current{100}}) {
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
  void pass(Duration time) { reactor.wait_until(reactor.now() + time); }
};

TEST(Mt786Source, SwitchesOffBeforeAnythingElse) {
  Bench bench{kOff + Lines{{"AAV", "MT793V05.52|AAVACK"}}};
  EXPECT_EQ(bench.identify().value(), "ZERA,MT793,serial number not told,05.52");
}

TEST(Mt786Source, SaysEachLineOfASetUpInOrder) {
  Bench bench{kOff + kSetUp};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  EXPECT_TRUE(applied) << applied.error().text();
}

TEST(Mt786Source, WaitsUntilTheReferenceReadsTheSetPointTwice) {
  const std::string half = "0;1.2E+02|1;2.4E-02|2;2.4E-02|3;1.5E+01|4;9.0E-05|5;9.0E-05|AMEACK";
  Bench bench{kOff + kBefore + kValues + kSwitchOn + Lines{{"SSM", kHealthy}, {kAsk, half}} + kStanding};
  ASSERT_TRUE(bench.set_limits());
  const Instant begin = bench.reactor.now();
  EXPECT_TRUE(bench.apply());
  EXPECT_GE(bench.reactor.now() - begin, 1s);
}

TEST(Mt786Source, MovesFromPointToPointWithoutGoingOff) {
  Lines second = kValues + kSwitchOn + kStanding;
  Bench bench{kOff + kSetUp + Lines{{"SSM", kHealthy}} + second};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  EXPECT_TRUE(bench.apply());
}

TEST(Mt786Source, AsksTheStatusEverySecondWhileEnergisedThoughNobodyWantsIt) {
  Bench bench{kOff + kSetUp + kLook + kLook + kLook + kOffAgain};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  const std::size_t before = bench.far_end.spoken();
  bench.pass(2600ms);
  EXPECT_GE(bench.far_end.spoken(), before + 4) << "two looks in 2.5 s at least";
  bench.reactor.run_until([&] { return bench.far_end.spoken() == before + 6; }, instant_at(60));
  bench.pass(50ms);
  EXPECT_TRUE(bench.off());
  bench.pass(20s);  // nothing more is asked
}

TEST(Mt786Source, AnEmergencyStopSendsAllOffAtOnceAndStaysTold) {
  Bench bench{kOff + kSetUp + Lines{{"SSM", kEmergencyStop}} + kOffAgain /* by itself */ +
              kOffAgain /* by start_off */ + Lines{{"SSM", kHealthy}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(5s);
  const auto status = bench.status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_EQ(status->reason, "emergency stop");
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_THAT(applied.error().detail, HasSubstr("emergency stop"));
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.status()->output, OutputState::off);
}

TEST(Mt786Source, AskingForTheStateFindsATripToo) {
  Bench bench{kOff + kSetUp + Lines{{"SSM", "SSM0000000000080000000000"}} + kOffAgain};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  const auto status = bench.status();
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_EQ(status->reason, "overload I1");
  bench.pass(5s);
}

TEST(Mt786Source, AStatusThatComesByItselfIsHeardAndPassedOver) {
  Lines lines = kOff + kBefore;
  for (const auto& [request, reply] : kValues) lines.emplace_back(request, kHealthy + "|" + reply);
  Bench bench{lines + Lines{{kSwitch, kHealthy + "|\x81\x02?|SOKUI"}} + kStanding};
  ASSERT_TRUE(bench.set_limits());
  EXPECT_TRUE(bench.apply());
}

TEST(Mt786Source, ATripThatComesByItselfWhileSwitchingEndsTheSetUp) {
  Bench bench{kOff + kBefore + kValues + Lines{{kSwitch, "SSM2001010000000000000000|SOKUI"}} + kOffAgain};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_EQ(applied.error().detail, "voltage or current short; error U1; short or open U1");
  bench.pass(5s);
}

TEST(Mt786Source, SetsNothingUpWhileTheStatusIsNotClean) {
  Bench bench{kOff + Lines{{"SSM", "SSM0000000800000000000000"}, {"SSM", kEmergencyStop}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_EQ(applied.error().detail, "temperature I1");
  const auto status = bench.status();
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_EQ(status->reason, "emergency stop");
}

TEST(Mt786Source, AnOutputThatGoesOffByItselfIsATrip) {
  Bench bench{kOff + kSetUp + Lines{{"SSM", kHealthy}, {kAsk, kDark}} + kOffAgain};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(4s);
  const auto status = bench.status();
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_THAT(status->reason, HasSubstr("U1 reads 0.024 V, told 240 V"));
}

TEST(Mt786Source, StoredButNotActiveIsNotReportedAsOn) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  struct Dark final : FarEnd {  // answers whatever comes, and stays dark
    Bytes received;
    void opened(Instant) override {}
    void closed(Instant) override {}
    void on_time(Instant, Bytes&) override {}
    std::optional<Instant> next_event() const override { return std::nullopt; }
    void on_bytes(Instant, ByteView bytes, Bytes& reply) override {
      const std::string line = to_string(bytes);
      for (const auto& [head, answer] : std::vector<std::pair<std::string, std::string>>{{"\rSUI", "SOKUI"},
                                                                                         {"SUI", "SOKUI"},
                                                                                         {"ATI", "ATIACK"},
                                                                                         {"AAM", "AAMACK"},
                                                                                         {"SFR", "SOKFR"},
                                                                                         {"SUP", "SOKUP"},
                                                                                         {"SIP", "SOKIP"},
                                                                                         {"SSM", kHealthy},
                                                                                         {"AME", kDark}})
        if (line.starts_with(head)) return void(reply = wire(answer));
    }
  } far_end;
  MemoryLink link{reactor, "source", far_end, WireTime::network()};
  Mt786Source source{link};
  const auto wait = [&](auto start) { return await<void>(reactor, "source", "test", 60s, start); };
  ASSERT_TRUE(wait([&](Done<void> done) {
    source.start_set_limits({Voltage{300}, Current{100}}, std::move(done));
  }));
  const auto applied = wait([&](Done<void> done) { source.start_apply(load_point(), std::move(done)); });
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::timeout);
  EXPECT_THAT(applied.error().detail, HasSubstr("has not settled: U1 reads 0.024 V, told 240 V"));
  EXPECT_NEAR(in_seconds(applied.error().elapsed), 15, 0.6);
}

class Mt786Refusal : public ::testing::TestWithParam<const char*> {};

TEST_P(Mt786Refusal, IsNamedAndGoesNoFurther) {
  Bench bench{kOff + kBefore + Lines{kValues[0], {kValues[1].first, GetParam()}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::refused);
  EXPECT_EQ(applied.error().device, "source");
  EXPECT_EQ(applied.error().command, kValues[1].first);
  EXPECT_THAT(applied.error().detail, HasSubstr(GetParam()));
  EXPECT_TRUE(bench.link.is_open());
}
INSTANTIATE_TEST_SUITE_P(Every, Mt786Refusal, ::testing::Values("SUPNAK", "ER-12", "ERR-3", "ERROR"));

TEST(Mt786Source, SendsNothingBeyondItsLimitsAndRanges) {
  Bench bench{kOff};
  EXPECT_EQ(bench.apply().error().code, Errc::refused) << "no limits are set";
  EXPECT_EQ(bench.set_limits({Voltage{501}, Current{100}}).error().code, Errc::out_of_range);
  EXPECT_EQ(bench.set_limits({Voltage{500}, Current{121}}).error().code, Errc::out_of_range);
  ASSERT_TRUE(bench.set_limits({Voltage{300}, Current{100}}));
  for (const LoadPoint& beyond : {load_point(301, 30), load_point(240, 101), load_point(19, 30),
                                  load_point(240, 0.0004), load_point(std::nan(""), 30)})
    EXPECT_EQ(bench.apply(beyond).error().code, Errc::out_of_range);
  LoadPoint slow = load_point();
  slow.frequency = Frequency{44};
  EXPECT_EQ(bench.apply(slow).error().code, Errc::out_of_range);
}

TEST(Mt786Source, SilenceClosesTheLinkAndOffComesOnANewOne) {
  Bench bench{kOff + kBefore + Lines{kValues[0], {kValues[1].first, ""}} + kOff};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::timeout);
  EXPECT_NEAR(in_seconds(applied.error().elapsed), 5, 0.01);
  EXPECT_FALSE(bench.link.is_open());
  EXPECT_EQ(bench.status().error().code, Errc::disconnected) << "asking does not connect";
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.far_end.openings(), 2);
}

TEST(Mt786Source, HasTheTimeOutsOfKnownClients) {
  {
    Bench bench{kOff + kBefore + kValues + Lines{{kSwitch, ""}}};
    ASSERT_TRUE(bench.set_limits());
    const auto applied = bench.apply();
    EXPECT_EQ(applied.error().code, Errc::timeout);
    EXPECT_NEAR(in_seconds(applied.error().elapsed), 15, 0.01);
  }
  {
    Bench bench{Lines{{"|SUIAAAAAAAAA", ""}, {"|SUIAAAAAAAAA", ""}}};
    const Instant begin = bench.reactor.now();
    EXPECT_EQ(bench.off().error().code, Errc::timeout);
    EXPECT_NEAR(in_seconds(bench.reactor.now() - begin), 10, 0.01) << "two attempts";
  }
  Bench bench{kOff + Lines{{"SSM", ""}}};
  ASSERT_TRUE(bench.set_limits());
  const auto status = bench.status();
  EXPECT_EQ(status.error().code, Errc::timeout);
  EXPECT_NEAR(in_seconds(status.error().elapsed), 2.5, 0.01);
}

TEST(Mt786Source, HalfAnAnswerIsATimeOut) {
  auto exchanges = script(kOff + kBefore + kValues + Lines{{kSwitch, ""}});
  exchanges.back().reply = to_bytes("SOKUI");  // the CR is lost
  Bench bench{std::move(exchanges)};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::timeout);
  EXPECT_THAT(applied.error().detail, HasSubstr("cut off: 'SOKUI'"));
}

struct BadAnswer {
  const char* name;
  const char* command;
  const char* answer;
};
class Mt786Garbage : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(Mt786Garbage, IsNeverTakenForAStateAndClosesTheLink) {
  Lines lines = kOff + kBefore + kValues + kSwitchOn;
  if (std::string{GetParam().command} == kAsk) lines.emplace_back("SSM", kHealthy);
  Bench bench{lines + Lines{{GetParam().command, GetParam().answer}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::garbled);
  EXPECT_EQ(applied.error().command, GetParam().command);
  EXPECT_FALSE(bench.link.is_open());
}
INSTANTIATE_TEST_SUITE_P(
    Every, Mt786Garbage,
    ::testing::Values(BadAnswer{"ShortStatus", "SSM", "SSM000"},
                      BadAnswer{"StatusWithNoise", "SSM",
                                "SSM00000\xF3"
                                "00000000000000"},
                      BadAnswer{"NoAmplitudes", "AME0;1;2;3;4;5", "AMEACK"},
                      BadAnswer{"OneMissing", "AME0;1;2;3;4;5", "0;2.4E+02|1;0.0|2;0.0|3;30.0|4;0.0|AMEACK"},
                      BadAnswer{"NoNumber", "AME0;1;2;3;4;5", "0;nan|1;0|2;0|3;30|4;0|5;0|AMEACK"},
                      BadAnswer{"Twice", "AME0;1;2;3;4;5", "0;240|0;0|1;0|2;0|3;30|4;0|5;0|AMEACK"}),
    [](const auto& test) { return test.param.name; });

TEST(Mt786Source, AnIdentityWithoutAVersionIsGarbled) {
  Bench bench{kOff + Lines{{"AAV", "AAVACK"}}};
  EXPECT_EQ(bench.identify().error().code, Errc::garbled);
}

TEST(Mt786Source, AnIdentityWithADamagedByteIsGarbled) {
  Bench bench{kOff + Lines{{"AAV",
                            "MT793V05.\xCA"
                            "2|AAVACK"}}};
  EXPECT_EQ(bench.identify().error().code, Errc::garbled);
}

TEST(Mt786Source, AnEndlessAnswerIsGarbled) {
  auto exchanges = script(kOff + Lines{{"AAV", ""}});
  exchanges.back().reply = Bytes(5000, 'x');
  Bench bench{std::move(exchanges)};
  EXPECT_EQ(bench.identify().error().code, Errc::garbled);
}

TEST(Mt786Source, OffIsProvedByTheReferenceAlone) {
  Bench bench{
      Lines{{"|SUIAAAAAAAAA", "SOKUI"}, {"ATI01", "ATIACK"}, {kAsk, kOn}, {kAsk, kOn}, {kAsk, kDark}} +
      kOffAgain};
  EXPECT_TRUE(bench.off());
  EXPECT_TRUE(bench.off()) << "harmless when off";
}

/// The rest of a line that an earlier command left half-sent is refused, an earlier switching answers late,
/// and a status comes by itself.
TEST(Mt786Source, OffPassesOverWhatBelongsToEarlierCommands) {
  Bench bench{Lines{{"|SUIAAAAAAAAA", "SUPNAK|ERROR|" + kEmergencyStop + "|SOKUI"},
                    {"ATI01", "SOKUI|ATIACK"},
                    {kAsk, "SOKUI|" + kDark}}};
  EXPECT_TRUE(bench.off());
}

TEST(Mt786Source, OffReportsAnOutputThatStaysOn) {
  Lines attempt{{"|SUIAAAAAAAAA", "SOKUI"}, {"ATI01", "ATIACK"}};
  // A look takes 500 ms and 0.4 ms on the wire; the tenth is the last that another could follow.
  for (int i = 0; i < 10; ++i) attempt.emplace_back(kAsk, kOn);
  Bench bench{attempt + attempt};
  const auto off = bench.off();
  ASSERT_FALSE(off);
  EXPECT_EQ(off.error().code, Errc::refused);
  EXPECT_THAT(off.error().detail, HasSubstr("still on: U1 reads 239.978 V"));
}

TEST(Mt786Source, OffTriesOneNewConnection) {
  Bench bench{Lines{{"|SUIAAAAAAAAA", ""}} + kOff};
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.far_end.openings(), 2);
}

/// SOKUI may take 15 s: all off must not wait for it.
TEST(Mt786Source, OffDoesNotWaitBehindASwitchOn) {
  auto exchanges = script(kOff + kBefore + kValues + kSwitchOn + kOff);
  exchanges[kOff.size() + kBefore.size() + kValues.size()].delay = 10s;
  Bench bench{std::move(exchanges)};
  ASSERT_TRUE(bench.set_limits());
  std::optional<Result<void>> applied;
  bench.source.start_apply(load_point(), [&](Result<void> result) { applied = std::move(result); });
  bench.pass(1s);
  EXPECT_EQ(bench.status()->output, OutputState::ramp);
  const Instant begin = bench.reactor.now();
  EXPECT_TRUE(bench.off());
  EXPECT_LT(bench.reactor.now() - begin, 100ms);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->error().code, Errc::stopped);
  EXPECT_EQ(bench.far_end.openings(), 2);
}

TEST(Mt786Source, OneSetUpAtATime) {
  Bench bench{kOff + kSetUp};
  ASSERT_TRUE(bench.set_limits());
  std::optional<Result<void>> first;
  bench.source.start_apply(load_point(), [&](Result<void> result) { first = std::move(result); });
  const auto second = bench.apply();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::refused);
  EXPECT_THAT(second.error().detail, HasSubstr("'apply load point' is still under way"));
  bench.reactor.run_until([&] { return first.has_value(); }, instant_at(60));
  EXPECT_TRUE(first && *first);
}

TEST(Mt786Source, MayGoWhileSomethingIsUnderWay) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  ScriptedFarEnd far_end{script(kOff + kSetUp)};
  MemoryLink link{reactor, "source", far_end, WireTime::network()};
  bool heard = false;
  {
    Mt786Source source{link};
    const auto wait = [&](auto start) { return await<void>(reactor, "source", "test", 60s, start); };
    ASSERT_TRUE(wait([&](Done<void> done) {
      source.start_set_limits({Voltage{300}, Current{100}}, std::move(done));
    }));
    ASSERT_TRUE(wait([&](Done<void> done) { source.start_apply(load_point(), std::move(done)); }));
    source.start_status([&](const Result<SourceStatus>&) { heard = true; });
    link.close();
    heard = false;
  }
  reactor.wait_until(instant_at(60));
  EXPECT_FALSE(heard);
}

/// The link is lost after each message of a run in turn. With the source there again, off is confirmed on a
/// new connection; with it gone, off says so and never claims that the output is off.
TEST(Mt786Source, IsNeverClaimedOffAfterTheLinkIsLost) {
  const Lines whole = kOff + kSetUp;
  for (const bool comes_back : {true, false}) {
    for (std::size_t lost_after = 1; lost_after <= whole.size(); ++lost_after) {
      SCOPED_TRACE(lost_after);
      StopSignal stop;
      SimulatedReactor reactor{stop, {}};
      const Lines heard{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(lost_after)};
      ScriptedFarEnd far_end{script(comes_back ? heard + kOff : heard)};
      BreakableLink link{reactor, "source", far_end};
      Mt786Source source{link};
      const auto wait = [&](auto start) { return await<void>(reactor, "source", "test", 60s, start); };
      link.break_after(lost_after);
      auto run = wait([&](Done<void> done) {
        source.start_set_limits({Voltage{300}, Current{100}}, std::move(done));
      });
      if (run) run = wait([&](Done<void> done) { source.start_apply(load_point(), std::move(done)); });
      ASSERT_FALSE(run);
      EXPECT_EQ(run.error().code, Errc::disconnected);
      reactor.wait_until(reactor.now() + 10s);
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
}  // namespace meterbench::zera_mt786
