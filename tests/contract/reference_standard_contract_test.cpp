// What every reference standard keeps, whoever made it, and its error calculator where it has one. Here each
// driver meets its simulator; beside each driver its driver_test meets the golden bytes of the facts.
#include <algorithm>
#include <complex>

#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"
#include "tests/contract/steady_signal.h"

namespace meterbench::contract {
namespace {

using Comparison = ErrorCalculator::Comparison;
using virtual_lab::Phasor;

// The longest that anything may take.
constexpr Duration kIdentifyLimit = 20s;
constexpr Duration kPrepareLimit = 30s;
constexpr Duration kReadLimit = 20s;
constexpr Duration kCompareLimit = 60s;

constexpr double kVolts = 120;  // at each circuit, 180° apart
constexpr double kLagDegrees = 60;
/// Means of a reading go back by so much at most.
constexpr Duration kIntegration = 2s;

const ActiveEnergy kKt = from_watt_hours(0.9);

LoadPoint load_point(double amperes) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[0] = {Voltage{kVolts}, Angle{}, Current{amperes}, from_degrees(kLagDegrees)};
  point.circuits[1] = {Voltage{kVolts}, from_degrees(180), Current{amperes}, from_degrees(kLagDegrees)};
  return point;
}
/// Of both circuits.
double watts(double amperes) { return 2 * kVolts * amperes * std::cos(from_degrees(kLagDegrees).value()); }

struct ReferenceRig : Surroundings {
  explicit ReferenceRig(const DriverEntry& driver, std::map<std::string, double> numbers = {})
      : Surroundings{{.settle_s = 0}},
        line{*this, driver, make_simulator(driver, lit_world(), {wiring_of(driver), std::move(numbers)})},
        standard{std::get<ReferenceDriver>(driver.driver).make(line.link, station_options())} {
    load(30);
  }

  SteadySignal led{500ms};  // 0.9 Wh in half a second are 6.48 kW
  Line<ByteLink> line;
  std::unique_ptr<ReferenceStandard> standard;

  void load(double amperes) {
    const Phasor current = std::polar(amperes, -from_degrees(kLagDegrees).value());
    world.source().apply(reactor.now(),
                         {Frequency{60}, {Phasor{kVolts}, Phasor{-kVolts}}, {current, -current}});
    pass(kIntegration);
  }
  Result<std::string> identify() {
    return finish<std::string>("identify", kIdentifyLimit,
                               [&](auto done) { standard->start_identify(std::move(done)); });
  }
  Result<ActiveEnergy> prepare(double amperes) {
    return finish<ActiveEnergy>("prepare", kPrepareLimit, [&](auto done) {
      standard->start_prepare(load_point(amperes), std::move(done));
    });
  }
  Result<ReferenceReading> read() {
    return finish<ReferenceReading>("read", kReadLimit,
                                    [&](auto done) { standard->start_read(std::move(done)); });
  }
  Result<Comparison> compare(std::uint64_t pulses, Duration limit = 30s) {
    return finish<Comparison>("compare", kCompareLimit, [&](auto done) {
      standard->error_calculator()->start_compare(kKt, pulses, limit, nullptr, std::move(done));
    });
  }

  /// `reading` against the load at the terminals; `error` relative, of a standard that reads high.
  void expect_reading(const ReferenceReading& reading, double amperes, double error = 0) {
    constexpr double kWithin = 1e-5;  // of what an instrument prints
    const double vars = watts(amperes) / 2 * std::tan(from_degrees(kLagDegrees).value());
    for (const CircuitReading& circuit : reading.circuits) {
      EXPECT_NEAR(circuit.voltage.value() / kVolts, 1, kWithin);
      EXPECT_NEAR(circuit.current.value() / amperes, 1 + error, kWithin);
      EXPECT_NEAR(circuit.active.value() / (watts(amperes) / 2), 1 + error, kWithin);
      EXPECT_NEAR(circuit.reactive.value() / vars, 1 + error, kWithin);
    }
    EXPECT_NEAR(reading.active.value() / watts(amperes), 1 + error, kWithin);
    EXPECT_NEAR(reading.frequency.value(), 60, 60 * kWithin);
    EXPECT_FALSE(reading.overloaded);
  }
  /// The pulses at the standard's output carry `pulse` each: of the load at hand, for so long that one of
  /// them is 0.01 % at most.
  void expect_pulses_of(ActiveEnergy pulse, double amperes, double error = 0) {
    virtual_lab::PulseSignal* output = world.signal("reference.pulses");
    ASSERT_NE(output, nullptr);
    const auto before = output->edges_until(reactor.now());
    pass(3s);
    const auto pulses = static_cast<double>(output->edges_until(reactor.now()) - before);
    const ActiveEnergy energy = ActivePower{watts(amperes) * (1 + error)} * Seconds{3};
    EXPECT_NEAR(pulses * pulse.value() / energy.value(), 1, 1e-4);
  }

