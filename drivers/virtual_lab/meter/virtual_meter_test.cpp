#include "drivers/virtual_lab/meter/virtual_meter.h"

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

/// A meter at a load that stands from `begin` on, without source noise.
struct Trial {
  Trial(const MeterType& type, const VirtualMeter::Imperfections& imperfections, const Terminals& load,
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
  VirtualMeter meter;
};

double error_percent(const MeterType& type, const VirtualMeter::Imperfections& imperfections,
                     const LoadPoint& point, double seconds, double body = 23) {
  Trial run{type, imperfections, terminals_of(point)};
  run.world.climate().set_room(Temperature{body});
  run.until(seconds);
  const double power = std::abs(metered_power(type.form, point).value());
  return 100 * (run.led_power(type.kt.value(), 1) / power - 1);
}

const PowerFactor kUnity{};
const PowerFactor kLag{0.5, false};
const PowerFactor kLead{0.8, true};

TEST(VirtualMeter, WithoutImperfectionsItsLedEnergyIsTheEnergyOfTheTerminalsWithin10Ppm) {
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

TEST(VirtualMeter, RegistersEachCoilAloneAndNothingWithOpposedCoils) {
  const MeterType type = type_of(kForms[1]);
  for (const Circuit circuit : {Circuit::coil_1, Circuit::coil_2})
    EXPECT_NEAR(error_percent(type, {},
                              make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{50}, kLag,
                                              Direction::delivered, {.circuit = circuit}),
                              30),
                0, 0.001);
  const Terminals opposed =
      terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity,
                                   Direction::delivered, {.circuit = Circuit::opposed}));
  Trial run{type, {}, opposed};
  run.until(60);
  EXPECT_TRUE(run.edges.empty());
}

TEST(VirtualMeter, KeepsRegistersThatAgreeWithTheLedWithinOneKt) {
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

TEST(VirtualMeter, OverRegistersByGainClockAndTemperature) {
  const MeterType type = type_of(kForms[1]);
  const LoadPoint point =
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity, Direction::delivered);
  EXPECT_NEAR(error_percent(type, {.gain_percent = 0.8}, point, 10), 0.8, 0.001);
  EXPECT_NEAR(error_percent(type, {.clock_ppm = 100}, point, 10), 0.01, 0.001);
  EXPECT_NEAR(error_percent(type, {.temperature_slope_percent_per_k = 0.002}, point, 10, 53), 0.06, 0.001);
  EXPECT_NEAR(error_percent(type, {.temperature_slope_percent_per_k = 0.002}, point, 10, -40), -0.126, 0.001);
  // 28 K and 65 K from the crystal's turnover at 25 °C.
  EXPECT_NEAR(error_percent(type, {.clock_ppm_per_k2 = -1}, point, 10, 53), -0.0784, 0.001);
  EXPECT_NEAR(error_percent(type, {.clock_ppm = 10, .clock_ppm_per_k2 = -0.034}, point, 10, -40), -0.01337,
              0.001);
}

