#include "bench/planner/function_point.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/planner/criterion.h"
#include "bench/planner/seated_point.h"

namespace meterbench {
namespace {

constexpr double kPulseMinutes = 600e6;
constexpr Seconds kShortestNoLoad{60};

bool can(const PlanningStation& station, CountingMethod method) {
  return std::ranges::find(station.counter.methods, method) != station.counter.methods.end();
}

/// How LEDs are counted while nothing is expected of them; or why they cannot be.
tl::expected<CountingMethod, std::string> no_load_method(const PlannedBench& bench, Seconds time) {
  if (can(bench.station, CountingMethod::scanned)) return CountingMethod::scanned;
  if (!can(bench.station, CountingMethod::gated_total))
    return tl::unexpected{std::string{"no counter of this station counts LED pulses by itself"}};
  if (bench.seats.size() > 1)
    return tl::unexpected{fmt::format("gated_total serves one meter at a time, not {}", bench.seats.size())};
  if (to_duration(time) > bench.station.counter.longest_gate)
    return tl::unexpected{fmt::format("a gate of {:.0f} s is longer than the counter has", time.value())};
  return CountingMethod::gated_total;
}

std::string plan_no_load(const PlannedBench& bench, const LoadStep& step,
                         const std::vector<const Seat*>& asked_by, const LimitRow* row, PlannedPoint& point) {
  Seconds time{};
  for (const Seat* seat : asked_by)
    time = std::max(time, step.time.value_or(no_load_time(*seat->type, point.voltage)));
  const auto method = no_load_method(bench, time);
  if (!method) return method.error();
  point.result = ResultKind::no_load;
  point.method = *method;
  point.gate = time;
  if (!row) point.limit = criterion(step.name, fmt::format("at most {} LED pulse", kNoLoadPulses));
  for (const Seat* seat : asked_by) {
    PlannedMeter meter;
    meter.position = seat->position;
    meter.pulses = row ? row->pulses : kNoLoadPulses;
    meter.window = time;
    take(point, std::move(meter), *seat->type);
  }
  return {};
}

std::string plan_starting(const PlannedBench& bench, const LoadStep& step,
                          const std::vector<const Seat*>& asked_by, const LimitRow* row,
                          PlannedPoint& point) {
  if (!can(bench.station, CountingMethod::scanned))
    return "it takes a counter that scans LEDs to see when the first pulse comes";
  point.result = ResultKind::starting;
  point.method = CountingMethod::scanned;
  const std::string seen = fmt::format(
      "first and second LED pulse within {} times the interval of the load each", kStartingPatience);
  if (row)
    point.limit.terms += ", by " + seen;
  else
    point.limit = criterion(step.name, seen);
  for (const Seat* seat : asked_by) {
    PlannedMeter meter;
    meter.position = seat->position;
    meter.power = ActivePower{std::abs(metered_power(bench.form(), point.load).value())};
    meter.pulses = kStartingPulses;
    meter.window = seat->type->kt / meter.power * (kStartingPatience * static_cast<double>(kStartingPulses));
    take(point, std::move(meter), *seat->type);
  }
  return {};
}

}  // namespace

Seconds no_load_time(const MeterType& type, Voltage voltage) {
  const double pulses_a_kwh = 1000 / watt_hours(type.kt);
  const double minutes = kPulseMinutes / (pulses_a_kwh * voltage.value() * type.maximum_current.value());
  return std::max(kShortestNoLoad, Seconds{60 * minutes});
}

Reasons plan_function(const PlannedBench& bench, const LoadStep& step,
                      const std::vector<const Seat*>& asked_by, const LimitRow* row, PlannedPoint& point) {
  const std::string why_not = step.test == LoadTest::no_load
                                  ? plan_no_load(bench, step, asked_by, row, point)
                                  : plan_starting(bench, step, asked_by, row, point);
  Reasons reasons;
  if (!why_not.empty())
    for (const Seat* seat : asked_by) reasons[why_not].push_back(seat->position);
  return reasons;
}

}  // namespace meterbench
