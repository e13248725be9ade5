// A meter in the world is the same on the host and as an image, whoever looks at it and how often.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/emulator.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/world/world.h"
#include "tests/firmware_image/images.h"
#include "tests/optical_port/meter_type.h"
#include "tests/support/optical_client.h"

namespace meterbench::testing {
namespace {

using virtual_lab::Phasor;
using virtual_lab::Processor;
using virtual_lab::VirtualMeter;

struct Told {
  std::vector<Instant> lit;
  Bytes said;
  std::vector<std::string> shown;
  VirtualMeter::Eeprom eeprom{};
  friend bool operator==(const Told&, const Told&) = default;
};

/// How it is watched, which must not matter.
struct Watch {
  double every = 1;  // s
  VirtualMeter::Idle idle = VirtualMeter::Idle::skip;
  std::uint32_t block = 4096;
};

class Life {
 public:
  Life(std::unique_ptr<Processor> processor, const Watch& watch)
      : watch_{watch},
        meter_{meter_type(),
               {.temperature_slope_percent_per_k = 0.01, .clock_ppm_per_k2 = -0.03, .delay_s = 0.1},
               [this](Instant t) { told_.lit.push_back(t); },
               watch.idle,
               UtcTime{std::chrono::sys_days{std::chrono::year{2025} / 6 / 2} + std::chrono::hours{7}},
               std::move(processor),
               VirtualMeter::factory_eeprom(meter_type(), {}, "A")} {
    meter_.set_longest_block(watch.block);
    world_.attach(meter_);
  }

  Told live() && {
    world_.climate().set_room(Temperature{31});
    load(120, 30);
    until(20);
    session();
    off();
    until(400);  // a rest, with an hour that begins in it no more
    load(120, 0.01);
    until(460);
    press(VirtualMeter::Switch::display_scroll);
    press(VirtualMeter::Switch::demand_reset);
    load(120, 200);
    until(500);
    cut(7.3);  // under load
    until(530);
    off();
    until(560);
    cut(100);  // at rest
    until(700);
    load(120, 60);
    until(720);
    session();
    until(3590);
    off();
    until(3700);  // the hour begins at rest
    look();
    told_.eeprom = meter_.eeprom();
    return std::move(told_);
  }

 private:
  void until(double seconds) {
    for (const Instant end = instant_at(seconds); world_.now() < end;) {
      world_.advance_to(std::min(world_.now() + from_seconds(watch_.every), end));
      meter_.tell_edges_until(world_.now());
    }
    look();
  }
  void look() { told_.shown.push_back(meter_.display()); }
  void load(double volts, double amperes) {
    virtual_lab::Terminals load;
    load.voltage = {Phasor{volts}, Phasor{-volts}};
    load.current = {Phasor{amperes}, Phasor{-amperes}};
    world_.source().apply(world_.now(), load);
  }
  void off() { world_.source().off(world_.now()); }
  void pass(double seconds) { until(in_seconds(world_.now()) + seconds); }
  void press(VirtualMeter::Switch which) {
    meter_.press(which, true);
    pass(0.3);
    meter_.press(which, false);
    pass(0.7);
  }
  void cut(double seconds) {
    meter_.set_supply(false);
    pass(seconds);
    meter_.set_supply(true);
  }
  void session() {
    std::uint8_t control = 0;
    for (const Octets& request : {Octets{0x20},
                                  {0x61, 0x00, 0x40, 0x01, 0x06},
                                  Octets{0x50, 0x00, 0x02} + text("WORLD", 10, ' '),
                                  full_read(1),
                                  full_read(23),
                                  full_read(52),
                                  full_read(28),
                                  {0x21}}) {
      meter_.hear(packet(request, control));
      control ^= 0x20U;
      for (int step = 0; step < 60; ++step) {
        world_.advance_to(world_.now() + from_seconds(0.005));
        const Bytes said = meter_.take_said();
        told_.said.insert(told_.said.end(), said.begin(), said.end());
      }
      meter_.hear(Octets{0x06});
    }
  }

  Watch watch_;
  Told told_;
  virtual_lab::World world_{1, {.settle_s = 0.1, .noise_percent = 0.01}};
  VirtualMeter meter_;
};

void expect_same(const Told& a, const Told& b, const char* what) {
  EXPECT_EQ(a.lit.size(), b.lit.size()) << what;
  EXPECT_TRUE(a.lit == b.lit) << what;
  EXPECT_EQ(a.said, b.said) << what;
  EXPECT_EQ(a.shown, b.shown) << what;
  EXPECT_TRUE(a.eeprom == b.eeprom) << what;
}

// Looks within a cell of the world's noise cut the synthesis of samples, which rounds anew: only looks at
// whole cells leave the samples as they are, to the bit.
TEST(MeterInTheWorld, IsTheSameOnTheHostAndAsAnImageHoweverItIsWatched) {
  REQUIRE_IMAGE(image, "firmware-5.34.elf");
  const Told told = Life{virtual_lab::host_processor(), {}}.live();
  EXPECT_GT(told.lit.size(), 3000U);
  EXPECT_GT(told.said.size(), 200U);
  expect_same(told, Life{virtual_lab::host_processor(), {.idle = VirtualMeter::Idle::simulate}}.live(),
              "host, every sample");
  expect_same(told, Life{virtual_lab::emulator(image), {}}.live(), "image");
  expect_same(told, Life{virtual_lab::emulator(image), {.every = 0.34}}.live(), "image, often");
  expect_same(told, Life{virtual_lab::emulator(image), {.every = 1000}}.live(), "image, hardly ever");
  expect_same(told,
              Life{virtual_lab::emulator(image), {.idle = VirtualMeter::Idle::simulate, .block = 100}}.live(),
              "image, every sample in small blocks");
  const Watch odd{.every = 0.333};
  expect_same(Life{virtual_lab::host_processor(), odd}.live(), Life{virtual_lab::emulator(image), odd}.live(),
              "looks within a cell");
}

}  // namespace
}  // namespace meterbench::testing
