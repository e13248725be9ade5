#include "bench/planner/counting.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/measurement/window.h"
#include "bench/planner/window_conditions.h"

namespace meterbench {
namespace {

/// The spread within a window takes two parts at least.
constexpr std::uint64_t kFewestPulses = 2;
/// Whatever their phase, one of them falls into the window.
constexpr double kFewestReadings = 2;
/// A window may open on the second LED edge since the load is in band.
constexpr std::uint64_t kOpeningPulses = 2;
/// Edges that are closer would share a scan.
constexpr double kScansPerEdge = 2;

using Reason = std::optional<std::string>;

/// What is known of the load's surroundings beforehand.
Deviation expected_deviation(const PlanningStation& station) {
  const StationUncertainty& own = station.uncertainty;
  return {.temperature = station.chamber ? own.thermometer : own.room};
}

WindowConditions conditions_of(const PlanningStation& station, const PlannedPoint& point,
                               const Candidate& candidate, CountingMethod method) {
  WindowConditions c = window_conditions(point, candidate.meter, *candidate.type, station.uncertainty);
  c.method = method;
  c.scan_period = station.counter.scan_period;
  c.stamp_resolution = station.counter.resolution;
  c.time_base = station.counter.time_base;
  c.reference_pulse = station.reference_pulse;
  c.deviation = expected_deviation(station);
  // The step of a register is not known before it is read: one pulse, as of meters that count them.
  if (point.result == ResultKind::register_error) c.register_step = c.kt;
  return c;
}

/// Why the method cannot follow the pulses, if so.
Reason beyond_counter(const PlannedBench& bench, const WindowConditions& c) {
  const CounterCapabilities& counter = bench.station.counter;
  if (bench.seats.size() > 1 && c.method != CountingMethod::scanned)
    return fmt::format("{} serves one meter at a time, not {}", to_text(c.method), bench.seats.size());
  if (c.method == CountingMethod::error_calculator) return std::nullopt;
  const Frequency led{c.power.value() / c.kt.value()};
  const Frequency most_led{c.method == CountingMethod::scanned
                               ? 1 / (kScansPerEdge * in_seconds(c.scan_period))
                               : counter.maximum_rate.value()};
  if (led > most_led)
    return fmt::format("the test LED gives {:.4g} Hz; the counter tells edges apart up to {}", led.value(),
                       to_text(most_led));
  const Frequency reference{c.power.value() * c.circuit_factor / c.reference_pulse.value()};
  if (!by_readings(c.method) && reference > counter.maximum_rate)
    return fmt::format("the reference gives pulses at {:.0f} Hz; the counter takes {:.0f} Hz",
                       reference.value(), counter.maximum_rate.value());
  return std::nullopt;
}

/// Why one record of the instrument does not hold so many pulses, if so.
Reason beyond_record(const PlanningStation& station, CountingMethod method, const Way& way) {
  // One more than pulses, and the one before the window opens.
  const std::uint64_t stamps = way.pulses + kOpeningPulses;
  if (method == CountingMethod::timestamps && stamps > station.counter.most_timestamps)
    return fmt::format("{} time stamps do not fit into one record of {}", stamps,
                       station.counter.most_timestamps);
  if (method == CountingMethod::gated_total && to_duration(way.counting) > station.counter.longest_gate)
    return fmt::format("a gate of {:.0f} s is longer than the counter has", way.counting.value());
  if (method == CountingMethod::error_calculator && way.pulses > station.error_calculator->most_pulses)
    return fmt::format("{} pulses are more than the error calculator takes", way.pulses);
  return std::nullopt;
}

/// Shorter ones have no energy of the reference.
Seconds shortest_window(const WindowConditions& c) {
  return by_readings(c.method) ? c.reading_period * kFewestReadings : Seconds{};
}

/// N; or the floor where the target is below it.
tl::expected<Sampling, Ratio> sampling_of(const WindowConditions& c, const WindowTask& task) {
  if (task.pulses) return Sampling{*task.pulses};
  const Seconds shortest = std::max({task.at_least, shortest_window(c), window_time(c, kFewestPulses)});
  if (task.target) return sampling_for(c, *task.target, shortest);
  return Sampling{static_cast<std::uint64_t>(std::ceil(shortest / window_time(c, 1)))};
}

/// A gate opens at any instant, all else on an edge. While edges are scanned, the first of the two comes
/// while the meter's latency is waited for.
std::uint64_t opening_pulses(const WindowConditions& c, Seconds latency) {
  if (c.method == CountingMethod::gated_total) return 0;
  const bool comes_before =
      c.method == CountingMethod::scanned && window_time(c, 1) + c.station.meter_delay_limit <= latency;
  return comes_before ? kOpeningPulses - 1 : kOpeningPulses;
}

tl::expected<Way, NoWay> way_of(const PlannedBench& bench, WindowConditions c, Seconds latency,
                                const WindowTask& task) {
  if (auto reason = beyond_counter(bench, c)) return tl::unexpected{NoWay{*std::move(reason), {}}};
  const auto sampling = sampling_of(c, task);
  if (!sampling) return tl::unexpected{NoWay{"the target uncertainty is out of reach", sampling.error()}};
  c.windows = sampling->windows;
  Way way{sampling->pulses,
          sampling->windows,
          window_time(c, sampling->pulses),
          window_time(c, opening_pulses(c, latency)),
          {}};
  if (way.counting < shortest_window(c))
    return tl::unexpected{NoWay{fmt::format("a window of {:.3g} s is too short: the reference's readings, "
                                            "one in {:.3g} s, stand for its pulses",
                                            way.counting.value(), c.reading_period.value()),
                                {}}};
  if (auto reason = beyond_record(bench.station, c.method, way))
    return tl::unexpected{NoWay{*std::move(reason), {}}};
  way.uncertainty = from_percent(window_budget(c, way.pulses).expanded_percent());
  return way;
}

/// Whether both are counted alike, whatever their positions: forty meters are seldom of forty kinds.
bool alike(const Candidate& a, const Candidate& b) {
  const auto same_value = [](const Calibration::Value& x, const Calibration::Value& y) {
    return x.standard_uncertainty == y.standard_uncertainty && x.error == y.error;
  };
  const bool same_type = a.type->id == b.type->id;
  return same_type && a.type->kt == b.type->kt && a.meter.power == b.meter.power &&
         a.meter.circuit_factor == b.meter.circuit_factor &&
         same_value(a.meter.isolation, b.meter.isolation) && same_value(a.meter.standard, b.meter.standard);
}

/// How all candidates do by one method.
struct Outcome {
  Counting counting;
  std::size_t reached = 0;
  Seconds slowest{};
  Ratio uncertainty{};  ///< worst

