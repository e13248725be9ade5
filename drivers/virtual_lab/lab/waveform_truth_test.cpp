// Waveform truth: simulation against closed form at every waveform, over the full circle of the angle between
// voltage and current and over 45 Hz to 65 Hz. With METERBENCH_LONG set in steps of 15° and 1 Hz.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/truth/truth.h"
#include "drivers/virtual_lab/world/reference_input.h"

namespace meterbench::virtual_lab {
namespace {

constexpr double kVolts = 240, kAmperes = 100, kBody = 23;
/// No further may simulation and closed form lie apart.
constexpr double kAgreementPercent = 0.01;
constexpr double kBandHertz = 1900;  // of a source, as config/instruments/meterbench-source.yaml has it

MeterType type_of(Form form) {
  MeterType type;
  type.id = "test";
  type.form = form;
  type.class_amperes = Current{200};
  type.nominal_voltage = Voltage{kVolts};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(1);
  return type;
}

constexpr VirtualMeter::Imperfections kImperfect{
    .gain_percent = 0.13, .phase_error_arcmin = -3, .clock_ppm = 40, .delay_s = 0.1, .creep_w = 5};

/// Energy of the terminals up to any instant, from what the world tells.
class EnergyRecord final : public Observer {
 public:
  explicit EnergyRecord(ReferenceInput& input) : input_{input} {}
  void on_segment(const Segment& segment) override {
    marks_.emplace_back(in_seconds(segment.end), input_.true_energy().value());
  }
  [[nodiscard]] double at(double time_s) const {
    const auto after = std::ranges::lower_bound(marks_, time_s, {}, &std::pair<double, double>::first);
    const auto before = std::prev(after);
    const double share = (time_s - before->first) / (after->first - before->first);
    return before->second + share * (after->second - before->second);
  }

