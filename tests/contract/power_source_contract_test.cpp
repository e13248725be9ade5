// What every power source keeps, whoever made it. Here each driver meets its simulator; beside each driver
// its driver_test meets the golden bytes of the facts.
#include <cmath>
#include <complex>
#include <limits>

#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {
namespace {

// The longest that anything may take.
constexpr Duration kIdentifyLimit = 30s;
constexpr Duration kSetUpLimit = 30s;
constexpr Duration kApplyLimit = 60s;
constexpr Duration kOffLimit = 30s;
constexpr Duration kStatusLimit = 10s;

constexpr SourceLimits kLimits{Voltage{300}, Current{100}};

LoadPoint load_point(double amperes = 30, double lag_degrees = 60,
                     Direction direction = Direction::delivered) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.direction = direction;
  point.circuits[0] = {Voltage{120}, Angle{}, Current{amperes}, from_degrees(lag_degrees)};
  point.circuits[1] = {Voltage{120}, from_degrees(180), Current{amperes}, from_degrees(lag_degrees)};
  return point;
}

std::unique_ptr<PowerSource> make_source(const DriverEntry& driver, ByteLink& link) {
  auto made = std::get<SourceDriver>(driver.driver).make(link, station_options());
  if (!made) throw std::runtime_error{made.error()};
  return std::move(*made);
}

/// Voltage and current of a circuit at an order; 0 where there is no such.
std::pair<virtual_lab::Phasor, virtual_lab::Phasor> channels(const virtual_lab::Terminals& terminals,
                                                             std::size_t circuit, int order) {
  std::pair<virtual_lab::Phasor, virtual_lab::Phasor> found;
  for_each_order(terminals, [&](int n, const auto& voltage, const auto& current) {
    if (n == order) found = {voltage[circuit], current[circuit]};
  });
  return found;
}

struct SourceRig : Surroundings {
  explicit SourceRig(const DriverEntry& driver)
      : Surroundings{{.settle_s = 1}},
        line{*this, driver, make_simulator(driver, world, {.wiring = {}, .numbers = {{"settle_s", 1}}})},
        source{make_source(driver, line.link)} {}

  Line<ByteLink> line;
  std::unique_ptr<PowerSource> source;

  Result<std::string> identify() {
    return finish<std::string>("identify", kIdentifyLimit,
                               [&](auto done) { source->start_identify(std::move(done)); });
  }
  Result<void> set_limits(const SourceLimits& limits = kLimits) {
    return finish<void>("set limits", kSetUpLimit,
                        [&](auto done) { source->start_set_limits(limits, std::move(done)); });
  }
  Result<void> apply(const LoadPoint& point = load_point()) {
    before_ = world.source().at(reactor.now(), 0);
    return finish<void>("apply", kApplyLimit,
                        [&](auto done) { source->start_apply(point, std::move(done)); });
  }
  Result<void> off() {
    return finish<void>("off", kOffLimit, [&](auto done) { source->start_off(std::move(done)); });
  }
  Result<SourceStatus> status() {
    return finish<SourceStatus>("status", kStatusLimit,
                                [&](auto done) { source->start_status(std::move(done)); });
  }
  Result<void> expect_status(OutputState wanted) {
    return status().map([&](const SourceStatus& told) {
      EXPECT_EQ(told.output, wanted) << to_text(told.output) << " " << told.reason;
    });
  }
  [[nodiscard]] bool energised() { return world.source().energised(); }

