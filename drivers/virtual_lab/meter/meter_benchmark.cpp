// Samples a second on one core: the firmware alone, and world synthesis with the firmware.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <numbers>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"

namespace meterbench::virtual_lab {
namespace {

MeterType meter_type() {
  MeterType type;
  type.form = Form::s2;
  type.class_amperes = Current{200};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(1);
  return type;
}

void samples_a_second(benchmark::State& state, double samples) {
  state.counters["samples/s"] = benchmark::Counter(samples, benchmark::Counter::kIsRate);
}

void firmware_alone(benchmark::State& state) {
  auto board = std::make_unique<firmware::Board>();
  const auto raw = std::bit_cast<firmware::CalibrationBytes>(factory_calibration(meter_type(), Seconds{0.1}));
  std::ranges::copy(raw.bytes, board->eeprom + firmware::kCalibrationAddress);
  const auto programmed = std::bit_cast<firmware::ConfigurationBytes>(factory_configuration(meter_type()));
  std::ranges::copy(programmed.bytes, board->eeprom + firmware::kConfigurationAddress);
  std::uint32_t n = 0;
  for (firmware::Sample& sample : board->samples.slots) {
    const double angle = 2 * std::numbers::pi * n++ / 64;
    const auto u = static_cast<std::int32_t>(4.8e6 * std::cos(angle));
    sample = {u, u, -u};
  }
  firmware::MeterFirmware firmware{*board};
  firmware::LedEdge edge;
  double samples = 0;
  for (auto _ : state) {
    board->samples.written += board->samples.capacity;
    board->run_until = board->samples.written;
    firmware.run();
    while (pop(board->led_edges, edge)) benchmark::DoNotOptimize(edge);
    samples += board->samples.capacity;
  }
  samples_a_second(state, samples);
}
BENCHMARK(firmware_alone);

void synthesis_and_firmware(benchmark::State& state) {
  World world{1, {.noise_percent = 0.005}};
  std::uint64_t edges = 0;
  VirtualMeter meter{meter_type(), {}, [&](Instant) { ++edges; }};
  world.attach(meter);
  Terminals load;
  load.voltage = {Phasor{120}, Phasor{-120}};
  load.current = {Phasor{200}, Phasor{-200}};
  world.source().apply(world.now(), load);
  for (auto _ : state) world.advance_to(world.now() + std::chrono::seconds{1});
  benchmark::DoNotOptimize(edges);
  samples_a_second(state, static_cast<double>(meter.samples()));
}
BENCHMARK(synthesis_and_firmware);

/// A soak without load: three hours of the world an iteration.
void soak_of_three_hours(benchmark::State& state) {
  World world{1, {}};
  const auto idle = state.range(0) != 0 ? VirtualMeter::Idle::skip : VirtualMeter::Idle::simulate;
  VirtualMeter meter{meter_type(), {}, [](Instant) {}, "A", idle};
  world.attach(meter);
  for (auto _ : state) world.advance_to(world.now() + std::chrono::hours{3});
  samples_a_second(state, static_cast<double>(meter.samples()));
}
BENCHMARK(soak_of_three_hours)->ArgName("skip")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// The quadriform of type-approval.md 7: five harmonics.
void distorted_synthesis_and_firmware(benchmark::State& state) {
  World world{1, {.noise_percent = 0.005}};
  VirtualMeter meter{meter_type(), {}, [](Instant) {}};
  world.attach(meter);
  Terminals load;
  load.voltage = {Phasor{120}, Phasor{-120}};
  load.current = {Phasor{100}, Phasor{-100}};
  for (const int order : {3, 5, 7, 11, 13})
    load.harmonics.push_back({.order = order, .voltage = {2, -2}, .current = {10, -10}});
  world.source().apply(world.now(), load);
  for (auto _ : state) world.advance_to(world.now() + std::chrono::seconds{1});
  samples_a_second(state, static_cast<double>(meter.samples()));
}
BENCHMARK(distorted_synthesis_and_firmware);

}  // namespace
}  // namespace meterbench::virtual_lab

BENCHMARK_MAIN();
