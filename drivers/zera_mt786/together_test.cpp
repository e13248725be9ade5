// Driver and simulator over a serial line, in simulated time: what the driver reports is what the world has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drivers/link/memory_link.h"
#include "drivers/zera_mt786/driver.h"
#include "drivers/zera_mt786/simulator.h"
#include "tests/support/breakable_link.h"

namespace meterbench::zera_mt786 {
namespace {

using ::testing::HasSubstr;
using virtual_lab::ScriptedFault;
using namespace std::chrono_literals;
using Numbers = std::map<std::string, double>;

LoadPoint load_point(double amperes = 30) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[0] = {Voltage{240}, Angle{}, Current{amperes}, from_degrees(60)};
  point.circuits[1] = {Voltage{}, Angle{}, Current{amperes}, from_degrees(240)};
  return point;
}

Numbers with_fallbacks(Numbers numbers) {
  for (const auto& parameter : simulator_model().parameters)
    numbers.try_emplace(parameter.key, parameter.fallback);
  return numbers;
}

template <class Link>
struct Bench {
  template <class... WireTimes>
  Bench(std::vector<ScriptedFault> faults, const Numbers& some, WireTimes... wire)
      : numbers{with_fallbacks(some)},
        made{simulator_model().make(world, {.role = "source",
                                            .numbers = numbers,
                                            .wiring = {},
                                            .faults = std::move(faults),
                                            .output = &world.source()})},
        link{reactor, "source", *std::get<std::shared_ptr<FarEnd>>(made), wire...} {
    reactor.on_advance([this](Instant t) { world.advance_to(t); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  Numbers numbers;
  virtual_lab::World world{
      1, {.settle_s = numbers.at("settle_s"), .noise_percent = numbers.at("noise_percent")}};
  virtual_lab::AnyFarEnd made;
  Link link;
  Mt786Source source{link};

  Result<void> wait(const std::function<void(Done<void>)>& start) {
    return await<void>(reactor, "source", "test", 5min, start);
  }
  Result<void> set_limits() {
    return wait([&](Done<void> done) {
      source.start_set_limits({Voltage{300}, Current{120}}, std::move(done));
    });
  }
  Result<void> apply(double amperes = 30) {
    return wait([&](Done<void> done) { source.start_apply(load_point(amperes), std::move(done)); });
  }
  Result<void> off() {
    return wait([&](Done<void> done) { source.start_off(std::move(done)); });
  }
  Result<SourceStatus> status() {
    return await<SourceStatus>(reactor, "source", "test", 5min,
                               [&](Done<SourceStatus> done) { source.start_status(std::move(done)); });
  }
  void pass(Duration time) { reactor.wait_until(reactor.now() + time); }
  [[nodiscard]] bool energised() { return world.source().energised(); }
  [[nodiscard]] double amperes() { return std::abs(world.source().at(reactor.now(), 0).current[0]); }
};

struct SerialBench : Bench<MemoryLink> {
  explicit SerialBench(std::vector<ScriptedFault> faults = {}, const Numbers& some = {})
      : Bench{std::move(faults), some, WireTime::serial(9600, 2)} {}
};

TEST(Mt786Together, StandAtTheLoadPointWhenApplyIsDone) {
  SerialBench bench;
  ASSERT_TRUE(bench.set_limits());
  const Instant begin = bench.reactor.now();
  const auto applied = bench.apply();
  ASSERT_TRUE(applied) << applied.error().text();
  EXPECT_LT(bench.reactor.now() - begin, 4s) << "switching 1 s, ramp 2 s, two steady readings";
  const auto terminals = bench.world.source().at(bench.reactor.now(), 0);
  EXPECT_LT(std::abs(terminals.voltage[0] - 240.0), 240 * 1e-3);
  EXPECT_LT(std::abs(terminals.voltage[1]), 1e-9);
  EXPECT_LT(std::abs(terminals.current[0] - std::polar(30.0, from_degrees(-60).value())), 30 * 1e-3);
  EXPECT_LT(std::abs(terminals.current[0] + terminals.current[1]), 3e-2) << "series: I2 = -I1";
  EXPECT_EQ(bench.status()->output, OutputState::on);
}

TEST(Mt786Together, WaitForASlowRampAndANoisyOutput) {
  SerialBench bench{{}, {{"settle_s", 12}, {"switch_on_s", 0}, {"noise_percent", 0.02}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  ASSERT_TRUE(applied) << applied.error().text();
  EXPECT_NEAR(bench.amperes(), 30, 0.06);
}

TEST(Mt786Together, MoveFromPointToPointWithoutGoingOff) {
  SerialBench bench;
  ASSERT_TRUE(bench.set_limits());
  for (const double amperes : {2.0, 120.0, 0.05, 0.001}) {
    const auto applied = bench.apply(amperes);
    ASSERT_TRUE(applied) << applied.error().text();
    EXPECT_NEAR(bench.amperes(), amperes, 0.002 * amperes + 2e-4);
  }
  ASSERT_TRUE(bench.off());
  EXPECT_FALSE(bench.energised());
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.status()->output, OutputState::off);
}

TEST(Mt786Together, StayOnForAnHourUnderTheWatch) {
  SerialBench bench;
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(1h);
  EXPECT_TRUE(bench.energised());
  EXPECT_EQ(bench.status()->output, OutputState::on);
}

class Mt786Trip : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Mt786Trip, IsSeenInTimeThoughNobodyAsks) {
  SerialBench bench{{{instant_at(30), std::nullopt, GetParam().first}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(Instant{30s} + 2500ms - bench.reactor.now());
  const auto status = bench.status();
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_THAT(status->reason, HasSubstr(GetParam().second));
  EXPECT_FALSE(bench.energised());
  bench.pass(10s);
  EXPECT_EQ(bench.status()->output, OutputState::trip) << "until it is switched off";
  EXPECT_EQ(bench.apply().error().code, Errc::tripped);
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.status()->output, OutputState::off);
  EXPECT_TRUE(bench.apply());
}
INSTANTIATE_TEST_SUITE_P(Every, Mt786Trip,
                         ::testing::Values(std::pair{"emergency_stop", "emergency stop"},
                                           std::pair{"short", "voltage or current short"},
                                           std::pair{"open", "short or open I1"},
                                           std::pair{"overload", "overload I1"},
                                           std::pair{"over_temperature", "temperature I1"}));

TEST(Mt786Together, AnOpenRelayIsATripUntilItIsClosed) {
  SerialBench bench;
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.world.safety().set_relay(bench.reactor.now(), false);
  bench.pass(2500ms);
  EXPECT_EQ(bench.status()->reason, "emergency stop");
  EXPECT_TRUE(bench.off());
  EXPECT_EQ(bench.status()->output, OutputState::trip) << "the relay is still open";
  EXPECT_EQ(bench.apply().error().code, Errc::tripped);
  bench.world.safety().set_relay(bench.reactor.now(), true);
  EXPECT_TRUE(bench.apply());
}

TEST(Mt786Together, APowerCycleIsNotMistakenForAnOutputThatIsOn) {
  SerialBench bench{{{instant_at(30), std::nullopt, "power_cycle"}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(40s - bench.reactor.now().time_since_epoch());
  const auto status = bench.status();
  EXPECT_TRUE(!status || status->output == OutputState::trip);
  EXPECT_TRUE(bench.off());
  EXPECT_TRUE(bench.apply());
}

TEST(Mt786Together, AnAcknowledgedSwitchingThatDidNotHappenIsNotBelieved) {
  SerialBench bench{{{std::nullopt, 9, "stays_stored"}}, {{"settle_s", 1}}};
  ASSERT_TRUE(bench.set_limits());
  const auto applied = bench.apply();
  EXPECT_FALSE(bench.energised());
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().detail, HasSubstr("U1 reads 0.024 V, told 240 V"));
}

/// Each fault at each command of a run: whatever happened, off leaves the world dark.
class Mt786Fault : public ::testing::TestWithParam<const char*> {};

TEST_P(Mt786Fault, AtAnyCommandEndsWithTheOutputOff) {
  constexpr std::uint64_t kCommands = 24;  // of limits, apply and the first looks
  for (std::uint64_t command = 1; command <= kCommands; ++command) {
    SCOPED_TRACE(command);
    SerialBench bench{{{std::nullopt, command, GetParam()}}};
    auto run = bench.set_limits();
    if (run) run = bench.apply();
    if (run) bench.pass(3s);
    auto off = bench.off();
    if (!off) {  // it hung
      bench.pass(30s);
      off = bench.off();
    }
    EXPECT_TRUE(off) << off.error().text();
    EXPECT_FALSE(bench.energised());
    bench.pass(60s);
    EXPECT_FALSE(bench.energised()) << "nothing comes late";
    EXPECT_TRUE(bench.set_limits());
    if (bench.apply()) continue;
    EXPECT_TRUE(bench.off()) << "the fault had waited for this set-up";
    EXPECT_TRUE(bench.apply()) << "and the bench can go on";
  }
}
INSTANTIATE_TEST_SUITE_P(Every, Mt786Fault,
                         ::testing::Values("silence", "nak", "er_line", "error_line", "value_refused",
                                           "stays_stored", "spontaneous_status", "line_noise", "noise_line",
                                           "lost_cr", "hang", "power_cycle", "emergency_stop", "short",
                                           "open", "overload", "over_temperature"),
                         [](const auto& test) { return std::string{test.param}; });

/// Whenever it comes, off ends the set-up for good: no command of it follows and switches on again.
TEST(Mt786Together, OffStopsASetUpAtAnyInstant) {
  int interrupted = 0;
  for (Duration when{}; when < 3s; when += 53ms) {
    SCOPED_TRACE(when.count());
    SerialBench bench;
    ASSERT_TRUE(bench.set_limits());
    std::optional<Result<void>> applied;
    bench.source.start_apply(load_point(), [&](Result<void> result) { applied = std::move(result); });
    bench.pass(when);
    ASSERT_FALSE(applied);
    if (bench.energised()) ++interrupted;
    const Instant begin = bench.reactor.now();
    const auto off = bench.off();
    EXPECT_TRUE(off) << off.error().text();
    EXPECT_LT(bench.reactor.now() - begin, 5s);
    ASSERT_TRUE(applied);
    EXPECT_EQ(applied->error().code, Errc::stopped);
    bench.pass(20s);
    EXPECT_FALSE(bench.energised());
  }
  EXPECT_GT(interrupted, 10) << "some must have come after the output was on";
}

/// The switching off that is acknowledged but does not happen is noticed and repeated.
TEST(Mt786Together, OffThatDidNotHappenIsSentAgain) {
  SerialBench bench{{{instant_at(20), std::nullopt, "stays_stored"}}};
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.pass(20s);
  const Instant begin = bench.reactor.now();
  EXPECT_TRUE(bench.off());
  EXPECT_GT(bench.reactor.now() - begin, 5s);
  EXPECT_FALSE(bench.energised());
}

TEST(Mt786Together, TheWorldIsDarkSoonAfterOff) {
  SerialBench bench;
  ASSERT_TRUE(bench.set_limits());
  ASSERT_TRUE(bench.apply());
  bench.source.start_off([](const Result<void>&) {});
  bench.pass(300ms);
  EXPECT_FALSE(bench.energised());
}

TEST(Mt786Together, ALostLinkIsFollowedByOffOnTheNextConnection) {
  for (std::size_t lost_after = 1; lost_after <= 20; ++lost_after) {
    SCOPED_TRACE(lost_after);
    Bench<BreakableLink> bench{{}, {{"switch_on_s", 0}, {"switch_off_s", 0}}};
    bench.link.break_after(lost_after);
    auto run = bench.set_limits();
    if (run) run = bench.apply();
    bench.link.set_absent(true);
    bench.link.close();
    EXPECT_EQ(bench.off().error().code, Errc::disconnected);
    bench.link.set_absent(false);
    EXPECT_TRUE(bench.off());
    EXPECT_FALSE(bench.energised());
    EXPECT_TRUE(bench.set_limits());
    EXPECT_TRUE(bench.apply()) << "and the bench can go on";
  }
}

}  // namespace
}  // namespace meterbench::zera_mt786
