#include "drivers/virtual_lab/world/terminals.h"

#include <gtest/gtest.h>

#include <numbers>

namespace meterbench::virtual_lab {
namespace {

TEST(Terminals, AreDarkWithoutAnyVoltageAndCurrent) {
  Terminals t;
  EXPECT_TRUE(t.dark());
  t.harmonics = {{.order = 3}};
  EXPECT_TRUE(t.dark());
  t.harmonics[0].current[1] = 1e-300;
  EXPECT_FALSE(t.dark());
  t = {};
  t.voltage[1] = 1;
  EXPECT_FALSE(t.dark());
}

TEST(Terminals, AreThoseOfALoadPoint) {
  LoadPoint point;
  point.frequency = Frequency{50};
  point.direction = Direction::received;
  point.circuits[0] = {Voltage{120}, Angle{}, Current{30}, from_degrees(60)};
  point.circuits[1] = {Voltage{110}, from_degrees(90), Current{20}, from_degrees(30)};
  point.waveform.harmonics = {
      {.order = 3, .voltage = Ratio{0.1}, .voltage_phase = from_degrees(10), .current = Ratio{0.5}}};
  const Terminals t = terminals_of(point);
  EXPECT_EQ(t.frequency, Frequency{50});
  const auto expect_near = [](const Phasor& phasor, double rms, double degrees) {
    EXPECT_LT(std::abs(phasor - std::polar(rms, from_degrees(degrees).value())), 1e-9) << phasor;
  };
  expect_near(t.voltage[0], 120, 0);
  expect_near(t.current[0], 30, 120);  // received
  expect_near(t.voltage[1], 110, 90);
  expect_near(t.current[1], 20, -120);
  ASSERT_EQ(t.harmonics.size(), 1U);
  EXPECT_EQ(t.harmonics[0].order, 3);
  // Its own angle from the zero crossing of its channel's fundamental, three times as far at its frequency.
  expect_near(t.harmonics[0].voltage[0], 12, 10);
  expect_near(t.harmonics[0].voltage[1], 11, 3 * 90 + 10);
  expect_near(t.harmonics[0].current[0], 15, 3 * 120);
  expect_near(t.harmonics[0].current[1], 10, 3 * -120);
}

TEST(Terminals, TurnCurrentsByATime) {
  Terminals t;
  t.voltage = {100, 100};
  t.current = {10, 10};
  t.harmonics = {{.order = 5, .voltage = {}, .current = {1, 2}}};
  turn_currents(t, 2, from_degrees(3));
  EXPECT_EQ(t.voltage[0], Phasor{100});
  EXPECT_LT(std::abs(t.current[1] - std::polar(20.0, from_degrees(3).value())), 1e-12);
  EXPECT_LT(std::abs(t.harmonics[0].current[1] - std::polar(4.0, from_degrees(15).value())), 1e-12);
}

}  // namespace
}  // namespace meterbench::virtual_lab
