// The closed formula against the simulated meter: neither knows of the other.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/host_meter.h"
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
  Circuit circuit;

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

Terminals terminals_of(const LoadPoint& point) {
  Terminals t;
  t.frequency = point.frequency;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    t.voltage[i] = std::polar(point.circuits[i].voltage.value(), point.circuits[i].voltage_phase.value());
    t.current[i] = std::polar(point.circuits[i].current.value(), point.current_phase(i).value());
  }
  return t;
}

/// Error of the LED's energy against the energy of the terminals, over many turns of the wave.
double simulated_percent(const MeterType& type, const HostMeter::Imperfections& imperfections, const Case& c,
                         const LoadPoint& point) {
  World world{1, {.settle_s = 0}};
  std::vector<double> edges;
  HostMeter meter{type, imperfections, [&](Instant t) { edges.push_back(in_seconds(t)); }};
  world.climate().install({.room_c = c.body});
  ReferenceInput terminals{1, {.three_wire = is_three_wire(type.form)}};
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

class TruthAgainstSimulation : public testing::TestWithParam<Case> {};

TEST_P(TruthAgainstSimulation, AgreesWithin10Ppm) {
  const Case& c = GetParam();
  const MeterType type = type_of(c.form);
  const HostMeter::Imperfections imperfections{.gain_percent = 0.13,
                                               .phase_error_arcmin = -3,
                                               .temperature_slope_percent_per_k = 0.002,
                                               .clock_ppm = 40,
                                               .delay_s = 0.1};
  const LoadPoint point = make_load_point(c.form, Voltage{c.volts}, Frequency{c.hertz}, Current{c.amperes},
                                          c.pf, c.direction, c.circuit);
  const TrueMeter model{.type = type,
                        .gain_percent = imperfections.gain_percent,
                        .phase_error_arcmin = imperfections.phase_error_arcmin,
                        .temperature_slope_percent_per_k = imperfections.temperature_slope_percent_per_k,
                        .clock_ppm = imperfections.clock_ppm};
  const double simulated = simulated_percent(type, imperfections, c, point);
  EXPECT_NEAR(simulated, truth_percent(model, point, Temperature{c.body}), 0.001);
  EXPECT_GT(std::abs(simulated), 0.005);  // there is an error to be found
}

constexpr PowerFactor kUnity{};
constexpr PowerFactor kLag{0.5, false};
constexpr PowerFactor kLead{0.8, true};

INSTANTIATE_TEST_SUITE_P(
    Loads, TruthAgainstSimulation,
    testing::Values(
        Case{"unity", Form::s2, 240, 200, 60, 23, kUnity, Direction::delivered, Circuit::series},
        Case{"lag", Form::s2, 240, 200, 60, 23, kLag, Direction::delivered, Circuit::series},
        Case{"lead", Form::s2, 240, 200, 60, 23, kLead, Direction::delivered, Circuit::series},
        Case{"low_current", Form::s2, 240, 2, 60, 23, kLag, Direction::delivered, Circuit::series},
        Case{"received", Form::s2, 240, 50, 60, 23, kLag, Direction::received, Circuit::series},
        Case{"coil_1", Form::s2, 240, 50, 60, 23, kLag, Direction::delivered, Circuit::coil_1},
        Case{"coil_2", Form::s2, 240, 50, 60, 23, kLead, Direction::delivered, Circuit::coil_2},
        Case{"cold", Form::s2, 240, 50, 60, -40, kUnity, Direction::delivered, Circuit::series},
        Case{"hot", Form::s2, 240, 50, 60, 53, kLag, Direction::received, Circuit::series},
        Case{"low_voltage", Form::s2, 192, 50, 60, 23, kLag, Direction::delivered, Circuit::series},
        Case{"slow", Form::s2, 240, 50, 58.8, 23, kLag, Direction::delivered, Circuit::series},
        Case{"fast", Form::s2, 240, 50, 61.2, 23, kLead, Direction::delivered, Circuit::series},
        Case{"two_wire", Form::s1, 120, 100, 60, 23, kLag, Direction::delivered, Circuit::series},
        Case{"transformer_two_wire", Form::s3, 240, 20, 60, 23, kLead, Direction::received, Circuit::series},
        Case{"transformer_three_wire", Form::s4, 240, 20, 60, 23, kLag, Direction::delivered,
             Circuit::series}),
    [](const auto& load) { return load.param.name; });

}  // namespace
}  // namespace meterbench::virtual_lab
