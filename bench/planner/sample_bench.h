// A bench, meters and scenarios for tests of the planner.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/planner/plan.h"

namespace meterbench::sample {

inline const PowerFactor kUnity{};
inline const PowerFactor kHalfLag{0.5, false};
/// A target that every point of the bench meets in the shortest window.
inline constexpr Ratio kEasy{0.0005};

using Meters = std::map<std::string, MeterType>;

/// 2S CL200: 240 V × I, Kt 1 Wh = 3600 J. 50 A: 12 kW, 0.3 s a pulse.
inline MeterType meter_2s() {
  MeterType meter;
  meter.id = "m-2s";
  meter.form = Form::s2;
  meter.nominal_voltage = Voltage{240};
  meter.rated_voltages = {Voltage{240}};
  meter.maximum_voltage = Voltage{288};
  meter.nominal_frequency = Frequency{60};
  meter.kt = from_watt_hours(1);
  meter.maximum_current = Current{200};
  meter.minimum_current = Current{2};
  meter.latency = Seconds{10};
  return meter;
}

/// 4S CL20: as that, to 20 A, 0.1 Wh.
inline MeterType meter_4s() {
  MeterType meter = meter_2s();
  meter.id = "m-4s";
  meter.form = Form::s4;
  meter.kt = from_watt_hours(0.1);
  meter.maximum_current = Current{20};
  return meter;
}

/// 1S CL100 at 120 V, 0.5 Wh.
inline MeterType meter_1s() {
  MeterType meter = meter_2s();
  meter.id = "m-1s";
  meter.form = Form::s1;
  meter.nominal_voltage = Voltage{120};
  meter.rated_voltages = {Voltage{120}};
  meter.maximum_voltage = Voltage{144};
  meter.kt = from_watt_hours(0.5);
  meter.maximum_current = Current{100};
  return meter;
}

/// 3S CL10 at 120 and 240 V, 0.05 Wh.
inline MeterType meter_3s() {
  MeterType meter = meter_1s();
  meter.id = "m-3s";
  meter.form = Form::s3;
  meter.rated_voltages = {Voltage{120}, Voltage{240}};
  meter.maximum_voltage = Voltage{288};
  meter.kt = from_watt_hours(0.05);
  meter.maximum_current = Current{10};
  return meter;
}

inline Meters at_a(const MeterType& meter) { return {{"A", meter}}; }

/// Reads 0.004 % high at power factor 1; U = 0.020 % there and 0.030 % at 0.5 lag.
inline Calibration certificate(double from_a, double to_a) {
  Calibration calibration;
  calibration.certificate = "C-1";
  for (const double a : {from_a, to_a}) {
    calibration.points.push_back({Current{a}, kUnity, from_percent(0.004), from_percent(0.020), 2});
    calibration.points.push_back({Current{a}, kHalfLag, from_percent(0), from_percent(0.030), 2});
  }
  return calibration;
}

/// Positions A, B and C without an isolation table.
inline PlanningStation bench() {
  PlanningStation station;
  station.source = {2, Voltage{300}, Current{240}, Frequency{45}, Frequency{65}, Seconds{2}};
  station.limits = {Voltage{300}, Current{240}};
  station.counter = {.methods = {CountingMethod::scanned},
                     .inputs = 8,
                     .scan_period = std::chrono::milliseconds{1},
                     .maximum_rate = Frequency{48e6}};
  station.reference_calibration = certificate(0.1, 240);
  station.reference_pulse = from_watt_hours(1e-5);
  station.room_temperature = Temperature{23};
  station.uncertainty.reference_drift = from_percent(0.010);
  station.uncertainty.reference_linearity = from_percent(0.006);
  station.uncertainty.pickup_jitter = Seconds{20e-6};
  station.uncertainty.repeatability = Ratio{0};
  station.uncertainty.repeatability_dof = 50;
  station.positions = {{"A"}, {"B"}, {"C"}};
  return station;
}

inline LoadStep sweep_step(std::vector<CurrentSpec> currents, std::vector<PowerFactor> pfs,
                           std::vector<Direction> directions, Ratio target) {
  LoadStep step;
  step.name = "load";
  step.currents = std::move(currents);
  step.power_factors = std::move(pfs);
  step.directions = std::move(directions);
  step.target_uncertainty = target;
  step.limits = "bench";
  step.position = {"s.yaml", 4, 5};
  step.target_position = {"s.yaml", 8, 25};
  step.limits_position = {"s.yaml", 9, 13};
  step.waveform_position = {"s.yaml", 10, 15};
  for (std::size_t i = 0; i < step.currents.size(); ++i)
    step.current_positions.push_back({"s.yaml", 6, 10 + static_cast<int>(i)});
  return step;
}

inline Scenario scenario_of(std::vector<Step> steps) {
  Scenario scenario;
  scenario.title = "test";
  scenario.steps = std::move(steps);
  return scenario;
}

inline Scenario sweep(std::vector<CurrentSpec> currents, std::vector<PowerFactor> pfs,
                      std::vector<Direction> directions, Ratio target) {
  return scenario_of({sweep_step(std::move(currents), std::move(pfs), std::move(directions), target)});
}

inline Scenario single(CurrentSpec current, const PowerFactor& pf, Ratio target) {
  return sweep({current}, {pf}, {Direction::delivered}, target);
}

/// Delivered at power factor 1.
inline LoadStep step_at(std::vector<CurrentSpec> currents) {
  return sweep_step(std::move(currents), {kUnity}, {Direction::delivered}, kEasy);
}

inline LimitFiles bench_limits() {
  Limit unity;
  unity.test = "load";
  unity.power_factor = kUnity;
  unity.limit = from_percent(0.5);
  Limit half = unity;
  half.power_factor = kHalfLag;
  half.limit = from_percent(0.6);
  return {{"bench", {LimitRow{unity}, LimitRow{half}}}};
}

/// Throws where there are mistakes.
inline Plan plan_of(const Scenario& scenario, const Meters& meters, const PlanningStation& station = bench(),
                    const WaveformFiles& waveforms = {}) {
  Mistakes mistakes;
  auto plan = make_plan(scenario, meters, station, bench_limits(), waveforms, mistakes);
  if (!plan) throw std::runtime_error{mistakes.text()};
  return *std::move(plan);
}

inline Plan plan_of(const Scenario& scenario, const MeterType& meter = meter_2s(),
                    const PlanningStation& station = bench()) {
  return plan_of(scenario, at_a(meter), station);
}

inline std::string mistakes_of(const Scenario& scenario, const PlanningStation& station = bench(),
                               const LimitFiles& limits = bench_limits(),
                               const Meters& meters = at_a(meter_2s()), const WaveformFiles& waveforms = {}) {
  Mistakes mistakes;
  const auto plan = make_plan(scenario, meters, station, limits, waveforms, mistakes);
  return plan ? "a plan without mistakes" : mistakes.text();
}

}  // namespace meterbench::sample
