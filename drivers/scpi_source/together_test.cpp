// Driver and simulator over a link, in simulated time: what the driver reports is what the world has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/link/memory_link.h"
#include "drivers/scpi_source/driver.h"
#include "drivers/scpi_source/simulator.h"
#include "tests/support/breakable_link.h"

namespace meterbench::scpi_source {
namespace {

using virtual_lab::ScriptedFault;

Profile shipped_profile() {
  Mistakes mistakes;
  auto profile = load_profile(BENCH_SOURCE_DIR "/config/instruments/meterbench-source.yaml", mistakes);
  if (!profile) throw std::runtime_error{mistakes.text()};
  return *profile;
}

LoadPoint load_point(Current current = Current{30}) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[0] = {Voltage{240}, Angle{}, current, from_degrees(60)};
  point.circuits[1] = {Voltage{}, Angle{}, current, from_degrees(240)};
  return point;
}

template <class Link>
struct Bench {
  template <class... WireTimes>
  explicit Bench(std::vector<ScriptedFault> faults, WireTimes... wire)
      : simulator{world.source(), std::move(faults)}, link{reactor, "source", simulator, wire...} {
    reactor.on_advance([this](Instant t) { world.advance_to(t); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  virtual_lab::World world{1, {.settle_s = 2}};
  Simulator simulator;
  Link link;
  ScpiSource source{link, shipped_profile()};

  Result<void> wait(const std::function<void(Done<void>)>& start) {
    return await<void>(reactor, "source", "test", std::chrono::minutes{1}, start);
  }
  Result<void> set_limits() {
    return wait([&](Done<void> done) {
      source.start_set_limits({Voltage{300}, Current{240}}, std::move(done));
    });
  }
  Result<void> apply(Current current = Current{30}) { return apply(load_point(current)); }
  Result<void> apply(const LoadPoint& point) {
    return wait([&](Done<void> done) { source.start_apply(point, std::move(done)); });
  }
  Result<void> off() {
    return wait([&](Done<void> done) { source.start_off(std::move(done)); });
  }
  Result<SourceStatus> status() {
    return await<SourceStatus>(reactor, "source", "test", std::chrono::minutes{1},
                               [&](Done<SourceStatus> done) { source.start_status(std::move(done)); });
  }
};

struct MemoryBench : Bench<MemoryLink> {
  explicit MemoryBench(std::vector<ScriptedFault> faults = {})
      : Bench{std::move(faults), WireTime::network()} {}
};

TEST(ScpiSourceAndSimulator, StandAtTheLoadPointWhenApplyIsDone) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  const Instant begin = bench.reactor.now();
  const auto applied = bench.apply();
  ASSERT_TRUE(applied) << applied.error().text();
  EXPECT_NEAR(in_seconds(bench.reactor.now() - begin), 2.1, 0.11) << "settling, and at most one poll more";
  const auto terminals = bench.world.source().at(bench.reactor.now(), 0);
  EXPECT_LT(std::abs(terminals.voltage[0] - 240.0), 240 * 1.1e-4);
  EXPECT_LT(std::abs(terminals.voltage[1]), 1e-9);
  EXPECT_LT(std::abs(terminals.current[0] - std::polar(30.0, from_degrees(-60).value())), 30 * 1.1e-4);
  EXPECT_LT(std::abs(terminals.current[0] + terminals.current[1]), 1e-2) << "series: I2 = -I1";
  EXPECT_EQ(bench.status()->output, OutputState::on);
}

TEST(ScpiSourceAndSimulator, PutAWaveformOnAndTakeItAway) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  for (const Direction direction : {Direction::delivered, Direction::received}) {
    LoadPoint point = load_point();
    point.direction = direction;
    point.waveform = {
        .name = "test",
        .harmonics = {
            {.order = 2, .current = Ratio{0.05}, .current_phase = from_degrees(30)},
            {.order = 5, .voltage = Ratio{0.1}, .voltage_phase = from_degrees(20), .current = Ratio{0.4}}}};
    const auto applied = bench.apply(point);
    ASSERT_TRUE(applied) << applied.error().text();
    bench.reactor.wait_until(bench.reactor.now() + std::chrono::minutes{1});
    const auto terminals = bench.world.source().at(bench.reactor.now(), 0);
    ASSERT_EQ(terminals.harmonics.size(), 2U);
    for (const auto& harmonic : terminals.harmonics)
      for (const std::size_t i : {0U, 1U}) {
        // Within the ten-thousandth of a percent and of a degree that is sent.
        EXPECT_LT(std::abs(harmonic.voltage[i] - point.voltage_phasor(i, harmonic.order)), 1e-3);
        EXPECT_LT(std::abs(harmonic.current[i] - point.current_phasor(i, harmonic.order)), 1e-3);
      }
  }
  ASSERT_TRUE(bench.apply());
  bench.reactor.wait_until(bench.reactor.now() + std::chrono::minutes{1});
  EXPECT_TRUE(bench.world.source().at(bench.reactor.now(), 0).harmonics.empty());
}

TEST(ScpiSourceAndSimulator, PutACutSineAndBurstsOn) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  for (const Direction direction : {Direction::delivered, Direction::received}) {
    LoadPoint point = load_point();
    point.direction = direction;
    point.circuits[1].inverted = true;
    point.waveform = series_of({.name = "half", .conducts = {{Angle{}, from_degrees(180)}}}, 31);
    point.waveform.burst = {3, 1};
    const auto applied = bench.apply(point);
    ASSERT_TRUE(applied) << applied.error().text();
    bench.reactor.wait_until(bench.reactor.now() + std::chrono::minutes{1});
    const auto terminals = bench.world.source().at(bench.reactor.now(), 0);
    EXPECT_EQ(terminals.burst, (Burst{3, 1}));
    for (const int order : point.waveform.orders()) {
      virtual_lab::Phasors current = terminals.current;
      for (const auto& harmonic : terminals.harmonics)
        if (harmonic.order == order) current = harmonic.current;
      for (const std::size_t i : {0U, 1U})
        EXPECT_LT(std::abs(current[i] - point.current_phasor(i, order)), 1e-3) << order;
    }
  }
}

TEST(ScpiSourceAndSimulator, LetTheVoltagesDipAndTellWhenThatIsOver) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  const VoltageDip dip{Ratio{0}, Seconds{1}, 3, Seconds{0.05}};
  const Instant before = bench.reactor.now();
  bool was_dark = false;
  bench.reactor.on_advance([&](Instant t) {
    bench.world.advance_to(t);
    was_dark |= bench.world.source().voltage_left(t) == 0;
  });
  const auto dipped = bench.wait([&](Done<void> done) { bench.source.start_dip(dip, std::move(done)); });
  ASSERT_TRUE(dipped) << dipped.error().text();
  EXPECT_TRUE(was_dark);
  EXPECT_NEAR(in_seconds(bench.reactor.now() - before), dip.length().value(), 0.3);
  EXPECT_EQ(bench.world.source().voltage_left(bench.reactor.now()), 1);
}

