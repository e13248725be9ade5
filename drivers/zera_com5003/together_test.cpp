#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "drivers/virtual_lab/world/world.h"
#include "drivers/zera_com5003/driver.h"
#include "drivers/zera_com5003/simulator.h"

namespace meterbench::zera_com5003 {
namespace {

using ::testing::HasSubstr;
using virtual_lab::Phasor;
using virtual_lab::ScriptedFault;
using Comparison = ErrorCalculator::Comparison;

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

/// Driver and simulator over a socket, in a world whose source stands at 120 V / 120 V and 30 A, 60° lag:
/// 3.6 kW.
class Com5003Together : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}, double amperes = 30) {
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    settings.role = "reference";
    settings.faults = std::move(faults);
    settings.wiring["input_0"] = "led.A";
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    far_end = std::get<std::shared_ptr<FarEnd>>(model.make(world, settings));
    world.add_signal("led.A", led);
    link = std::make_unique<MemoryLink>(reactor, "reference", *far_end, WireTime::network());
    standard = std::make_unique<Com5003>(*link);
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
    energise(amperes);
    ASSERT_TRUE(reactor.wait_until(instant_at(1)));
  }
  void energise(double amperes) {
    const Phasor current = std::polar(amperes, -std::numbers::pi / 3);
    world.source().apply(reactor.now(), {Frequency{60}, {Phasor{120}, Phasor{-120}}, {current, -current}});
  }
  static LoadPoint load(double amperes) {
    LoadPoint point;
    point.frequency = Frequency{60};
    point.circuits = {CircuitLoad{Voltage{120}, {}, Current{amperes}, from_degrees(60)},
                      CircuitLoad{Voltage{120}, from_degrees(180), Current{amperes}, from_degrees(60)}};
    return point;
  }

  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "reference", "test", std::chrono::minutes{5}, start);
  }
  Result<ActiveEnergy> prepare(double amperes = 30) {
    return finish<ActiveEnergy>([&](auto done) { standard->start_prepare(load(amperes), std::move(done)); });
  }
  Result<ReferenceReading> read() {
    return finish<ReferenceReading>([&](auto done) { standard->start_read(std::move(done)); });
  }
  /// The LED gives 1.8 Wh a pulse at 3.6 kW, fast by `error`, from half a second on.
  void blink(double error) {
    const Instant begin = reactor.now() + std::chrono::milliseconds{512};
    for (int i = 0; i <= 60; ++i) led.edges.push_back(begin + from_seconds(1.8 * i / (1 + error)));
  }
  Result<Comparison> compare(Duration limit = std::chrono::minutes{2}) {
    return finish<Comparison>([&](auto done) {
      standard->error_calculator()->start_compare(
          from_watt_hours(1.8), 10, limit, [this](std::uint64_t pulses) { progress.push_back(pulses); },
          std::move(done));
    });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {.settle_s = 0}};
  Led led;
  std::shared_ptr<FarEnd> far_end;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<Com5003> standard;
  std::vector<std::uint64_t> progress;
};

void expect_the_load(const Result<ReferenceReading>& reading) {
  ASSERT_TRUE(reading) << reading.error().text();
  for (const CircuitReading& circuit : reading->circuits) {
    EXPECT_NEAR(circuit.voltage.value(), 120, 1e-5);
    EXPECT_NEAR(circuit.current.value(), 30, 1e-5);
    EXPECT_NEAR(circuit.active.value(), 1800, 1e-3);
    EXPECT_NEAR(circuit.reactive.value(), 3600 * std::sqrt(0.75), 1e-3);
  }
  EXPECT_NEAR(reading->active.value(), 3600, 1e-3);
  EXPECT_NEAR(reading->frequency.value(), 60, 1e-6);
  EXPECT_EQ(reading->ranges, "120V 50A");
  EXPECT_FALSE(reading->overloaded);
}