 private:
  ReferenceInput& input_;
  std::vector<std::pair<double, double>> marks_{{0, 0}};
};

/// Reading of a meter's energy registers, delivered less received.
struct Reading {
  double joules = 0;
  double time_s = 0;  ///< until which the energy of the terminals is in it
};

/// At the end of the last block, whose filter, a triangle over two blocks, has its middle at its beginning.
Reading read_registers(VirtualMeter& meter, double sample_rate) {
  const double net = (meter.delivered() - meter.received()).value();
  return {net, static_cast<double>(meter.samples() / firmware::kBlock - 1) * firmware::kBlock / sample_rate};
}

/// How far the simulation is from the closed form, in percent of the energy.
struct Deviation {
  double reference = 0;
  double registers = 0;
  double led = 0;
};

Deviation deviation_of(Form form, const LoadPoint& point) {
  const MeterType type = type_of(form);
  World world{1, {.settle_s = 0}};
  std::vector<double> edges;
  VirtualMeter meter{type, kImperfect, [&](Instant t) { edges.push_back(in_seconds(t)); }};
  ReferenceInput terminals{1,
                           {.definition = is_three_wire(form) ? ReferenceInput::Definition::two_element
                                                              : ReferenceInput::Definition::two_wire}};
  EnergyRecord record{terminals};
  world.attach(meter);
  world.attach(terminals);
  world.attach(record);  // after what it records
  world.climate().set_room(Temperature{kBody});
  world.source().apply(world.now(), terminals_of(point));

  const Burst& burst = point.waveform.burst;
  const double power = true_power(form, point).value();
  // What swings about a small mean takes longer to vanish in it; corners of bursts, which the firmware's
  // filter rounds, are milliseconds.
  const double apparent = kVolts * kAmperes;
  const double least_s = (burst.any() ? 600 : 45) * std::max(1.0, apparent / std::abs(power) / 2);
  const double set_s = burst.any() ? burst.periods() / point.frequency.value() : 1;
  const double seconds = std::ceil(least_s / set_s) * set_s;
  const double sample_rate = firmware::kSampleRate * (1 + kImperfect.clock_ppm * 1e-6);
  world.advance_to(instant_at(2));
  const Reading begin = read_registers(meter, sample_rate);
  world.advance_to(instant_at(seconds + 3));
  const Reading end = read_registers(meter, sample_rate);
  Deviation deviation;
  deviation.reference = 100 * ((record.at(2 + seconds) - record.at(2)) / (power * seconds) - 1);

  const TrueMeter model{.type = type,
                        .gain_percent = kImperfect.gain_percent,
                        .phase_error_arcmin = kImperfect.phase_error_arcmin,
                        .clock_ppm = kImperfect.clock_ppm,
                        .creep_w = kImperfect.creep_w};
  const double truth = truth_percent(model, point, Temperature{kBody});
  deviation.registers =
      100 * ((end.joules - begin.joules) / (record.at(end.time_s) - record.at(begin.time_s)) - 1) - truth;
  std::size_t first = 0;
  while (edges.at(first) < 1) ++first;
  const double led = static_cast<double>(edges.size() - 1 - first) * type.kt.value();
  const double energy =
      record.at(edges.back() - kImperfect.delay_s) - record.at(edges[first] - kImperfect.delay_s);
  deviation.led = 100 * (led / std::abs(energy) - 1) - truth;
  return deviation;
}

Waveform cut(const char* name, std::vector<Conduction> parts) {
  return {.name = name, .conducts = std::move(parts)};
}

/// Amplitudes of the quadriform (type-approval.md 7), at the phases that are given.
Waveform five_harmonics(const char* name, const std::vector<double>& voltage_deg,
                        const std::vector<double>& current_deg) {
  constexpr std::array orders{3, 5, 7, 11, 13};
  constexpr std::array volts{0.038, 0.024, 0.017, 0.010, 0.008}, amperes{0.30, 0.18, 0.14, 0.09, 0.05};
  Waveform waveform{.name = name};
  for (std::size_t i = 0; i < orders.size(); ++i)
    waveform.harmonics.push_back({.order = orders.at(i),
                                  .voltage = Ratio{volts.at(i)},
                                  .voltage_phase = from_degrees(voltage_deg.at(i)),
                                  .current = Ratio{amperes.at(i)},
                                  .current_phase = from_degrees(current_deg.at(i))});
  return waveform;
}

std::vector<Waveform> all_waveforms() {
  const auto deg = [](double d) { return from_degrees(d); };
  return {
      {},
      {.name = "fifth-harmonic", .harmonics = {{.order = 5, .voltage = Ratio{0.1}, .current = Ratio{0.4}}}},
      five_harmonics("quadriform", {180, 180, 180, 180, 180}, {0, 0, 0, 0, 0}),
      five_harmonics("peaked", {0, 180, 0, 0, 180}, {180, 0, 180, 180, 0}),
      cut("phase-fired", {{deg(90), deg(180)}, {deg(270), deg(360)}}),
      cut("half-wave", {{deg(0), deg(180)}}),
      {.name = "burst", .burst = {2, 2}}};
}

LoadPoint load(Form form, const Waveform& waveform, double degrees, double hertz) {
  LoadPoint point =
      make_load_point(form, Voltage{kVolts}, Frequency{hertz}, Current{kAmperes}, {}, Direction::delivered);
  for (CircuitLoad& circuit : point.circuits) circuit.lag = from_degrees(degrees);
  point.waveform = series_of(waveform, std::min(kHighestOrder, static_cast<int>(kBandHertz / hertz)));
  return point;
}

struct Worst {
  double percent = 0, degrees = 0, hertz = 0;
  void take(double deviation, double at_degrees, double at_hertz) {
    if (!(std::abs(deviation) <= std::abs(percent))) *this = {deviation, at_degrees, at_hertz};
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("{:+.5f} % at {:5.1f}°, {:4.1f} Hz", percent, degrees, hertz);
  }
};

/// Less than that of the apparent power has no percent error to compare.
constexpr double kLeastPowerFactor = 0.05;

TEST(WaveformTruth, IsThatOfTheSimulationWithin100Ppm) {
  const bool at_length = std::getenv("METERBENCH_LONG") != nullptr;
  const double step_deg = at_length ? 15 : 45, step_hertz = at_length ? 1 : 10;
  fmt::print("{:>15}{:>36}{:>36}{:>36}{:>8}\n", "waveform", "reference", "registers", "LED", "points");
  for (const Waveform& waveform : all_waveforms()) {
    const std::string name = waveform.sine() ? "sine" : waveform.name;
    Worst reference, registers, led;
    int points = 0;
    // From 7.5° on: at 90° there is no active power.
    for (double degrees = 7.5; degrees < 360; degrees += step_deg)
      for (double hertz = 45; hertz <= 65; hertz += step_hertz) {
        const Form form = points % 2 == 0 ? Form::s2 : Form::s1;
        const LoadPoint point = load(form, waveform, degrees, hertz);
        if (std::abs(true_power(form, point).value()) < kLeastPowerFactor * kVolts * kAmperes) continue;
        const Deviation deviation = deviation_of(form, point);
        reference.take(deviation.reference, degrees, hertz);
        registers.take(deviation.registers, degrees, hertz);
        led.take(deviation.led, degrees, hertz);
        ++points;
      }
    fmt::print("{:>15}{:>36}{:>36}{:>36}{:>8}\n", name, reference.text(), registers.text(), led.text(),
               points);
    for (const Worst& worst : {reference, registers, led})
      EXPECT_LE(std::abs(worst.percent), kAgreementPercent) << name << ": " << worst.text();
    EXPECT_GE(points, 20) << name;
  }
}

/// type-approval.md 7: P/P1 of each at power factor 1.
TEST(WaveformTruth, HasThePowerOfTheWaveformsOfItsTests) {
  constexpr std::array ratios{1.0, 1.04, 0.9806, 0.9806, 0.5, 0.5, 0.5};
  const std::vector<Waveform> waveforms = all_waveforms();
  for (std::size_t i = 0; i < ratios.size(); ++i)
    for (const Form form : {Form::s1, Form::s2})
      EXPECT_NEAR(true_power(form, load(form, waveforms.at(i), 0, 60)).value(),
                  ratios.at(i) * kVolts * kAmperes, 1)
          << waveforms.at(i).name;
}

}  // namespace
}  // namespace meterbench::virtual_lab
