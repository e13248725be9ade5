#include "drivers/virtual_lab/meter/host_meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "drivers/virtual_lab/meter/factory.h"

namespace meterbench::virtual_lab {
namespace {

struct FormCase {
  Form form;
  double class_amperes, volts, kt_wh;
};
// Class, voltage and Kt of the five meters of config/meters.
constexpr FormCase kForms[] = {{Form::s1, 100, 120, 0.25},
                               {Form::s2, 200, 240, 1.0},
                               {Form::s3, 10, 240, 0.05},
                               {Form::s3, 20, 240, 0.1},
                               {Form::s4, 20, 240, 0.1}};

MeterType type_of(const FormCase& form) {
  MeterType type;
  type.id = "test";
  type.form = form.form;
  type.class_amperes = type.maximum_current = Current{form.class_amperes};
  type.nominal_voltage = Voltage{form.volts};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(form.kt_wh);
  return type;
}

Terminals terminals_of(const LoadPoint& point) {
  Terminals t;
  t.frequency = point.frequency;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    t.voltage[i] = std::polar(point.circuits[i].voltage.value(), point.circuits[i].voltage_phase.value());
    t.current[i] = std::polar(point.circuits[i].current.value(), point.current_phase(i).value());
  }
  return t;
}

/// A meter at a load that stands from `begin` on, without source noise.
struct Trial {
  Trial(const MeterType& type, const HostMeter::Imperfections& imperfections, const Terminals& load,
        double begin = 0)
      : meter{type, imperfections, [this](Instant t) { edges.push_back(in_seconds(t)); }} {
    world.attach(meter);
    world.advance_to(instant_at(begin));
    world.source().apply(world.now(), load);
  }
  void until(double seconds) { world.advance_to(instant_at(seconds)); }
  void off() { world.source().off(world.now()); }

  /// LED energy over the window between two edges, at least `settled` s after the start, in W.
  double led_power(double kt_j, double settled) const {
    std::size_t first = 0;
    while (first < edges.size() && edges[first] < settled) ++first;
    if (first + 1 >= edges.size()) return std::nan("");
    return static_cast<double>(edges.size() - 1 - first) * kt_j / (edges.back() - edges[first]);
  }

  std::vector<double> edges;
  World world{1, {.settle_s = 0}};
  HostMeter meter;
};

double error_percent(const MeterType& type, const HostMeter::Imperfections& imperfections,
                     const LoadPoint& point, double seconds, double body = 23) {
  Trial run{type, imperfections, terminals_of(point)};
  run.world.climate().install({.room_c = body});
  run.until(seconds);
  const double power = std::abs(metered_power(type.form, point).value());
  return 100 * (run.led_power(type.kt.value(), 1) / power - 1);
}

const PowerFactor kUnity{};
const PowerFactor kLag{0.5, false};
const PowerFactor kLead{0.8, true};

TEST(HostMeter, WithoutImperfectionsItsLedEnergyIsTheEnergyOfTheTerminalsWithin10Ppm) {
  for (const FormCase& form : kForms)
    for (const double share : {0.01, 0.25, 1.0})
      for (const PowerFactor& pf : {kUnity, kLag, kLead})
        for (const Direction direction : {Direction::delivered, Direction::received}) {
          const MeterType type = type_of(form);
          const LoadPoint point = make_load_point(type.form, type.nominal_voltage, type.nominal_frequency,
                                                  Current{share * form.class_amperes}, pf, direction);
          EXPECT_NEAR(error_percent(type, {}, point, share < 0.1 ? 60 : 10), 0, 0.001)
              << to_text(form.form) << " CL" << form.class_amperes << ", " << share << " Imax, "
              << to_text(pf) << ", " << to_text(direction);
        }
}

TEST(HostMeter, RegistersEachCoilAloneAndNothingWithOpposedCoils) {
  const MeterType type = type_of(kForms[1]);
  for (const Circuit circuit : {Circuit::coil_1, Circuit::coil_2})
    EXPECT_NEAR(error_percent(type, {},
                              make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{50}, kLag,
                                              Direction::delivered, circuit),
                              30),
                0, 0.001);
  Terminals opposed = terminals_of(
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity, Direction::delivered));
  opposed.current[1] = opposed.current[0];
  Trial run{type, {}, opposed};
  run.until(60);
  EXPECT_TRUE(run.edges.empty());
}

TEST(HostMeter, KeepsRegistersThatAgreeWithTheLedWithinOneKt) {
  const MeterType type = type_of(kForms[1]);
  const auto load = [](Direction direction) {
    return terminals_of(
        make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{100}, kLag, direction));
  };
  Trial run{type, {}, load(Direction::delivered)};
  run.until(20);
  run.world.source().apply(run.world.now(), load(Direction::received));
  run.until(50);
  run.off();
  run.until(51);
  const double delivered = run.meter.delivered().value(), received = run.meter.received().value();
  EXPECT_NEAR(delivered, 12000.0 * 20, 12000 * 0.05);  // the turn of the current costs a block or two
  EXPECT_NEAR(received, 12000.0 * 30, 12000 * 0.05);
  const double led = static_cast<double>(run.edges.size()) * type.kt.value();
  EXPECT_LE(led, delivered + received);
  EXPECT_LT(delivered + received - led, type.kt.value());
}