TEST_F(Com5003Together, TheInstrumentIsIdentified) {
  make();
  const auto identity = finish<std::string>([&](auto done) { standard->start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_THAT(*identity, HasSubstr("COM5003"));
}

TEST_F(Com5003Together, ReadsTheLoadWithinASecondAndAHalf) {
  make();
  ASSERT_TRUE(prepare());
  const Instant begin = reactor.now();
  expect_the_load(read());
  EXPECT_LT(reactor.now() - begin, std::chrono::milliseconds{1700});
  const Instant again = reactor.now();
  expect_the_load(read());
  EXPECT_LT(reactor.now() - again, std::chrono::milliseconds{700});
}

TEST_F(Com5003Together, ThePulsesCarryTheReportedEnergy) {
  make();
  const auto pulse = prepare();
  ASSERT_TRUE(pulse) << pulse.error().text();
  EXPECT_DOUBLE_EQ(pulse->value(), 3.6e6 / 4e7);
  auto& pulses = *world.signal("reference.pulses");
  const Instant begin = reactor.now();
  const auto before = pulses.edges_until(begin);
  ASSERT_TRUE(reactor.wait_until(begin + std::chrono::seconds{100}));
  const auto counted = static_cast<double>(pulses.edges_until(reactor.now()) - before);
  EXPECT_NEAR(counted * pulse->value(), 360000.0, 2 * pulse->value());
}

TEST_F(Com5003Together, ARangeThatTheNewLoadHasExceededIsPreparedAnew) {
  make({}, 1);
  ASSERT_TRUE(prepare(1));
  energise(30);
  ASSERT_TRUE(reactor.wait_until(reactor.now() + std::chrono::seconds{2}));
  const auto exceeded = read();
  ASSERT_TRUE(exceeded) << exceeded.error().text();
  EXPECT_TRUE(exceeded->overloaded);
  EXPECT_EQ(exceeded->ranges, "120V 200A");
  const auto pulse = prepare();
  ASSERT_TRUE(pulse) << pulse.error().text();
  EXPECT_DOUBLE_EQ(pulse->value(), 3.6e6 / 4e7);
  expect_the_load(read());
}

TEST_F(Com5003Together, ALoadBeyondThePreparedRangeNeverPassesUnseen) {
  make({}, 120);
  const auto pulse = prepare();
  // The overload comes with the next look at the channels, before or after the ranges are read back.
  if (!pulse) {
    EXPECT_EQ(pulse.error().code, Errc::refused);
  } else {
    EXPECT_TRUE(read()->overloaded);
  }
}

TEST_F(Com5003Together, ComparesTheMeterWithItself) {
  make();
  ASSERT_TRUE(prepare());
  blink(5e-4);
  const auto comparison = compare();
  ASSERT_TRUE(comparison) << comparison.error().text();
  // One reference pulse of 719,640 is 0.00014 %.
  EXPECT_NEAR(percent(comparison->error), 0.05, 2e-4);
  EXPECT_NEAR(comparison->reference_pulses, 720000 / 1.0005, 1.001);
  EXPECT_NEAR(comparison->reference_pulses, std::round(comparison->reference_pulses), 1e-6)
      << "it counts whole pulses";
  EXPECT_DOUBLE_EQ(comparison->reference_pulse.value(), 3.6e6 / 4e7);
  EXPECT_TRUE(std::ranges::is_sorted(progress));
  EXPECT_GE(progress.back(), 8U);
}

TEST_F(Com5003Together, ReadsWhileItCompares) {
  make();
  ASSERT_TRUE(prepare());
  blink(0);
  int readings = 0;
  bool over = false;
  std::function<void()> look = [&] {
    standard->start_read([&](const Result<ReferenceReading>& reading) {
      expect_the_load(reading);
      ++readings;
      if (!over) look();
    });
  };
  look();
  const auto comparison = compare();
  over = true;
  ASSERT_TRUE(comparison) << comparison.error().text();
  EXPECT_NEAR(percent(comparison->error), 0, 2e-4);
  EXPECT_GT(readings, 15);
  reactor.wait_until(reactor.now() + std::chrono::seconds{2});
}

TEST_F(Com5003Together, ARangeChangeKillsTheComparison) {
  make({{.at = instant_at(12), .command = {}, .what = "range_change"}});
  ASSERT_TRUE(prepare());
  blink(0);
  const auto comparison = compare();
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::implausible);
  EXPECT_LT(reactor.now(), instant_at(13));
}

TEST_F(Com5003Together, AMeterThatDoesNotBlinkGivesNoResultInTime) {
  make();
  ASSERT_TRUE(prepare());
  const auto comparison = compare(std::chrono::seconds{5});
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, Errc::refused);
  EXPECT_THAT(comparison.error().detail, HasSubstr("0 of 10 LED pulses"));
  blink(0);
  EXPECT_TRUE(compare()) << "the next one begins anew";
}