 private:
  virtual_lab::World& lit_world() {
    world.add_signal("led.A", led);
    return world;
  }
  static std::map<std::string, std::string> wiring_of(const DriverEntry& driver) {
    const bool has_input = std::get<ReferenceDriver>(driver.driver).error_calculator.has_value();
    if (!has_input) return {};
    return {{"input_0", "led.A"}};
  }
};

class ReferenceStandardContract : public testing::TestWithParam<const DriverEntry*> {};

TEST_P(ReferenceStandardContract, TellsTheSameIdentityWheneverItIsAsked) {
  ReferenceRig rig{*GetParam()};
  expect_steady_identity(rig);
}

TEST_P(ReferenceStandardContract, ReadsWhatIsOnTheTerminals) {
  ReferenceRig rig{*GetParam()};
  for (const double amperes : {30.0, 1.0, 100.0}) {
    SCOPED_TRACE(amperes);
    rig.load(amperes);
    ASSERT_TRUE(rig.prepare(amperes));
    const auto reading = rig.read();
    ASSERT_TRUE(reading) << reading.error().text();
    rig.expect_reading(*reading, amperes);
  }
}

TEST_P(ReferenceStandardContract, ReadsAndCountsWithItsOwnErrorAndNoOther) {
  ReferenceRig rig{*GetParam(), {{"gain_percent", 0.2}}};
  const auto pulse = rig.prepare(30);
  ASSERT_TRUE(pulse) << pulse.error().text();
  const auto reading = rig.read();
  ASSERT_TRUE(reading) << reading.error().text();
  rig.expect_reading(*reading, 30, 2e-3);
  rig.expect_pulses_of(*pulse, 30, 2e-3);
}

TEST_P(ReferenceStandardContract, TellsTheEnergyThatItsPulsesThenHave) {
  ReferenceRig rig{*GetParam()};
  for (const double amperes : {30.0, 2.0, 100.0}) {
    SCOPED_TRACE(amperes);
    rig.load(amperes);
    const auto pulse = rig.prepare(amperes);
    ASSERT_TRUE(pulse) << pulse.error().text();
    rig.expect_pulses_of(*pulse, amperes);
  }
}

TEST_P(ReferenceStandardContract, IsReadAfterTheLinkWasLost) {
  ReferenceRig rig{*GetParam()};
  ASSERT_TRUE(rig.read());
  rig.line.link.close();
  const auto reading = rig.read();
  ASSERT_TRUE(reading) << reading.error().text();
  rig.expect_reading(*reading, 30);
}

INSTANTIATE_TEST_SUITE_P(Every, ReferenceStandardContract, testing::ValuesIn(drivers_of<ReferenceDriver>()),
                         DriverName{});

// --- Error calculator ---

std::vector<const DriverEntry*> drivers_with_calculator() {
  auto drivers = drivers_of<ReferenceDriver>();
  std::erase_if(drivers, [](const DriverEntry* entry) {
    return !std::get<ReferenceDriver>(entry->driver).error_calculator;
  });
  return drivers;
}

class ErrorCalculatorContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  void SetUp() override {
    rig.load(kAmperes);
    ASSERT_NE(rig.standard->error_calculator(), nullptr);
    ASSERT_TRUE(rig.prepare(kAmperes));
  }
  // The meter's LED tells 6.48 kW, the load is 6 kW: 8 % fast.
  static constexpr double kAmperes = 50;
  static constexpr double kError = 0.08;
  ReferenceRig rig{*GetParam()};
};