  [[nodiscard]] bool better_than(const Outcome& other) const {
    if (reached != other.reached) return reached > other.reached;
    if (slowest != other.slowest) return slowest < other.slowest;
    return uncertainty < other.uncertainty;
  }
};

std::vector<CountingMethod> methods_of(const PlanningStation& station, std::optional<CountingMethod> only) {
  std::vector<CountingMethod> methods = station.counter.methods;
  if (station.error_calculator) methods.push_back(CountingMethod::error_calculator);
  if (only) std::erase_if(methods, [&](CountingMethod method) { return method != *only; });
  return methods;
}

}  // namespace

std::optional<Counting> best_counting(const PlannedBench& bench, const PlannedPoint& point,
                                      const std::vector<Candidate>& candidates,
                                      std::optional<CountingMethod> only, const WindowTask& task) {
  std::optional<Outcome> best;
  std::vector<std::optional<Ratio>> floors(candidates.size());  // the lowest of all methods
  for (const CountingMethod method : methods_of(bench.station, only)) {
    Outcome outcome;
    outcome.counting.method = method;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto twin = std::ranges::find_if(
          candidates, [&](const Candidate& other) { return alike(other, candidates[i]); });
      const auto first = static_cast<std::size_t>(twin - candidates.begin());
      auto way = first < i ? outcome.counting.ways[first]
                           : way_of(bench, conditions_of(bench.station, point, candidates[i], method),
                                    candidates[i].type->latency, task);
      if (way) {
        ++outcome.reached;
        outcome.slowest = std::max(outcome.slowest, way->counting);
        outcome.uncertainty = std::max(outcome.uncertainty, way->uncertainty);
      } else if (const auto& floor = way.error().floor; floor && (!floors[i] || *floor < *floors[i])) {
        floors[i] = floor;
      }
      outcome.counting.ways.push_back(std::move(way));
    }
    // Among equals the last.
    if (!best || !best->better_than(outcome)) best = std::move(outcome);
  }
  if (!best) return std::nullopt;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (auto& way = best->counting.ways[i]; !way) way.error().floor = floors[i];
  return std::move(best->counting);
}

}  // namespace meterbench