TEST_F(Com5003Together, AComparisonThatIsAbortedLeavesRoomForTheNext) {
  make();
  ASSERT_TRUE(prepare());
  blink(0);
  std::optional<Errc> first;
  standard->error_calculator()->start_compare(
      from_watt_hours(1.8), 10, std::chrono::minutes{1}, nullptr,
      [&](const Result<Comparison>& result) { first = result.error().code; });
  ASSERT_TRUE(reactor.wait_until(reactor.now() + std::chrono::seconds{3}));
  const auto aborted =
      finish<void>([&](auto done) { standard->error_calculator()->start_abort(std::move(done)); });
  EXPECT_TRUE(aborted);
  EXPECT_EQ(first, Errc::stopped);
  EXPECT_TRUE(compare());
}

TEST_F(Com5003Together, AResultThatIsNotANumberIsAFault) {
  make({{.at = instant_at(5), .command = {}, .what = "nan"}});
  ASSERT_TRUE(prepare());
  blink(0);
  EXPECT_EQ(compare().error().code, Errc::implausible);
}

struct Spoilt {
  const char* fault;
  Errc code;
};
class Com5003TogetherSpoilt : public Com5003Together, public testing::WithParamInterface<Spoilt> {};

/// The fifth message of a reading on a new connection is INIT:POW2, the seventh FETCH:RMS1?.
TEST_P(Com5003TogetherSpoilt, AReadingIsAFaultAndTheNextOneIsSound) {
  make({{.at = {}, .command = 7, .what = GetParam().fault}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, GetParam().code) << reading.error().text();
  ASSERT_TRUE(prepare());
  expect_the_load(read());
}
INSTANTIATE_TEST_SUITE_P(
    Faults, Com5003TogetherSpoilt,
    testing::Values(Spoilt{"undefined_header", Errc::timeout}, Spoilt{"command_error", Errc::timeout},
                    Spoilt{"numeric_error", Errc::timeout}, Spoilt{"no_answer", Errc::timeout},
                    Spoilt{"out_of_order", Errc::timeout}, Spoilt{"half_open", Errc::timeout},
                    Spoilt{"missing_semicolon", Errc::garbled}, Spoilt{"nan_reading", Errc::garbled},
                    Spoilt{"queue_overflow", Errc::refused}),
    [](const auto& spoilt) { return std::string{spoilt.param.fault}; });

TEST_F(Com5003Together, ACaptureThatWasRefusedIsNotTakenForAnOldOne) {
  make({{.at = {}, .command = 5, .what = "command_error"}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::refused);
  EXPECT_THAT(reading.error().detail, HasSubstr("-100,Command error"));
}

TEST_F(Com5003Together, ARequestForServiceIsNoAnswer) {
  make({{.at = {}, .command = 7, .what = "srq"}, {.at = instant_at(1.2), .command = {}, .what = "srq"}});
  ASSERT_TRUE(read());
}

TEST_F(Com5003Together, AnOverloadOfTheHardwareIsTold) {
  make({{.at = instant_at(5), .command = {}, .what = "overload"}});
  ASSERT_TRUE(prepare());
  expect_the_load(read());
  ASSERT_TRUE(reactor.wait_until(instant_at(6)));
  const auto reading = read();
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->overloaded);
}

}  // namespace
}  // namespace meterbench::zera_com5003
