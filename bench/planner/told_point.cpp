#include "bench/planner/told_point.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/demand_error.h"
#include "bench/measurement/told_error.h"
#include "bench/planner/criterion.h"
#include "bench/planner/seated_point.h"
#include "bench/planner/window_conditions.h"

namespace meterbench {
namespace {

/// An optical session and what a meter does by it. made
constexpr Seconds kSession{10};

ResultKind result_of(LoadTest test) {
  switch (test) {
    case LoadTest::demand: return ResultKind::demand_error;
    case LoadTest::bidirectional: return ResultKind::net_difference;
    case LoadTest::mode_change: return ResultKind::mode_change;
    case LoadTest::clock: return ResultKind::clock_error;
    case LoadTest::dips: return ResultKind::dips;
    case LoadTest::firmware: return ResultKind::firmware;
    case LoadTest::security: return ResultKind::security;
    case LoadTest::display: return ResultKind::display;
    case LoadTest::press: return ResultKind::press;
    case LoadTest::python: return ResultKind::python;
    default: return ResultKind::percent_error;
  }
}

/// What is asked for, where no file of limits says it.
std::string criterion_text(const LoadStep& step) {
  switch (step.test) {
    case LoadTest::mode_change: return "what a meter registers in test mode is not billed";
    case LoadTest::dips:
      return fmt::format("at most what nominal voltage and Imax bring in {} is registered, nothing is lost",
                         to_text(step.task.allowed));
    case LoadTest::firmware: return fmt::format("firmware {}", fmt::join(step.task.versions, " or "));
    case LoadTest::security: return "a wrong password opens nothing and is logged, secrets are not told";
    case LoadTest::display: return fmt::format("the display shows {}", fmt::join(step.task.shows, ", "));
    case LoadTest::python:
      return fmt::format("{} of {} says so", step.task.script.function,
                         std::filesystem::path{step.task.script.path}.filename().string());
    default: return fmt::format("switch {} does what it is for", step.task.meter_switch);
  }
}

/// As far as it is known beforehand.
Ratio predicted(const PlannedBench& bench, const MeterType& type, const PlannedMeter& meter,
                const PlannedPoint& point) {
  const auto expanded = [](const Budget& budget) { return from_percent(budget.expanded_percent()); };
  switch (point.result) {
    case ResultKind::demand_error: {
      WindowConditions c = window_conditions(point, meter, type, bench.station.uncertainty);
      c.time_base = bench.station.counter.time_base;
      return expanded(demand_budget(c, kUsualInterval, Ratio{}));
    }
    case ResultKind::net_difference: return expanded(net_budget(type.kt, meter.power * meter.window));
    case ResultKind::clock_error:
      return expanded(clock_budget(kUsualClockReading, kUsualClockReading, point.task.time));
    default: return {};
  }
}

/// How long a load stands, or voltage alone.
Seconds time_of(const MeterTask& task, LoadTest test) {
  if (test == LoadTest::demand)
    return kUsualInterval *
           static_cast<double>(task.intervals + 1 + (task.clock_change.value() != 0 ? 1 : 0));
  if (test == LoadTest::bidirectional) return task.time * static_cast<double>(task.reversals + 1);
  if (test == LoadTest::dips) return length_of(task.dips) + kSession;
  if (test == LoadTest::python) return kSession;  // nobody knows; its time limit is the machine's
  return task.time.value() > 0 ? task.time : kSession;
}

/// Why the source cannot give those dips at `load`, or a meter could not bear them; empty: all is well.
std::string beyond_dips(const PlannedBench& bench, const MeterTask& task, const PlannedPoint& point) {
  if (task.dips.empty()) return {};
  if (!bench.station.source.dips) return "the source gives no dips of voltage";
  const double highest = std::ranges::max(task.dips, {}, &VoltageDip::highest).highest().value();
  for (const CircuitLoad& circuit : point.load.circuits)
    if (const Voltage voltage = circuit.voltage * highest; voltage > bench.station.limits.voltage)
      return fmt::format("{} is beyond the voltage limit of the source, {}", to_text(voltage),
                         to_text(bench.station.limits.voltage));
  for (const Seat& seat : bench.seats)
    if (const Voltage voltage = point.voltage * highest; voltage > seat.type->maximum_voltage)
      return fmt::format("{} is beyond what {} in position {} may be given, {}", to_text(voltage),
                         seat.type->id, seat.position, to_text(seat.type->maximum_voltage));
  return {};
}

}  // namespace

bool is_told(LoadTest test) { return is_told_by_meter(result_of(test)); }

Reasons plan_told(const PlannedBench& bench, const LoadStep& step, const std::vector<const Seat*>& asked_by,
                  double factor, PlannedPoint& point) {
  point.result = result_of(step.test);
  point.task = step.task;
  if (!has_limits(step.test)) point.limit = criterion(step.name, criterion_text(step));
  Reasons reasons;
  if (const std::string beyond = beyond_dips(bench, step.task, point); !beyond.empty()) {
    for (const Seat* seat : asked_by) reasons[beyond].push_back(seat->position);
    return reasons;
  }
  for (const Seat* seat : asked_by) {
    auto meter = has_current(step.test)
                     ? meter_at(*seat, bench.form(), point, factor)
                     : tl::expected<PlannedMeter, std::string>{PlannedMeter{seat->position}};
    if (!meter) {
      reasons[meter.error()].push_back(seat->position);
      continue;
    }
    meter->window = time_of(step.task, step.test);
    meter->predicted_uncertainty = predicted(bench, *seat->type, *meter, point);
    take(point, *std::move(meter), *seat->type);
  }
  return reasons;
}

}  // namespace meterbench