  /// The terminals of the world against the `point` that was applied last: within 0.1 % of it, and 0.01 % of
  /// the step there, which the power stage still has to go when it calls itself settled.
  void expect_on_terminals(const LoadPoint& point) {
    const auto terminals = world.source().at(reactor.now(), 0);
    EXPECT_NEAR(terminals.frequency.value(), point.frequency.value(), 1e-3 * point.frequency.value());
    const auto expect_near = [](const virtual_lab::Phasor& stands, const virtual_lab::Phasor& wanted,
                                const virtual_lab::Phasor& before) {
      EXPECT_LE(std::abs(stands - wanted), 1e-3 * std::abs(wanted) + 1.01e-4 * std::abs(wanted - before));
    };
    for (int order = 1; order <= point.waveform.highest_order(); ++order)
      for (std::size_t i = 0; i < point.circuits.size(); ++i) {
        SCOPED_TRACE(fmt::format("circuit {}, order {}", i + 1, order));
        const auto [voltage, current] = channels(terminals, i, order);
        const auto [voltage_before, current_before] = channels(before_, i, order);
        expect_near(voltage, point.voltage_phasor(i, order), voltage_before);
        expect_near(current, point.current_phasor(i, order), current_before);
      }
    for (const auto& harmonic : terminals.harmonics)
      EXPECT_LE(harmonic.order, point.waveform.highest_order()) << "and nothing else";
  }
  /// Whatever was before: off is confirmed, and true, and stays so.
  void expect_off_twice() {
    for (const char* time : {"first", "second"}) {
      const auto result = off();
      EXPECT_TRUE(result) << time << ": " << result.error().text();
      EXPECT_FALSE(energised()) << time;
    }
    pass(20s);
    EXPECT_FALSE(energised()) << "nothing comes late";
  }

 private:
  virtual_lab::Terminals before_;
};

class PowerSourceContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  SourceRig rig{*GetParam()};
};

TEST_P(PowerSourceContract, TellsTheSameIdentityWheneverItIsAsked) { expect_steady_identity(rig); }

TEST_P(PowerSourceContract, StandsAtTheSetPointWhenApplyIsDone) {
  ASSERT_TRUE(rig.set_limits());
  EXPECT_FALSE(rig.energised());
  for (const LoadPoint& point : {load_point(), load_point(100, 0), load_point(0.5, -36.87),
                                 load_point(10, 60, Direction::received), load_point(0, 0)}) {
    SCOPED_TRACE(point.circuits[0].current.value());
    const auto applied = rig.apply(point);
    ASSERT_TRUE(applied) << applied.error().text();
    rig.expect_on_terminals(point);
    EXPECT_TRUE(rig.expect_status(OutputState::on));
  }
  ASSERT_TRUE(rig.off());
  EXPECT_TRUE(rig.expect_status(OutputState::off));
}

TEST_P(PowerSourceContract, StandsAtAWaveformUpToItsHighestHarmonicAndAtTheSineAgain) {
  ASSERT_TRUE(rig.set_limits());
  const int highest = rig.source->capabilities().highest_harmonic;
  if (highest == 1) GTEST_SKIP() << "it has the sine alone";
  LoadPoint point = load_point();
  point.waveform = {.name = "test",
                    .harmonics = {{.order = highest,
                                   .voltage = Ratio{0.05},
                                   .voltage_phase = from_degrees(180),
                                   .current = Ratio{0.3},
                                   .current_phase = from_degrees(-70)}}};
  for (const Direction direction : {Direction::delivered, Direction::received}) {
    point.direction = direction;
    const auto applied = rig.apply(point);
    ASSERT_TRUE(applied) << applied.error().text();
    rig.expect_on_terminals(point);
  }
  ASSERT_TRUE(rig.apply());
  rig.pass(1min);
  rig.expect_on_terminals(load_point());
  ASSERT_TRUE(rig.off());
}

TEST_P(PowerSourceContract, AppliesNothingBeforeLimitsAreSet) {
  EXPECT_EQ(rig.apply().error().code, Errc::refused);
  EXPECT_EQ(rig.plot.messages(), 0U);
  ASSERT_TRUE(rig.set_limits());
  EXPECT_FALSE(rig.energised()) << "limits energise nothing";
}

TEST_P(PowerSourceContract, SendsNothingForLimitsThatItCannotKeep) {
  const SourceCapabilities can = rig.source->capabilities();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const SourceLimits& limits : {SourceLimits{can.maximum_voltage * 1.001, Current{10}},
                                     SourceLimits{Voltage{100}, can.maximum_current * 1.001},
                                     SourceLimits{Voltage{nan}, Current{10}}, SourceLimits{}})
    EXPECT_EQ(rig.set_limits(limits).error().code, Errc::out_of_range);
  EXPECT_EQ(rig.plot.messages(), 0U);
}

