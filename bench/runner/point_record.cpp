#include "bench/runner/point_record.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/measurement/energy_error.h"
#include "bench/measurement/function_budget.h"
#include "bench/measurement/residual.h"
#include "bench/planner/function_point.h"
#include "bench/planner/window_conditions.h"
#include "bench/runner/deviation.h"
#include "bench/runner/recorded_window.h"
#include "bench/runner/source_witness.h"

namespace meterbench {

PointRecord asked_record(const PlannedPoint& point, const PlannedMeter& meter, const MeterType& type,
                         int attempt) {
  PointRecord r;
  r.point_id = point.id;
  r.position = meter.position;
  r.attempt = attempt;
  r.step = point.step;
  r.label = point.label;
  r.result = to_text(point.result);
  r.temperature = point.temperature;
  r.voltage = point.voltage;
  r.current = point.current;
  r.power_factor = point.power_factor;
  r.direction = point.direction;
  r.connection = point.connection;
  r.waveform = point.load.waveform.name;
  r.frequency = point.load.frequency;
  r.method = to_text(point.method);
  r.pulses = meter.pulses;
  r.windows = meter.windows;
  r.kt_wh = watt_hours(type.kt);
  r.circuit_factor = meter.circuit_factor;
  r.reference_error_percent = percent(point.reference.error);
  r.isolation_error_percent = percent(meter.isolation.error);
  r.standard_error_percent = percent(meter.standard.error);
  r.limit = point.limit;
  return r;
}

PointRecords::PointRecords(const Station& station, const std::map<std::string, MeterType>& meters,
                           const PlannedPoint& point, const PointHold& hold, const PointCount& count,
                           const RegisterComparisons& registers)
    : station_{station},
      types_{meters},
      point_{point},
      hold_{hold},
      count_{count},
      registers_{registers},
      decision_{station, meters, point, hold, count} {
  if (hold.watch()) power_ramp_percent_per_s_ = power_ramp_percent_per_s(hold.watch()->samples());
}

void PointRecords::complete(std::size_t index, PointRecord& record) const {
  const MeterCount& count = count_.meters()[index];
  record.edges = count.edges;
  record.reference_pulse_wh = watt_hours(count_.reference_pulse());
  if (!count.window) {
    record.events.push_back(
        {record.point_id, record.position, in_seconds(station_.reactor.now()), "no_pulse", count.why_none});
    return;
  }
  record.pulses = count.window->pulses;
  record.reference_count = count.window->reference_count;
  record.duration_s = count.window->duration_s;
  switch (point_.result) {
    case ResultKind::residual: return compute_residual(index, *count.window, record);
    case ResultKind::no_load: return compute_no_load(index, record);
    case ResultKind::starting: return compute_starting(index, record);
    default: return compute_error(index, *count.window, record);
  }
}

void PointRecords::compute_no_load(std::size_t index, PointRecord& record) const {
  record.budget = no_load_budget(point_.gate, Seconds{in_seconds(kLateEdges)});
  decision_.decide_function(
      record.pulses <= point_.meters[index].pulses,
      fmt::format("{} LED pulses came in {:.0f} s without a load", record.pulses, point_.gate.value()),
      record);
}

Ratio PointRecords::source_accuracy_at(Form form) const {
  const ReferenceDefinition definition = station_.reference->definition();
  const ActivePower set = reference_power(definition, form, point_.load);
  return source_witness(station_.source_accuracy, definition, form, point_.load, set, set).accuracy;
}

/// The first pulse counts from when the load stood, which is after it came on.
void PointRecords::compute_starting(std::size_t index, PointRecord& record) const {
  if (station_.source_accuracy.stated())
    record.budget = starting_budget(source_accuracy_at(types_.at(record.position).form));
  const Seconds patience = types_.at(record.position).kt / point_.meters[index].power * kStartingPatience;
  Instant before = hold_.steady_since();
  for (std::size_t n = 0; n < kStartingPulses; ++n) {
    const bool came = n < record.edges.size();
    const Seconds waited{in_seconds((came ? record.edges[n].time : station_.reactor.now()) - before)};
    if (!came || waited > patience)
      return decision_.decide_function(
          false,
          fmt::format("LED pulse {} {} within {:.1f} s", n + 1, came ? "came late, not" : "did not come",
                      patience.value()),
          record);
    before = record.edges[n].time;
  }
  decision_.decide_function(true, {}, record);
}

void PointRecords::compute_error(std::size_t index, const Window& window, PointRecord& record) const {
  WindowConditions c = conditions(index, window);
  Ratio error = energy_error(comparison_of(record));
  if (point_.result == ResultKind::register_error) {
    const auto& seen = registers_.at(record.position);
    if (!seen) {
      record.events.push_back({record.point_id, record.position, in_seconds(station_.reactor.now()),
                               "unreconciled", seen.error()});
      return;
    }
    // The LED carries the comparison from the reference to the register.
    error = Ratio{(1 + error.value()) * (seen->account.registered / seen->by_led) - 1};
    c.register_step = seen->account.step;
  }
  record.error_percent = percent(error);
  record.budget = budget_of(index, c, window, record);
  decision_.decide_error(index, c, window, record);
}

/// A second stage counts what its windows scatter.
Budget PointRecords::budget_of(std::size_t index, const WindowConditions& c, const Window& window,
                               const PointRecord& record) const {
  const PlannedMeter& meter = point_.meters[index];
  if (!meter.own_scatter || record.edges.size() <= kOpeningEdge) return window_budget(c, window.pulses);
  const auto errors = errors_of_parts(record, static_cast<std::size_t>(meter.windows));
  return errors.size() > 1 ? observed_budget(c, window.pulses, errors) : window_budget(c, window.pulses);
}

void PointRecords::compute_residual(std::size_t index, const Window& window, PointRecord& record) const {
  const PlannedMeter& meter = point_.meters[index];
  const ResidualConditions c{.kt = types_.at(meter.position).kt,
                             .series_power = meter.power,
                             .gate = point_.gate,
                             .readings = window.readings,
                             .reference = point_.reference,
                             .isolation = meter.isolation,
                             .station = station_.uncertainty};
  const Ratio left = residual(window.pulses, window.reference_count * count_.reference_pulse(), c);
  record.error_percent = percent(left);
  record.budget = residual_budget(c);
  decision_.decide_residual(index, record);
}

WindowConditions PointRecords::conditions(std::size_t index, const Window& window) const {
  const PlannedMeter& meter = point_.meters[index];
  WindowConditions c = window_conditions(point_, meter, types_.at(meter.position), station_.uncertainty);
  c.power_ramp_percent_per_s = power_ramp_percent_per_s_;
  c.deviation = deviation_of(station_, point_, *hold_.watch());
  c.reference_pulse = count_.reference_pulse();
  if (window.readings > 0) c.reading_period = Seconds{window.duration_s / window.readings};
  if (station_.counters.empty()) return c;
  const auto position = std::ranges::find(station_.positions, meter.position, &Position::name);
  const CounterCapabilities counter = station_.counters[position->counter].counter->capabilities();
  c.scan_period = counter.scan_period;
  c.stamp_resolution = counter.resolution;
  c.time_base = counter.time_base;
  return c;
}

void PointRecords::add_environment(PointRecord& record) const {
  if (!hold_.watch()) return;
  const LoadWatch& watch = *hold_.watch();
  double time_s = 0;
  const auto add = [&](std::string quantity, int circuit, double value) {
    record.environment.push_back({record.point_id, time_s, std::move(quantity), circuit, value});
  };
  const auto of_ends = [&](const auto& samples, auto add_sample) {
    for (std::size_t i = 0; i < samples.size(); i += std::max<std::size_t>(1, samples.size() - 1)) {
      time_s = in_seconds(samples[i].time);
      add_sample(samples[i].reading);
    }
  };
  of_ends(watch.climate(), [&](const ChamberReading& reading) {
    add("air_c", 0, reading.air.value());
    if (reading.body) add("body_c", 0, reading.body->value());
  });
  of_ends(watch.samples(), [&](const ReferenceReading& reading) {
    for (std::size_t c = 0; c < reading.circuits.size(); ++c) {
      if (point_.load.circuits.at(c).voltage.value() == 0) continue;
      add("voltage_v", static_cast<int>(c) + 1, reading.circuits.at(c).voltage.value());
      add("current_a", static_cast<int>(c) + 1, reading.circuits.at(c).current.value());
    }
    add("active_power_w", 0, reading.active.value());
    add("frequency_hz", 0, reading.frequency.value());
  });
}

}  // namespace meterbench
