#include <gtest/gtest.h>

#include <numbers>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "drivers/radian_rd3x/driver.h"
#include "drivers/radian_rd3x/simulator.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::radian_rd3x {
namespace {

using virtual_lab::Phasor;
using virtual_lab::ScriptedFault;

/// Driver and simulator over a serial line, in a world whose source stands at 120 V / 120 V and 10 A, 60°
/// lag.
class RadianTogether : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}) {
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    settings.role = "reference";
    settings.faults = std::move(faults);
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    far_end = std::get<std::shared_ptr<FarEnd>>(model.make(world, settings));
    link = std::make_unique<MemoryLink>(reactor, "reference", *far_end, WireTime::serial(57600, 1));
    standard = std::make_unique<RadianReference>(*link, from_watt_hours(1e-4));
    repeats = 0;
    standard->on_repeat([this](const Fault&) { ++repeats; });
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
    const Phasor current = std::polar(10.0, -std::numbers::pi / 3);
    world.source().apply(Instant{}, {Frequency{60}, {Phasor{120}, Phasor{-120}}, {current, -current}});
    ASSERT_TRUE(reactor.wait_until(instant_at(1)));
  }
  Result<ReferenceReading> read() {
    return await<ReferenceReading>(reactor, "reference", "read", std::chrono::minutes{1},
                                   [&](auto done) { standard->start_read(std::move(done)); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {.settle_s = 0}};
  std::shared_ptr<FarEnd> far_end;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<RadianReference> standard;
  unsigned repeats = 0;
};

void expect_the_load(const Result<ReferenceReading>& reading) {
  ASSERT_TRUE(reading) << reading.error().text();
  for (const CircuitReading& circuit : reading->circuits) {
    EXPECT_NEAR(circuit.voltage.value(), 120, 1e-5);
    EXPECT_NEAR(circuit.current.value(), 10, 1e-6);
    EXPECT_NEAR(circuit.active.value(), 600, 1e-4);
    EXPECT_NEAR(circuit.reactive.value(), 1200 * std::sqrt(0.75), 1e-4);
  }
  EXPECT_NEAR(reading->active.value(), 1200, 1e-4);
  EXPECT_NEAR(reading->frequency.value(), 60, 1e-6);
}

TEST_F(RadianTogether, ReadsTheLoad) {
  make();
  expect_the_load(read());
  EXPECT_LT(in_seconds(reactor.now()), 1.5);
}

TEST_F(RadianTogether, ThePulsesCarryTheReportedEnergy) {
  make();
  const auto pulse = await<ActiveEnergy>(reactor, "reference", "prepare", std::chrono::minutes{1},
                                         [&](auto done) { standard->start_prepare({}, std::move(done)); });
  ASSERT_TRUE(pulse) << pulse.error().text();
  auto& pulses = *world.signal("reference.pulses");
  const Instant begin = reactor.now();
  const auto before = pulses.edges_until(begin);
  ASSERT_TRUE(reactor.wait_until(begin + std::chrono::seconds{100}));
  const auto counted = static_cast<double>(pulses.edges_until(reactor.now()) - before);
  // 1200 W for 100 s; one pulse of resolution at either end.
  EXPECT_NEAR(counted * pulse->value(), 120000.0, 2 * pulse->value());
}

class RadianTogetherSpoilt : public RadianTogether, public testing::WithParamInterface<const char*> {};

TEST_P(RadianTogetherSpoilt, OneLostAnswerDoesNotSpoilTheReading) {
  make({{.at = {}, .command = 4, .what = GetParam()}});
  expect_the_load(read());
  EXPECT_EQ(repeats, 1U);
}
INSTANTIATE_TEST_SUITE_P(Faults, RadianTogetherSpoilt,
                         testing::Values("bad_checksum", "truncated", "silence", "stale"),
                         [](const auto& fault) { return std::string{fault.param}; });

TEST_F(RadianTogether, AnInvalidMetricIsAFault) {
  make({{.at = {}, .command = 4, .what = "flt_max"}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::refused);
}

TEST_F(RadianTogether, AnErrorAcknowledgeIsAFault) {
  make({{.at = {}, .command = 4, .what = "error_ack"}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::refused);
}

}  // namespace
}  // namespace meterbench::radian_rd3x