TEST_P(ErrorCalculatorContract, ComparesTheMetersPulsesWithTheStandard) {
  const auto comparison = rig.compare(10);
  ASSERT_TRUE(comparison) << comparison.error().text();
  EXPECT_NEAR(comparison->error.value(), kError, 1e-5);
  const double energy = comparison->reference_pulses * comparison->reference_pulse.value();
  EXPECT_NEAR(energy / (10 * kKt.value()), 1 / (1 + kError), 1e-5);
}

TEST_P(ErrorCalculatorContract, ComparesOneAtATime) {
  std::optional<Result<Comparison>> first;
  rig.standard->error_calculator()->start_compare(kKt, 5, 30s, nullptr,
                                                  [&](Result<Comparison> result) { first = result; });
  EXPECT_EQ(rig.compare(5).error().code, Errc::refused);
  rig.pass(kCompareLimit);
  ASSERT_TRUE(first);
  EXPECT_TRUE(*first) << first->error().text();
}

TEST_P(ErrorCalculatorContract, AbortIsHarmlessAndEndsWhatRuns) {
  const auto abort = [&] {
    return rig.finish<void>(
        "abort", 10s, [&](auto done) { rig.standard->error_calculator()->start_abort(std::move(done)); });
  };
  EXPECT_TRUE(abort());
  std::optional<Result<Comparison>> first;
  rig.standard->error_calculator()->start_compare(kKt, 50, 100s, nullptr,
                                                  [&](Result<Comparison> result) { first = result; });
  rig.pass(5s);
  EXPECT_TRUE(abort());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->error().code, Errc::stopped);
  EXPECT_TRUE(abort());
  EXPECT_TRUE(rig.compare(5));
}

TEST_P(ErrorCalculatorContract, NoResultInTimeIsARefusalThatLeavesTheLinkOpen) {
  const auto comparison = rig.compare(50, 10s);
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::refused) << comparison.error().text();
  EXPECT_TRUE(rig.line.link.is_open());
}

INSTANTIATE_TEST_SUITE_P(Every, ErrorCalculatorContract, testing::ValuesIn(drivers_with_calculator()),
                         DriverName{});

// --- One message spoilt ---

/// Never the load before this one, and the ranges that a healthy session is told.
Step<ReferenceRig> changed_load(double amperes) {
  return {fmt::format("read {} A", amperes),
          [amperes, ranges = std::make_shared<std::optional<std::string>>()](ReferenceRig& rig) {
            rig.load(amperes);
            return rig.read().map([&](const ReferenceReading& reading) {
              rig.expect_reading(reading, amperes);
              if (!*ranges) *ranges = reading.ranges;
              EXPECT_EQ(reading.ranges, **ranges);
            });
          }};
}
Step<ReferenceRig> prepared(double amperes) {
  return {
      "prepare", [amperes](ReferenceRig& rig) {
        rig.load(amperes);
        return rig.prepare(amperes).map([&](ActiveEnergy pulse) { rig.expect_pulses_of(pulse, amperes); });
      }};
}

class SpoiltReferenceSession : public SpoiltSession {};

TEST_P(SpoiltReferenceSession, NeverGivesAWrongOrOldReading) {
  const std::vector<Step<ReferenceRig>> session{identified<ReferenceRig>(), prepared(30), changed_load(30),
                                                changed_load(20)};
  expect_survival<ReferenceRig>([] { return std::make_unique<ReferenceRig>(driver()); }, session, how());
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltReferenceSession,
                         testing::Combine(testing::ValuesIn(drivers_of<ReferenceDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

class SpoiltComparison : public SpoiltSession {};

TEST_P(SpoiltComparison, NeverGivesAWrongError) {
  const std::vector<Step<ReferenceRig>> session{
      {"prepare",
       [](ReferenceRig& rig) {
         rig.load(50);
         return rig.prepare(50).map([](ActiveEnergy) {});
       }},
      {"compare", [](ReferenceRig& rig) {
         return rig.compare(3).map([](const Comparison& comparison) {
           // One pulse of the standard in 2.7 Wh is 0.002 %.
           EXPECT_NEAR(comparison.error.value(), 0.08, 5e-5);
         });
       }}};
  expect_survival<ReferenceRig>([] { return std::make_unique<ReferenceRig>(driver()); }, session, how());
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltComparison,
                         testing::Combine(testing::ValuesIn(drivers_with_calculator()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