TEST(HostMeter, OverRegistersByGainClockAndTemperature) {
  const MeterType type = type_of(kForms[1]);
  const LoadPoint point =
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity, Direction::delivered);
  EXPECT_NEAR(error_percent(type, {.gain_percent = 0.8}, point, 10), 0.8, 0.001);
  EXPECT_NEAR(error_percent(type, {.clock_ppm = 100}, point, 10), 0.01, 0.001);
  EXPECT_NEAR(error_percent(type, {.temperature_slope_percent_per_k = 0.002}, point, 10, 53), 0.06, 0.001);
  EXPECT_NEAR(error_percent(type, {.temperature_slope_percent_per_k = 0.002}, point, 10, -40), -0.126, 0.001);
}

TEST(HostMeter, ItsBodyFollowsTheAirWithItsTimeConstant) {
  Trial run{type_of(kForms[1]), {.body_time_constant_s = 60}, {}};
  run.world.climate().install(
      {.rate_k_per_min = 6000, .dead_time_s = 0, .time_constant_s = 0, .overshoot_k = 0});
  run.until(1);
  EXPECT_EQ(run.meter.body(), Temperature{23});
  run.world.climate().condition(run.world.now(), Temperature{53});
  run.until(1.5);  // the air stands at 53 °C from 2 s on
  EXPECT_EQ(run.meter.body(), Temperature{23});
  run.until(61.5);
  EXPECT_NEAR(run.meter.body().value(), 23 + 30 * (1 - std::exp(-1)), 1e-9);
}

TEST(HostMeter, HoldsEachSwitchUntilItIsLetGo) {
  Trial run{type_of(kForms[1]), {}, {}};
  using Switch = HostMeter::Switch;
  for (const Switch one :
       {Switch::display_scroll, Switch::demand_reset, Switch::test_mode, Switch::disconnect}) {
    run.meter.press(one, true);
    EXPECT_TRUE(run.meter.pressed(one));
    run.meter.press(one == Switch::test_mode ? Switch::disconnect : Switch::test_mode, false);
    EXPECT_TRUE(run.meter.pressed(one)) << "another one was let go";
    run.meter.press(one, false);
    EXPECT_FALSE(run.meter.pressed(one));
  }
}

TEST(HostMeter, OverRegistersAtLagAndUnderRegistersAtLeadByItsPhaseError) {
  const MeterType type = type_of(kForms[1]);
  const auto error = [&](const PowerFactor& pf, Direction direction) {
    return error_percent(type, {.phase_error_arcmin = 10},
                         make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, pf, direction),
                         15);
  };
  const double delta = 10 * std::numbers::pi / 180 / 60;
  const auto expected = [&](double lag) { return 100 * (std::cos(lag - delta) / std::cos(lag) - 1); };
  for (const Direction direction : {Direction::delivered, Direction::received}) {
    EXPECT_NEAR(error(kLag, direction), expected(std::acos(0.5)), 0.001);
    EXPECT_NEAR(error(kLead, direction), expected(-std::acos(0.8)), 0.001);
    EXPECT_NEAR(error(kUnity, direction), expected(0), 0.001);
  }
}

TEST(HostMeter, TellsOfAStepAfterItsDelay) {
  const MeterType type = type_of(kForms[1]);
  for (const double delay : {0.1, 0.5}) {
    Trial run{type,
              {.delay_s = delay},
              terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity,
                                           Direction::delivered)),
              10};
    run.until(20);
    ASSERT_GT(run.edges.size(), 100U);
    // Edge n tells of (n + 1)·3,600 J, at 48 kW every 75 ms. The load comes on at the crest of its power,
    // where half a sample is worth a whole one.
    for (const std::size_t n : {50U, 99U})
      EXPECT_NEAR(run.edges[n], 10 + 0.075 * static_cast<double>(n + 1) + delay, 1.0 / 3840 + 1e-6);
  }
}

TEST(HostMeter, NeverLightsBeforeTheWorldsNow) {
  World world{1, {.settle_s = 0}};
  MeterType type = type_of(kForms[1]);
  type.kt = ActiveEnergy{100};
  HostMeter meter{type, {.clock_ppm = -900}, [&](Instant t) { EXPECT_GE(t, world.now() - World::kCell); }};
  world.attach(meter);
  world.source().apply(
      world.now(), terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity,
                                                Direction::delivered)));
  world.advance_to(instant_at(10));
}

TEST(HostMeter, GivesTheSameEdgesHoweverOftenTheBenchLooks) {
  const MeterType type = type_of(kForms[1]);
  const Terminals load = terminals_of(
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kLag, Direction::delivered));
  Trial seldom{type, {.clock_ppm = 5}, load};
  Trial often{type, {.clock_ppm = 5}, load};
  seldom.until(5);
  for (int n = 1; n <= 4999; ++n) often.until(n * 5.0 / 4999);
  ASSERT_EQ(seldom.edges.size(), often.edges.size());
  for (std::size_t n = 0; n < seldom.edges.size(); ++n) EXPECT_NEAR(seldom.edges[n], often.edges[n], 1e-9);
}

TEST(FactoryCalibration, RefusesATypeThatTheFirmwareCannotHold) {
  MeterType type = type_of(kForms[1]);
  type.kt = ActiveEnergy{0};
  EXPECT_THROW(static_cast<void>(factory_calibration(type, Seconds{0})), std::invalid_argument);
}

}  // namespace
}  // namespace meterbench::virtual_lab