TEST_P(PowerSourceContract, SendsNothingForAPointBeyondTheLimits) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.off());
  const std::size_t before = rig.plot.messages();
  const auto expect_refused = [&](const char* what, const std::function<void(LoadPoint&)>& change) {
    LoadPoint point = load_point();
    change(point);
    const auto applied = rig.apply(point);
    ASSERT_FALSE(applied) << what;
    EXPECT_EQ(applied.error().code, Errc::out_of_range) << what << ": " << applied.error().text();
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const SourceCapabilities can = rig.source->capabilities();
  expect_refused("voltage", [](LoadPoint& p) { p.circuits[1].voltage = kLimits.voltage * 1.0001; });
  expect_refused("current", [](LoadPoint& p) { p.circuits[0].current = kLimits.current * 1.0001; });
  expect_refused("negative", [](LoadPoint& p) { p.circuits[0].current = Current{-1}; });
  expect_refused("no voltage", [&](LoadPoint& p) { p.circuits[0].voltage = Voltage{nan}; });
  expect_refused("no current", [&](LoadPoint& p) { p.circuits[0].current = Current{nan}; });
  expect_refused("no angle", [&](LoadPoint& p) { p.circuits[0].lag = Angle{nan}; });
  expect_refused("slow", [&](LoadPoint& p) { p.frequency = can.minimum_frequency * 0.999; });
  expect_refused("fast", [&](LoadPoint& p) { p.frequency = can.maximum_frequency * 1.001; });
  expect_refused("no frequency", [&](LoadPoint& p) { p.frequency = Frequency{nan}; });
  const Harmonic beyond{.order = can.highest_harmonic + 1, .current = Ratio{0.01}};
  expect_refused("harmonic", [&](LoadPoint& p) { p.waveform = {.name = "test", .harmonics = {beyond}}; });
  if (!can.direct_current)
    expect_refused("direct current", [](LoadPoint& p) {
      p.waveform = {.name = "test", .harmonics = {{.order = 0, .current = Ratio{0.01}}}};
    });
  if (!can.bursts)
    expect_refused("bursts", [](LoadPoint& p) { p.waveform = {.name = "test", .burst = {2, 2}}; });
  EXPECT_EQ(rig.plot.messages(), before);
  EXPECT_FALSE(rig.energised());
}

TEST_P(PowerSourceContract, SetsUpOneThingAtATime) {
  ASSERT_TRUE(rig.set_limits());
  std::optional<Result<void>> applied;
  rig.source->start_apply(load_point(), [&](Result<void> result) { applied = std::move(result); });
  EXPECT_EQ(rig.identify().error().code, Errc::refused);
  EXPECT_EQ(rig.apply().error().code, Errc::refused);
  rig.pass(kApplyLimit);
  ASSERT_TRUE(applied);
  EXPECT_TRUE(*applied) << applied->error().text();
  rig.expect_on_terminals(load_point());
}

TEST_P(PowerSourceContract, SwitchesOffThoughNothingWasEverAsked) { rig.expect_off_twice(); }

TEST_P(PowerSourceContract, SwitchesOffWhenOnlyLimitsWereSet) {
  ASSERT_TRUE(rig.set_limits());
  rig.expect_off_twice();
}

TEST_P(PowerSourceContract, SwitchesOffWhenOnAndCanGoOnAgain) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.apply());
  rig.pass(1min);
  ASSERT_TRUE(rig.energised());
  rig.expect_off_twice();
  EXPECT_TRUE(rig.expect_status(OutputState::off));
  EXPECT_TRUE(rig.apply());
  rig.expect_on_terminals(load_point());
}

