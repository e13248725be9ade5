// A meter and points for tests of what carries a plan out.
#pragma once

#include <string>
#include <vector>

#include "bench/core/quantity_text.h"
#include "bench/planner/plan.h"

namespace meterbench::sample {

/// 2S, 240 V, 60 Hz, 1 Wh a pulse, 10 s of latency.
[[nodiscard]] inline MeterType meter_type() {
  MeterType meter;
  meter.id = "meter";
  meter.form = Form::s2;
  meter.nominal_voltage = Voltage{240};
  meter.nominal_frequency = Frequency{60};
  meter.kt = from_watt_hours(1);
  meter.maximum_current = Current{200};
  meter.latency = Seconds{10};
  return meter;
}

/// At 50 A a pulse takes 0.3 s. Certificate without error, limit 0.5 %.
[[nodiscard]] inline PlannedPoint point(const std::string& id, double amperes, std::uint64_t pulses) {
  PlannedPoint p;
  p.id = id;
  p.step = "load-performance";
  p.voltage = Voltage{240};
  p.current = Current{amperes};
  p.load =
      make_load_point(Form::s2, p.voltage, Frequency{60}, p.current, PowerFactor{}, Direction::delivered);
  p.meters = {{.position = "A", .power = metered_power(Form::s2, p.load), .pulses = pulses}};
  p.limit = {"load-performance", PowerFactor{}, from_percent(0.5), "criterion", "", "", Mark::criterion};
  p.reference = {from_percent(0), from_percent(0.01), "C-1: " + to_text(p.current)};
  return p;
}

/// Two circuits of 50 A that cancel, for 600 s; in series they would give 12 kW, 2000 Wh.
[[nodiscard]] inline PlannedPoint opposed_point(const std::string& id) {
  PlannedPoint p = point(id, 50, 40);
  p.result = ResultKind::residual;
  p.connection.circuit = Circuit::opposed;
  p.load = make_load_point(Form::s2, p.voltage, Frequency{60}, p.current, PowerFactor{}, Direction::delivered,
                           p.connection);
  p.gate = Seconds{600};
  return p;
}

/// As point() for a meter in each of `positions`.
[[nodiscard]] inline PlannedPoint point_at(const std::vector<std::string>& positions, const std::string& id,
                                           double amperes, std::uint64_t pulses) {
  PlannedPoint p = point(id, amperes, pulses);
  const PlannedMeter one = p.meters.front();
  p.meters.clear();
  for (const std::string& position : positions) {
    p.meters.push_back(one);
    p.meters.back().position = position;
  }
  return p;
}

/// A meter at `A`, and points without soaks.
[[nodiscard]] inline Plan plan(std::vector<PlannedPoint> points) {
  Plan p;
  p.meters = {{"A", meter_type()}};
  p.points = std::move(points);
  return p;
}

/// To `celsius` ± 2 K within 8 h; its check load takes 12 s.
[[nodiscard]] inline PlannedSoak soak(std::size_t before, double celsius) {
  PlannedSoak s;
  s.before = before;
  s.temperature = Temperature{celsius};
  s.band = TemperatureDifference{2};
  s.limit = Seconds{8 * 3600};
  s.check = point("S1", 50, 40);
  return s;
}

}  // namespace meterbench::sample