TEST(ScpiSourceAndSimulator, ADipThatASourceTripsInIsAFault) {
  MemoryBench bench{{{.at = instant_at(10), .command = {}, .what = "trip"}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  const auto dipped = bench.wait([&](Done<void> done) {
    bench.source.start_dip({Ratio{0.5}, Seconds{30}}, std::move(done));
  });
  ASSERT_FALSE(dipped);
  EXPECT_EQ(dipped.error().code, Errc::tripped) << dipped.error().text();
}

TEST(ScpiSourceAndSimulator, MoveFromPointToPointWithoutGoingOff) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  for (const double amperes : {2.0, 200.0, 0.5}) {
    ASSERT_TRUE(bench.apply(Current{amperes}));
    EXPECT_NEAR(std::abs(bench.world.source().at(bench.reactor.now(), 0).current[0]), amperes, 0.021);
  }
  ASSERT_TRUE(bench.off());
  EXPECT_FALSE(bench.world.source().energised());
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.status()->output, OutputState::off);
}

TEST(ScpiSourceAndSimulator, TellATripWithItsReasonAndStartAnewAfterOff) {
  MemoryBench bench{{{instant_at(1), std::nullopt, "trip"}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::tripped);
  EXPECT_EQ(applied.error().detail, "output stage overload");
  EXPECT_NEAR(in_seconds(bench.reactor.now()), 1, 0.11);
  EXPECT_FALSE(bench.world.source().energised());
  EXPECT_EQ(bench.status()->output, OutputState::trip);
  EXPECT_TRUE(bench.off());
  EXPECT_TRUE(bench.apply());
}

/// Each fault at each command of a run: whatever happened, off leaves the world dark.
class ScpiSourceFault : public ::testing::TestWithParam<const char*> {};

TEST_P(ScpiSourceFault, AtAnyCommandEndsWithTheOutputOff) {
  bool untouched = false;
  std::uint64_t command = 0;
  while (!untouched && ++command < 100) {
    SCOPED_TRACE(command);
    MemoryBench bench{{{std::nullopt, command, GetParam()}}};
    auto run = bench.set_limits();
    if (run) run = bench.apply();
    const auto off = bench.off();
    EXPECT_TRUE(off) << off.error().text();
    EXPECT_FALSE(bench.world.source().energised());
    untouched = run.has_value() && command > 40;  // the fault would strike after the run
  }
  EXPECT_GT(command, 40U);
}
INSTANTIATE_TEST_SUITE_P(Every, ScpiSourceFault, ::testing::Values("trip", "silence", "garble", "refuse"),
                         [](const auto& test) { return std::string{test.param}; });

TEST(ScpiSourceAndSimulator, ALostLinkIsFollowedByOffOnTheNextConnection) {
  for (std::size_t lost_after = 1; lost_after <= 40; ++lost_after) {
    SCOPED_TRACE(lost_after);
    Bench<BreakableLink> bench{{}};
    bench.link.break_after(lost_after);
    auto run = bench.set_limits();
    if (run) run = bench.apply();
    bench.link.set_absent(true);
    if (!run) {
      EXPECT_EQ(bench.off().error().code, Errc::disconnected);
    }
    bench.link.set_absent(false);
    EXPECT_TRUE(bench.off());
    EXPECT_FALSE(bench.world.source().energised());
    EXPECT_TRUE(run || bench.set_limits());
    EXPECT_TRUE(bench.apply()) << "and the bench can go on";
  }
}

/// Whenever it comes, off ends the set-up for good: no command of it follows and switches on again.
TEST(ScpiSourceAndSimulator, OffStopsASetUpAtAnyInstant) {
  int interrupted = 0;
  for (Duration when{}; when < std::chrono::milliseconds{20}; when += std::chrono::microseconds{100}) {
    SCOPED_TRACE(when.count());
    MemoryBench bench;
    ASSERT_TRUE(bench.set_limits());
    std::optional<Result<void>> applied;
    bench.source.start_apply(load_point(), [&](Result<void> result) { applied = std::move(result); });
    bench.reactor.wait_until(bench.reactor.now() + when);
    ASSERT_FALSE(applied);
    if (bench.world.source().energised()) ++interrupted;
    EXPECT_TRUE(bench.off());
    ASSERT_TRUE(applied);
    EXPECT_EQ(applied->error().code, Errc::stopped);
    bench.reactor.wait_until(bench.reactor.now() + std::chrono::seconds{20});
    EXPECT_FALSE(bench.world.source().energised());
  }
  EXPECT_GT(interrupted, 10) << "some must have come after the output was on";
}

TEST(ScpiSourceAndSimulator, TwoOffsHearTogether) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  int heard = 0;
  for (int i = 0; i < 2; ++i) bench.source.start_off([&](const Result<void>& off) { heard += off ? 1 : 0; });
  EXPECT_EQ(bench.apply().error().code, Errc::refused) << "nothing is set up while it is switched off";
  bench.reactor.wait_until(bench.reactor.now() + std::chrono::seconds{1});
  EXPECT_EQ(heard, 2);
}

TEST(ScpiSourceAndSimulator, AStopEndsTheWaitAndOffStillGoesThrough) {
  MemoryBench bench;
  ASSERT_TRUE(bench.set_limits());
  bench.reactor.after(std::chrono::seconds{1}, [&] { bench.stop.request(); });
  EXPECT_EQ(bench.apply().error().code, Errc::stopped);
  EXPECT_TRUE(bench.world.source().energised());
  const auto off = await<void>(
      bench.reactor, "source", "off", std::chrono::minutes{1},
      [&](Done<void> done) { bench.source.start_off(std::move(done)); }, Reactor::Stoppable::no);
  EXPECT_TRUE(off);
  EXPECT_FALSE(bench.world.source().energised());
}

}  // namespace
}  // namespace meterbench::scpi_source