TEST_P(PowerSourceContract, SwitchesOffAtAnyInstantOfAnApply) {
  int energised = 0;
  for (Duration when{}; when < 950ms; when += 47ms) {
    SCOPED_TRACE(when.count());
    SourceRig one{*GetParam()};
    ASSERT_TRUE(one.set_limits());
    std::optional<Result<void>> applied;
    one.source->start_apply(load_point(), [&](Result<void> result) { applied = std::move(result); });
    one.pass(when);
    ASSERT_FALSE(applied);
    if (one.energised()) ++energised;
    one.expect_off_twice();
    ASSERT_TRUE(applied);
    EXPECT_EQ(applied->error().code, Errc::stopped);
  }
  EXPECT_GT(energised, 3) << "some must have come after the output was on";
}

TEST_P(PowerSourceContract, SwitchesOffWhileItSwitchesOff) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.apply());
  int heard = 0;
  for (int n = 0; n < 3; ++n) rig.source->start_off([&](const Result<void>& off) { heard += off ? 1 : 0; });
  EXPECT_EQ(rig.apply().error().code, Errc::refused) << "nothing is set up while it is switched off";
  rig.pass(kOffLimit);
  EXPECT_EQ(heard, 3);
  EXPECT_FALSE(rig.energised());
}

TEST_P(PowerSourceContract, SwitchesOffAfterATripAndTellsOfItBefore) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.apply());
  rig.world.safety().set_relay(rig.reactor.now(), false);
  rig.pass(3s);
  const auto status = rig.status();
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->output, OutputState::trip);
  EXPECT_FALSE(status->reason.empty());
  rig.expect_off_twice();
  rig.world.safety().set_relay(rig.reactor.now(), true);
  EXPECT_FALSE(rig.energised()) << "an enable that closes energises nothing";
  rig.pass(3s);
  ASSERT_TRUE(rig.off());
  const auto applied = rig.apply();
  EXPECT_TRUE(applied) << applied.error().text();
}

TEST_P(PowerSourceContract, SwitchesOffOverANewConnectionWhenTheLinkWasLost) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.apply());
  rig.line.link.close();
  EXPECT_EQ(rig.status().error().code, Errc::disconnected);
  EXPECT_TRUE(rig.energised()) << "what is lost cannot be switched off";
  rig.expect_off_twice();
  EXPECT_TRUE(rig.apply()) << "the limits are set again";
}

TEST_P(PowerSourceContract, SendsOffFirstOnANewConnection) {
  ASSERT_TRUE(rig.set_limits());
  ASSERT_TRUE(rig.apply());
  rig.line.link.close();
  ASSERT_TRUE(rig.identify());
  EXPECT_FALSE(rig.energised());
}

INSTANTIATE_TEST_SUITE_P(Every, PowerSourceContract, testing::ValuesIn(drivers_of<SourceDriver>()),
                         DriverName{});

// --- One message spoilt ---

class SpoiltSourceSession : public SpoiltSession {};

TEST_P(SpoiltSourceSession, EndsInAFaultOrNotAndOffAlwaysWorks) {
  const auto applied = [](const LoadPoint& point) {
    return [point](SourceRig& rig) { return rig.apply(point).map([&] { rig.expect_on_terminals(point); }); };
  };
  const std::vector<Step<SourceRig>> session{
      identified<SourceRig>(),
      {"set limits", [](SourceRig& rig) { return rig.set_limits(); }},
      {"apply", applied(load_point())},
      {"status", [](SourceRig& rig) { return rig.expect_status(OutputState::on); }},
      {"apply another", applied(load_point(5, 0, Direction::received))},
      {"off", [](SourceRig& rig) { return rig.off().map([&] { EXPECT_FALSE(rig.energised()); }); }},
      {"status when off", [](SourceRig& rig) { return rig.expect_status(OutputState::off); }}};
  expect_survival<SourceRig>([] { return std::make_unique<SourceRig>(driver()); }, session, how(),
                             [](SourceRig& rig) { rig.expect_off_twice(); });
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltSourceSession,
                         testing::Combine(testing::ValuesIn(drivers_of<SourceDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