TEST(VirtualMeter, ItsBodyFollowsTheAirWithItsTimeConstant) {
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

TEST(VirtualMeter, HoldsEachSwitchUntilItIsLetGo) {
  Trial run{type_of(kForms[1]), {}, {}};
  using Switch = VirtualMeter::Switch;
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

TEST(VirtualMeter, OverRegistersAtLagAndUnderRegistersAtLeadByItsPhaseError) {
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

TEST(VirtualMeter, TellsOfAStepAfterItsDelay) {
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

TEST(VirtualMeter, NeverLightsBeforeTheWorldsNow) {
  World world{1, {.settle_s = 0}};
  MeterType type = type_of(kForms[1]);
  type.kt = ActiveEnergy{100};
  VirtualMeter meter{type, {.clock_ppm = -900}, [&](Instant t) { EXPECT_GE(t, world.now() - World::kCell); }};
  world.attach(meter);
  world.source().apply(
      world.now(), terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, kUnity,
                                                Direction::delivered)));
  world.advance_to(instant_at(10));
}

TEST(VirtualMeter, GivesTheSameEdgesHoweverOftenTheBenchLooks) {
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

/// Full load, in series.
Terminals full_load(const MeterType& type, const PowerFactor& pf = kUnity) {
  return terminals_of(make_load_point(type.form, type.nominal_voltage, type.nominal_frequency,
                                      type.maximum_current, pf, Direction::delivered));
}

TEST(VirtualMeter, LosesEachPulseOfAGivenNumber) {
  const MeterType type = type_of(kForms[1]);
  Trial sound{type, {}, full_load(type)};
  Trial defective{type, {.lost_one_in = 500}, full_load(type)};
  sound.until(100);
  defective.until(100);
  ASSERT_GT(sound.edges.size(), 1200U);
  std::vector<double> expected;
  for (std::size_t n = 0; n < sound.edges.size(); ++n)
    if ((n + 1) % 500 != 0) expected.push_back(sound.edges[n]);
  EXPECT_EQ(defective.edges, expected);
}

TEST(VirtualMeter, DoublesEachPulseOfAGivenNumberAfterItsFlashHasEnded) {
  const MeterType type = type_of(kForms[1]);
  Trial sound{type, {}, full_load(type)};
  Trial defective{type, {.doubled_one_in = 800}, full_load(type)};
  sound.until(100);
  defective.until(100);
  ASSERT_EQ(defective.edges.size(), sound.edges.size() + 1);
  EXPECT_EQ(defective.edges[799], sound.edges[799]);
  EXPECT_NEAR(defective.edges[800], sound.edges[799] + 0.015, 1e-8);
  EXPECT_EQ(defective.edges[801], sound.edges[800]);
}

TEST(VirtualMeter, MetersAllOrdersBelowHalfItsSampleRate) {
  const MeterType type = type_of(kForms[1]);
  for (const int order : {2, 5, 31}) {  // 31·60 Hz = 1,860 Hz of 1,920 Hz
    Terminals load = full_load(type, kLag);
    for (Phasor& current : load.current) current /= 4.0;
    load.harmonics = {{.order = order, .voltage = {}, .current = {}}};
    Trial without{type, {}, load};
    without.until(20);
    load.harmonics[0].voltage = {12, -12};
    load.harmonics[0].current = {20, -20};
    Trial with{type, {}, load};
    with.until(20);
    // 24 V · 20 A beside 6 kW, seen through the channels at that frequency: within 1 % of it.
    const double more = with.led_power(type.kt.value(), 1) - without.led_power(type.kt.value(), 1);
    EXPECT_NEAR(more, 480, order == 31 ? 60 : 5) << order;
  }
}

TEST(VirtualMeter, TakesAHarmonicInTheSameTimeAsItsFundamental) {
  // What a sine of 5 · 60 Hz is for a meter, it is as the fifth harmonic of nothing.
  const MeterType type = type_of(kForms[1]);
  Terminals sine{.frequency = Frequency{300}, .voltage = {120, -120}, .current = {50, -50}};
  Terminals harmonic{.frequency = Frequency{60}};
  harmonic.harmonics = {{.order = 5, .voltage = sine.voltage, .current = sine.current}};
  Trial first{type, {}, sine};
  Trial second{type, {}, harmonic};
  first.until(20);
  second.until(20);
  EXPECT_NEAR(first.led_power(type.kt.value(), 1), second.led_power(type.kt.value(), 1), 0.05);
}

/// A day in the life of a meter, cut as a bench with much to do would.
struct Life {
  explicit Life(VirtualMeter::Idle idle)
      : type{type_of(kForms[1])},
        meter{type,
              {.temperature_slope_percent_per_k = 0.003, .clock_ppm = 7, .delay_s = 0.3},
              [this](Instant t) { edges.push_back(t); },
              "A",
              idle} {
    world.attach(meter);
    world.climate().install({});
  }
  void until(double seconds) { world.advance_to(instant_at(seconds)); }
  void load(const PowerFactor& pf) { world.source().apply(world.now(), full_load(type, pf)); }
  void off() { world.source().off(world.now()); }
  /// Asks who it is, and waits until the meter has given the caller up.
  void talk() {
    meter.hear(Bytes{0xEE, 0, 0, 0, 0, 1, 0x20, 0x13, 0x10});
    while (const auto next = meter.port_event()) {
      if (*next > world.now()) world.advance_to(*next);
      for (const std::uint8_t byte : meter.take_said()) said.emplace_back(world.now(), byte);
      if (said.size() > 100) break;
      world.advance_to(world.now() + std::chrono::milliseconds{3});
    }
  }

  World world{1, {.settle_s = 1, .noise_percent = 0.1}};
  MeterType type;
  std::vector<Instant> edges;
  std::vector<std::pair<Instant, std::uint8_t>> said;
  VirtualMeter meter;
};

TEST(VirtualMeter, IsTheSameToTheSampleWhetherIdleTimeIsSkippedOrNot) {
  Life skipping{VirtualMeter::Idle::skip};
  Life simulating{VirtualMeter::Idle::simulate};
  for (Life* life : {&skipping, &simulating}) {
    life->until(7.0031);
    life->load(kLag);
    life->until(31.7);
    life->off();
    life->world.climate().condition(life->world.now(), Temperature{40});
    for (double t = 31.7; t < 40; t += 0.00173) life->until(t);
    life->until(900.01234);
    life->talk();
    life->until(1234.567);
    life->load(kUnity);
    life->until(1300.00007);
    life->off();
    life->until(1300.02);  // the filters are still full
    life->load(kLead);
    life->until(1310);
    life->off();
    life->talk();
    life->until(1500);
    life->load(kUnity);
    life->until(1520);
  }
  ASSERT_GT(simulating.edges.size(), 1000U);
  EXPECT_EQ(skipping.edges, simulating.edges);
  ASSERT_GT(simulating.said.size(), 10U);
  EXPECT_EQ(skipping.said, simulating.said);
  EXPECT_EQ(skipping.meter.samples(), simulating.meter.samples());
  EXPECT_EQ(skipping.meter.delivered(), simulating.meter.delivered());
  EXPECT_EQ(skipping.meter.received(), simulating.meter.received());
  EXPECT_EQ(skipping.meter.body(), simulating.meter.body());
  const firmware::PresentValues &a = skipping.meter.present(), &b = simulating.meter.present();
  EXPECT_GT(a.watts, 0);
  EXPECT_EQ(a.watts, b.watts);
  EXPECT_EQ(a.millivolts, b.millivolts);
  EXPECT_EQ(a.milliamperes[0], b.milliamperes[0]);
  EXPECT_EQ(a.power_factor_ppm, b.power_factor_ppm);
  EXPECT_EQ(a.millihertz, b.millihertz);
}

TEST(VirtualMeter, TellsNothingOfALoadBelowItsStartingThresholdAndAllOfOneAbove) {
  // 200 A · 240 V · 10^-4 are 4.8 W.
  MeterType type = type_of(kForms[1]);
  type.kt = ActiveEnergy{1};
  const auto edges_at = [&](double amperes) {
    Trial run{type,
              {},
              terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{amperes}, kUnity,
                                           Direction::delivered))};
    run.until(300);
    return run.edges.size();
  };
  EXPECT_EQ(edges_at(0), 0U);
  EXPECT_EQ(edges_at(0.019), 0U);
  EXPECT_NEAR(static_cast<double>(edges_at(0.021)), 0.021 * 240 * 300, 2);
}

TEST(VirtualMeter, SeesWhatStandsOnItsTerminals) {
  for (const FormCase& form : kForms)
    for (const PowerFactor& pf : {kUnity, kLag, kLead})
      for (const double hertz : {59.0, 60.0, 61.0}) {
        const MeterType type = type_of(form);
        const LoadPoint point = make_load_point(form.form, type.nominal_voltage, Frequency{hertz},
                                                type.maximum_current, pf, Direction::delivered);
        Trial run{type, {}, terminals_of(point)};
        run.until(3.5);
        const firmware::PresentValues& v = run.meter.present();
        const double watts = metered_power(form.form, point).value();
        const bool three_wire = is_three_wire(form.form);
        // What the double line frequency leaves is some 10^-5 of the apparent power.
        EXPECT_NEAR(v.millivolts, form.volts * 1000, form.volts * 0.05);
        EXPECT_NEAR(v.milliamperes[0], form.class_amperes * 1000, form.class_amperes * 0.05);
        EXPECT_NEAR(v.milliamperes[1], three_wire ? form.class_amperes * 1000 : 0, form.class_amperes * 0.05);
        EXPECT_NEAR(v.watts, watts, 0.5 + 1e-4 * form.volts * form.class_amperes);
        EXPECT_NEAR(v.power_factor_ppm, 1e6 * watts / (form.volts * form.class_amperes), 150);
        EXPECT_NEAR(v.millihertz, hertz * 1000, 1);
      }
}

/// 2S CL200 at 200 A: 48 kW, 13.3 pulses of 1 Wh a second.
TEST(VirtualMeter, KeepsItsRegistersOverACutOfItsSupplyAndNothingIsMeteredMeanwhile) {
  const MeterType type = type_of(kForms[1]);
  const LoadPoint point =
      make_load_point(type.form, Voltage{240}, Frequency{60}, Current{200}, kUnity, Direction::delivered);
  Trial run{type, {}, terminals_of(point)};
  run.until(100);
  const std::uint64_t before = run.meter.data().registers.total.pulses[firmware::kDelivered];
  run.meter.set_supply(false);
  run.until(160);
  EXPECT_NEAR(run.edges.back(), 100, 0.3) << "it lives on for a moment";
  run.meter.set_supply(true);
  run.until(170);
  const firmware::MeterData& data = run.meter.data();
  const double power = metered_power(type.form, point).value();
  EXPECT_GE(data.registers.total.pulses[firmware::kDelivered], before);
  // 100 s, the moment, 10 s; filters have run empty and full.
  EXPECT_NEAR(static_cast<double>(data.registers.total.pulses[firmware::kDelivered]),
              110.1 * power / type.kt.value(), 2);
  EXPECT_NE(data.status & firmware::kStatusPowerFailure, 0);
}

/// A dip takes its supply with it, which holds up for 100 ms, and needs half of the voltage.
TEST(VirtualMeter, OutlivesAShortDipAndNoLongOne) {
  const Bytes identify{0xEE, 0, 0, 0, 0, 1, 0x20, 0x13, 0x10};
  for (const auto& [left, seconds, dies] :
       {std::tuple{0.0, 0.05, false}, {0.6, 5.0, false}, {0.0, 1.0, true}, {0.4, 1.0, true}}) {
    Trial run{type_of(kForms[1]), {}, {.voltage = {Phasor{120}, Phasor{-120}}}};
    run.until(1);
    run.world.source().dip(run.world.now(), {Ratio{left}, Seconds{seconds}});
    run.until(1.5);
    run.meter.hear(identify);
    run.until(2.5);
    EXPECT_EQ(run.meter.take_said().empty(), dies) << left << " for " << seconds << " s";
    run.until(10);
    run.meter.hear(identify);
    run.until(12);
    EXPECT_FALSE(run.meter.take_said().empty()) << "it is there again";
    EXPECT_TRUE(run.edges.empty()) << "nothing is registered";
  }
}

TEST(VirtualMeter, IsWarmedByItsCurrent) {
  const MeterType type = type_of(kForms[1]);
  const auto warmer = [&](double amperes, double seconds) {
    const LoadPoint point = make_load_point(type.form, Voltage{240}, Frequency{60}, Current{amperes}, kUnity,
                                            Direction::delivered);
    Trial run{type, {.body_time_constant_s = 100, .self_heating_k = 8}, {}};
    run.until(1);
    run.world.source().apply(run.world.now(), terminals_of(point));
    run.until(1 + seconds);
    return (run.meter.body() - Temperature{23}).value();
  };
  const double full = type.maximum_current.value();
  EXPECT_NEAR(warmer(full, 1000), 8, 0.01);
  EXPECT_NEAR(warmer(full / 2, 1000), 2, 0.01);
  EXPECT_NEAR(warmer(full, 100), 8 * (1 - std::exp(-1.0)), 0.1);
}

TEST(VirtualMeter, IsSilentAtItsPortWhileItHasNoSupply) {
  Trial run{type_of(kForms[1]), {}, {}};
  const Bytes identify{0xEE, 0, 0, 0, 0, 1, 0x20, 0x13, 0x10};
  run.meter.set_supply(false);
  run.until(1);
  run.meter.hear(identify);
  run.until(2);
  EXPECT_TRUE(run.meter.take_said().empty());
  EXPECT_FALSE(run.meter.port_event());
  run.meter.set_supply(true);
  run.meter.hear(identify);
  run.until(3);
  EXPECT_FALSE(run.meter.take_said().empty());
}

TEST(VirtualMeter, ItsClockStartsWithTheWorldsAndGoesOnWithoutSupply) {
  UtcTime starts;
  ASSERT_TRUE(parse_utc("2025-06-02T08:00:00Z", starts));
  World world{1, {.settle_s = 0}};
  VirtualMeter meter{type_of(kForms[1]), {}, [](Instant) {}, "A", VirtualMeter::Idle::skip, starts};
  world.attach(meter);
  world.advance_to(instant_at(10.5));
  // 25 years and 6 leap days, 5 months: 9284 days to 2025-06-02.
  const firmware::LocalTime morning = 9284U * 86400 + 8 * 3600;
  EXPECT_EQ(meter.data().now, morning + 10);
  EXPECT_EQ(meter.data().status & firmware::kStatusClock, 0);
  meter.set_supply(false);
  world.advance_to(instant_at(3610.5));
  meter.set_supply(true);
  world.advance_to(instant_at(3620.5));
  EXPECT_NEAR(meter.data().now, morning + 3620, 1);
}

TEST(VirtualMeter, WithoutATimeOfTheWorldItsClockIsNotSet) {
  Trial run{type_of(kForms[1]), {}, {}};
  run.until(5);
  EXPECT_NE(run.meter.data().status & firmware::kStatusClock, 0);
}

TEST(FactoryConfiguration, IsValidForEachForm) {
  for (const FormCase& form : kForms) EXPECT_TRUE(is_valid(factory_configuration(type_of(form))));
  MeterType type = type_of(kForms[1]);
  type.disconnect = true;
  EXPECT_EQ(factory_configuration(type).options, firmware::kHasDisconnect);
}

TEST(FactoryCalibration, RefusesATypeThatTheFirmwareCannotHold) {
  MeterType type = type_of(kForms[1]);
  type.kt = ActiveEnergy{0};
  EXPECT_THROW(static_cast<void>(factory_calibration(type, Seconds{0})), std::invalid_argument);
}

}  // namespace
}  // namespace meterbench::virtual_lab
