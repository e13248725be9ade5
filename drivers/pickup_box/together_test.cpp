#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/link/memory_link.h"
#include "drivers/pickup_box/driver.h"
#include "drivers/pickup_box/simulator.h"
#include "drivers/virtual_lab/world/pickup.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::pickup_box {
namespace {

using virtual_lab::Light;
using virtual_lab::Pickup;
using virtual_lab::ScriptedFault;

/// A pickup before an LED that lights every second.
class LitLed final : public Light, public virtual_lab::Observer {
 public:
  explicit LitLed(const Pickup::Settings& settings) : pickup{1, "A", settings} {}
  double level_percent() const override { return pickup.level_percent(led); }
  double flicker_percent() const override { return pickup.settings().flicker_percent; }
  bool inverted() const override { return pickup.settings().inverted; }
  Seconds debounce() const override { return Seconds{pickup.settings().debounce_us * 1e-6}; }
  void set_debounce(Instant now, Seconds debounce) override { pickup.set_debounce(now, debounce); }
  std::string display() override { return "888888"; }
  void disturb(Instant now, Disturbance what) override { pickup.disturb(now, what); }
  void on_segment(const virtual_lab::Segment& segment) override {
    if (segment.begin.time_since_epoch() % std::chrono::seconds{1} == Duration{})
      pickup.on_edge(segment.begin + std::chrono::milliseconds{5}, led);
  }
  Temperature led{53};
  Pickup pickup;
};

class PickupBoxTogether : public testing::Test {
 protected:
  void make(const Pickup::Settings& settings, std::vector<ScriptedFault> faults = {}) {
    led = std::make_unique<LitLed>(settings);
    world.attach(*led);
    world.add_light("A", *led);
    virtual_lab::SimulatorSettings box_settings;
    box_settings.faults = std::move(faults);
    far_end = std::get<std::shared_ptr<FarEnd>>(simulator_model().make(world, box_settings));
    link = std::make_unique<MemoryLink>(reactor, "pickups", *far_end, WireTime::serial(115200, 1));
    box = std::make_unique<PickupBox>(*link);
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
  }
  Result<PickupReading> read() {
    return await<PickupReading>(reactor, "pickups", "read", std::chrono::minutes{1},
                                [&](auto done) { box->start_read("A", std::move(done)); });
  }
  std::uint64_t edges_in_ten_seconds() {
    const auto before = led->pickup.edges_until(reactor.now());
    EXPECT_TRUE(reactor.wait_until(reactor.now() + std::chrono::seconds{10}));
    return led->pickup.edges_until(reactor.now()) - before;
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {}};
  std::unique_ptr<LitLed> led;
  std::shared_ptr<FarEnd> far_end;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<PickupBox> box;
};

TEST_F(PickupBoxTogether, ReadsWhatThePickupSees) {
  make({.level_percent = 55, .flicker_percent = 3, .debounce_us = 250, .inverted = true});
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_DOUBLE_EQ(percent(reading->level), 55);
  EXPECT_DOUBLE_EQ(percent(reading->flicker), 3);
  EXPECT_TRUE(reading->inverted);
  EXPECT_DOUBLE_EQ(reading->debounce.value(), 250e-6);
  EXPECT_EQ(await<std::string>(reactor, "pickups", "display", std::chrono::minutes{1},
                               [&](auto done) { box->start_read_display("A", std::move(done)); }),
            "888888");
  EXPECT_LT(in_seconds(reactor.now()), 0.05);
}

TEST_F(PickupBoxTogether, ALongerDebounceTakesABounceAway) {
  make({.bounce_us = 400});
  EXPECT_EQ(edges_in_ten_seconds(), 30U);
  const auto done = await<void>(reactor, "pickups", "debounce", std::chrono::minutes{1}, [&](auto finished) {
    box->start_set_debounce("A", Seconds{200e-6}, std::move(finished));
  });
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(edges_in_ten_seconds(), 10U);
}

struct Wrong {
  const char* what;
  std::uint64_t edges;
  double level, flicker;
};
class PickupBoxTogetherWrong : public PickupBoxTogether, public testing::WithParamInterface<Wrong> {};

TEST_P(PickupBoxTogetherWrong, ThePulsesAndTheReadingTell) {
  make({}, {{.at = {}, .command = 1, .what = GetParam().what}});
  ASSERT_TRUE(read());
  EXPECT_EQ(edges_in_ten_seconds(), GetParam().edges);
  const auto reading = read();
  ASSERT_TRUE(reading);
  EXPECT_NEAR(percent(reading->level), GetParam().level, 1e-9);
  EXPECT_NEAR(percent(reading->flicker), GetParam().flicker, 1e-9);
}
INSTANTIATE_TEST_SUITE_P(Disturbances, PickupBoxTogetherWrong,
                         testing::Values(Wrong{"missed_pulse", 9, 60, 0}, Wrong{"double_pulse", 11, 60, 0},
                                         Wrong{"bounce", 30, 60, 0}, Wrong{"flicker", 1210, 60, 50},
                                         Wrong{"wrong_led", 0, 6, 0}, Wrong{"level_drift", 0, 15, 0}),
                         [](const auto& wrong) { return std::string{wrong.param.what}; });

struct Spoilt {
  const char* what;
  Errc code;
};
class PickupBoxTogetherSpoilt : public PickupBoxTogether, public testing::WithParamInterface<Spoilt> {};

TEST_P(PickupBoxTogetherSpoilt, IsAFaultAndTheNextReadingIsSound) {
  make({}, {{.at = {}, .command = 2, .what = GetParam().what}});
  ASSERT_TRUE(read());
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, GetParam().code) << reading.error().text();
  EXPECT_TRUE(read());
}
INSTANTIATE_TEST_SUITE_P(Faults, PickupBoxTogetherSpoilt,
                         testing::Values(Spoilt{"silence", Errc::timeout}, Spoilt{"garble", Errc::garbled},
                                         Spoilt{"cut_short", Errc::timeout}, Spoilt{"stale", Errc::garbled},
                                         Spoilt{"refuse", Errc::refused}),
                         [](const auto& fault) { return std::string{fault.param.what}; });

}  // namespace
}  // namespace meterbench::pickup_box
