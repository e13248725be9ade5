// The closed formula against the simulated meter: neither knows of the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/truth/truth.h"
#include "drivers/virtual_lab/world/reference_input.h"

namespace meterbench::virtual_lab {
namespace {

struct Case {
  std::string name;
  Form form;
  double volts, amperes, hertz, body;
  PowerFactor pf;
  Direction direction;
  Connection connection{};
  Waveform waveform{};

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

MeterType type_of(Form form) {
  MeterType type;
  type.id = "test";
  type.form = form;
  type.class_amperes = Current{200};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(1);
  return type;
}

/// Gain, phase, temperature and clock all at once.
constexpr VirtualMeter::Imperfections kImperfect{.gain_percent = 0.13,
                                                 .phase_error_arcmin = -3,
                                                 .temperature_slope_percent_per_k = 0.002,
                                                 .clock_ppm = 40,
                                                 .delay_s = 0.1,
                                                 .led_constant_percent = -0.07,
                                                 .creep_w = 11};

/// Error of the LED's energy against the energy of the terminals, over many turns of the wave.
double simulated_percent(const MeterType& type, const Case& c, const LoadPoint& point) {
  World world{1, {.settle_s = 0}};
  std::vector<double> edges;
  VirtualMeter meter{type, kImperfect, [&](Instant t) { edges.push_back(in_seconds(t)); }};
  world.climate().set_room(Temperature{c.body});
  ReferenceInput terminals{1,
                           {.definition = is_three_wire(type.form) ? ReferenceInput::Definition::two_element
                                                                   : ReferenceInput::Definition::two_wire}};
  world.attach(meter);
  world.attach(terminals);
  world.source().apply(world.now(), terminals_of(point));
  const double power = std::abs(metered_power(type.form, point).value());
  const double seconds = 2 + std::max(30.0, 12 * type.kt.value() / power);
  world.advance_to(instant_at(seconds));
  const double mean_power = std::abs(terminals.true_energy().value()) / seconds;
  std::size_t first = 0;
  while (edges.at(first) < 1) ++first;
  const double energy = static_cast<double>(edges.size() - 1 - first) * type.kt.value();
  return 100 * (energy / (mean_power * (edges.back() - edges[first])) - 1);
}

void expect_agreement(const Case& c) {
  const MeterType type = type_of(c.form);
  LoadPoint point = make_load_point(c.form, Voltage{c.volts}, Frequency{c.hertz}, Current{c.amperes}, c.pf,
                                    c.direction, c.connection);
  point.waveform = c.waveform;
  const TrueMeter model{.type = type,
                        .gain_percent = kImperfect.gain_percent,
                        .phase_error_arcmin = kImperfect.phase_error_arcmin,
                        .temperature_slope_percent_per_k = kImperfect.temperature_slope_percent_per_k,
                        .clock_ppm = kImperfect.clock_ppm,
                        .creep_w = kImperfect.creep_w,
                        .led_constant_percent = kImperfect.led_constant_percent};
  const double simulated = simulated_percent(type, c, point);
  EXPECT_NEAR(simulated, truth_percent(model, point, Temperature{c.body}), 0.001);
  EXPECT_GT(std::abs(simulated), 0.005) << "there is an error to be found";
}

class TruthAgainstSimulation : public testing::TestWithParam<Case> {};

TEST_P(TruthAgainstSimulation, AgreesWithin10Ppm) { expect_agreement(GetParam()); }

constexpr PowerFactor kUnity{};
constexpr PowerFactor kLag{0.5, false};
constexpr PowerFactor kLead{0.8, true};
constexpr PowerFactor kQuarter{0.25, false};
constexpr Connection kCoil1{.circuit = Circuit::coil_1};
constexpr Connection kCoil2{.circuit = Circuit::coil_2};
constexpr Connection kNetwork{.service = Service::network};
constexpr Connection kSplit{.circuit = Circuit::coil_1, .leg_1_voltage = Ratio{122.0 / 240}};
constexpr Connection kLegs{
    .circuit = Circuit::legs,
    .leg_2 = {.current = Ratio{0.5}, .power_factor = {0.5, false}, .direction = Direction::received}};

/// type-approval.md 7: U5 10 %, I5 40 %, in phase.
Waveform fifth_harmonic() {
  return {.name = "fifth-harmonic",
          .harmonics = {{.order = 5, .voltage = Ratio{0.1}, .current = Ratio{0.4}}}};
}

/// type-approval.md 7: voltages in antiphase.
Waveform quadriform() {
  Waveform waveform{.name = "quadriform"};
  for (const auto& [order, voltage, current] :
       {std::tuple{3, 0.038, 0.30}, {5, 0.024, 0.18}, {7, 0.017, 0.14}, {11, 0.010, 0.09}, {13, 0.008, 0.05}})
    waveform.harmonics.push_back({.order = order,
                                  .voltage = Ratio{voltage},
                                  .voltage_phase = from_degrees(180),
                                  .current = Ratio{current},
                                  .current_phase = {}});
  return waveform;
}

/// As far as the source reaches, even orders too.
Waveform all_orders() {
  Waveform waveform{.name = "all"};
  for (int order = 2; order <= 31; ++order)
    waveform.harmonics.push_back({.order = order,
                                  .voltage = Ratio{0.05},
                                  .voltage_phase = from_degrees(7.0 * order),
                                  .current = Ratio{0.08},
                                  .current_phase = from_degrees(-11.0 * order)});
  return waveform;
}

INSTANTIATE_TEST_SUITE_P(
    Loads, TruthAgainstSimulation,
    testing::Values(Case{"unity", Form::s2, 240, 200, 60, 23, kUnity, Direction::delivered},
                    Case{"lag", Form::s2, 240, 200, 60, 23, kLag, Direction::delivered},
                    Case{"lead", Form::s2, 240, 200, 60, 23, kLead, Direction::delivered},
                    Case{"low_current", Form::s2, 240, 2, 60, 23, kLag, Direction::delivered},
                    Case{"received", Form::s2, 240, 50, 60, 23, kLag, Direction::received},
                    Case{"coil_1", Form::s2, 240, 50, 60, 23, kLag, Direction::delivered, kCoil1},
                    Case{"coil_2", Form::s2, 240, 50, 60, 23, kLead, Direction::delivered, kCoil2},
                    Case{"cold", Form::s2, 240, 50, 60, -40, kUnity, Direction::delivered},
                    Case{"hot", Form::s2, 240, 50, 60, 53, kLag, Direction::received},
                    Case{"low_voltage", Form::s2, 192, 50, 60, 23, kLag, Direction::delivered},
                    Case{"slow", Form::s2, 240, 50, 58.8, 23, kLag, Direction::delivered},
                    Case{"fast", Form::s2, 240, 50, 61.2, 23, kLead, Direction::delivered},
                    Case{"two_wire", Form::s1, 120, 100, 60, 23, kLag, Direction::delivered},
                    Case{"transformer_two_wire", Form::s3, 240, 20, 60, 23, kLead, Direction::received},
                    Case{"transformer_three_wire", Form::s4, 240, 20, 60, 23, kLag, Direction::delivered}),
    [](const auto& load) { return load.param.name; });

std::vector<Case> distorted() {
  std::vector<Case> cases;
  for (const Waveform& waveform : {fifth_harmonic(), quadriform(), all_orders()}) {
    const auto add = [&](const std::string& name, Form form, double volts, double amperes,
                         const PowerFactor& pf, Direction direction, const Connection& connection) {
      std::string title = waveform.name + "_" + name;
      std::ranges::replace(title, '-', '_');
      cases.push_back({title, form, volts, amperes, 60, 23, pf, direction, connection, waveform});
    };
    for (const auto& [name, pf] : {std::pair{"unity", kUnity}, {"lag", kLag}}) {
      add(std::string{"1s_"} + name, Form::s1, 120, 100, pf, Direction::delivered, {});
      add(std::string{"2s_"} + name, Form::s2, 240, 100, pf, Direction::received, {});  // crests in range
      add(std::string{"3s_"} + name, Form::s3, 240, 10, pf, Direction::received, {});
      add(std::string{"4s_"} + name, Form::s4, 240, 20, pf, Direction::delivered, {});
    }
    for (const auto& [name, connection] : {std::pair{"coil_1", kCoil1},
                                           {"coil_2", kCoil2},
                                           {"network", kNetwork},
                                           {"split", kSplit},
                                           {"legs", kLegs}})
      add(name, Form::s2, 240, 100, kLag, Direction::delivered, connection);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Waveforms, TruthAgainstSimulation, testing::ValuesIn(distorted()),
                         [](const auto& load) { return load.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Connections, TruthAgainstSimulation,
    testing::Values(Case{"network_unity", Form::s2, 240, 100, 60, 23, kUnity, Direction::delivered, kNetwork},
                    Case{"network_detent", Form::s2, 240, 100, 60, 23, kQuarter, Direction::delivered,
                         kNetwork},
                    Case{"split", Form::s2, 240, 100, 60, 23, kUnity, Direction::delivered, kSplit},
                    Case{"legs", Form::s2, 240, 100, 60, 23, kUnity, Direction::delivered, kLegs},
                    Case{"legs_received", Form::s4, 240, 20, 60, 23, kUnity, Direction::received, kLegs}),
    [](const auto& load) { return load.param.name; });

/// type-approval.md 7: what the two waveforms come to, against the same sine.
TEST(Waveforms, HaveThePowerOfTheirSeries) {
  const MeterType type = type_of(Form::s2);
  for (const auto& [waveform, share] : {std::pair{fifth_harmonic(), 1.04}, {quadriform(), 0.9806}}) {
    World world{1, {.settle_s = 0}};
    std::vector<double> edges;
    VirtualMeter meter{type, {}, [&](Instant t) { edges.push_back(in_seconds(t)); }};
    world.attach(meter);
    LoadPoint point =
        make_load_point(type.form, Voltage{240}, Frequency{60}, Current{50}, kUnity, Direction::delivered);
    point.waveform = waveform;
    world.source().apply(world.now(), terminals_of(point));
    world.advance_to(instant_at(60));
    // 12 kW as a sine: 0.3 s a pulse.
    const double a_pulse = (edges.back() - edges[10]) / static_cast<double>(edges.size() - 11);
    EXPECT_NEAR(0.3 / a_pulse, share, 2e-4) << waveform.name;
  }
}

}  // namespace
}  // namespace meterbench::virtual_lab
