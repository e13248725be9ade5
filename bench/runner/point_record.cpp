#include "bench/runner/point_record.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "bench/guardian/pulse_intervals.h"
#include "bench/measurement/decision.h"
#include "bench/measurement/energy_error.h"
#include "bench/measurement/residual.h"

namespace meterbench {
namespace {

/// Parts of a window whose spread is checked.
constexpr std::size_t kParts = 5;
/// So many odd intervals of a meter are told one by one. made
constexpr std::size_t kToldOdd = 10;

/// How many times the power of all circuits is that of their sum: where they cancel in part, what is
/// uncertain of each weighs more in what is left.
double weight_of_circuits(ReferenceDefinition definition, Form form, const LoadPoint& load) {
  double apart = 0;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    LoadPoint alone = load;
    alone.circuits.at(1 - i).current = Current{};
    apart += std::abs(reference_power(definition, form, alone).value());
  }
  return std::max(1.0, apart / std::abs(reference_power(definition, form, load).value()));
}

}  // namespace

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
  r.kt_wh = watt_hours(type.kt);
  r.circuit_factor = meter.circuit_factor;
  r.reference_error_percent = percent(point.reference.error);
  r.isolation_error_percent = percent(meter.isolation.error);
  r.standard_error_percent = percent(meter.standard.error);
  r.limit = point.limit;
  return r;
}

PointRecords::PointRecords(const Station& station, const std::map<std::string, MeterType>& meters,
                           const PlannedPoint& point, const PointHold& hold, const PointCount& count)
    : station_{station}, types_{meters}, point_{point}, hold_{hold}, count_{count} {
  if (hold.watch()) power_ramp_percent_per_s_ = power_ramp_percent_per_s(hold.watch()->samples());
}

void PointRecords::complete(std::size_t index, PointRecord& record) const {
  const MeterCount& count = count_.meters()[index];
  record.edges = count.edges;
  record.reference_pulse_wh = watt_hours(count_.reference_pulse());
  if (!count.window) {
    record.events.push_back(event(record, "no_pulse", count.why_none));
    return;
  }
  record.pulses = count.window->pulses;
  record.reference_count = count.window->reference_count;
  record.duration_s = count.window->duration_s;
  if (point_.result == ResultKind::residual)
    compute_residual(index, *count.window, record);
  else
    compute_error(index, *count.window, record);
}

void PointRecords::compute_error(std::size_t index, const Window& window, PointRecord& record) const {
  const WindowConditions c = conditions(index, window);
  const Ratio error = energy_error({.meter_pulses = window.pulses,
                                    .kt = c.kt,
                                    .circuit_factor = c.circuit_factor,
                                    .reference_pulses = window.reference_count,
                                    .reference_pulse = c.reference_pulse,
                                    .reference_error = c.reference.error,
                                    .isolation_error = c.isolation.error,
                                    .standard_error = c.standard.error});
  record.error_percent = percent(error);
  record.budget = window_budget(c, window.pulses);
  record.verdict.decision = simple_acceptance(error, point_.limit.limit);

  bool bench_to_blame = false;
  if (record.edges.size() > kOpeningEdge) {
    const auto parts = partial_errors(std::span{record.edges}.subspan(kOpeningEdge), c, kParts);
    if (!spread_as_expected(parts, c, window.pulses)) {
      bench_to_blame = true;
      record.events.push_back(event(record, "spread",
                                    "the parts of the window scatter more than timing, jitter and pooled "
                                    "repeatability explain"));
    }
  }
  bench_to_blame |= add_odd_intervals(index, record);
  if (auto doubt = reference_doubt(record)) {
    bench_to_blame = true;
    record.events.push_back(event(record, "reference_doubt", *std::move(doubt)));
  }
  // Whether meter or bench is to blame stays open: no pass can stand on it, and no fail is made of it.
  if (bench_to_blame || (!record.events.empty() && record.verdict.decision == Decision::pass))
    record.verdict.decision = Decision::inconclusive;
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
  record.verdict.decision = simple_acceptance(left, point_.limit.limit);
}

bool PointRecords::add_odd_intervals(std::size_t index, PointRecord& record) const {
  const PlannedMeter& meter = point_.meters[index];
  const auto odd = odd_intervals(count_.meters()[index].steady, types_.at(meter.position).kt / meter.power);
  for (std::size_t i = 0; i < std::min(odd.size(), kToldOdd); ++i)
    record.events.push_back(event(record, std::string{to_text(odd[i].kind)}, odd[i].text()));
  if (odd.size() > kToldOdd)
    record.events.push_back(
        event(record, std::string{to_text(odd[kToldOdd].kind)},
              fmt::format("{}; {} odd intervals in all", odd[kToldOdd].text(), odd.size())));
  // Without edges of its own the window is another instrument's, and all that was seen lies within.
  return std::ranges::any_of(odd, [&](const OddInterval& o) {
    return record.edges.empty() || (o.pulse > kOpeningEdge && o.pulse < record.edges.size());
  });
}

/// The source as second witness: the reference's energy against that of the load as it is set. Where the
/// reference compares by itself its readings stand for its pulses.
std::optional<std::string> PointRecords::reference_doubt(const PointRecord& record) const {
  if (station_.source_accuracy.value() == 0) return std::nullopt;
  const Form form = types_.at(record.position).form;
  const ReferenceDefinition definition = station_.reference->definition();
  const double set_w = std::abs(reference_power(definition, form, point_.load).value());
  double seen_w = 0;
  if (point_.method == CountingMethod::error_calculator) {
    const auto& samples = hold_.watch()->samples();
    for (const auto& sample : samples)
      seen_w += std::abs(sample.reading.active.value()) / static_cast<double>(samples.size());
  } else {
    seen_w = *record.reference_count * count_.reference_pulse().value() / *record.duration_s;
  }
  const double apart = 100 * (seen_w / (1 + point_.reference.error.value()) / set_w - 1);
  const double allowed =
      percent(station_.source_accuracy) * weight_of_circuits(definition, form, point_.load) +
      record.budget->expanded_percent();
  // Written so that NaN is a doubt.
  if (std::abs(apart) <= allowed) return std::nullopt;
  return fmt::format(
      "the reference tells {:+.3f} % of what the source is set to, its accuracy and U explain {:.3f} %: one "
      "of "
      "them is wrong",
      apart, allowed);
}

WindowConditions PointRecords::conditions(std::size_t index, const Window& window) const {
  const PlannedMeter& meter = point_.meters[index];
  WindowConditions c;
  c.method = point_.method;
  c.kt = types_.at(meter.position).kt;
  c.power = meter.power;
  c.circuit_factor = meter.circuit_factor;
  c.reference = point_.reference;
  c.isolation = meter.isolation;
  c.standard = meter.standard;
  c.power_ramp_percent_per_s = power_ramp_percent_per_s_;
  c.station = station_.uncertainty;
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

EventRow PointRecords::event(const PointRecord& record, std::string kind, std::string text) const {
  return {record.point_id, record.position, in_seconds(station_.reactor.now()), std::move(kind),
          std::move(text)};
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
