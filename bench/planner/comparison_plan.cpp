#include "bench/planner/comparison_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/seat.h"

namespace meterbench {
namespace {

bool is_same(const PlannedPoint& a, const PlannedPoint& b, Influence what) {
  switch (what) {
    case Influence::voltage: return same(a.voltage, b.voltage);
    case Influence::frequency: return same(a.load.frequency, b.load.frequency);
    case Influence::temperature: return a.temperature == b.temperature;
    case Influence::power_factor: return a.power_factor == b.power_factor;
    case Influence::circuit: return a.connection == b.connection;
    case Influence::waveform: return a.load.waveform == b.load.waveform;
    case Influence::time: return a.repetition == b.repetition;
    case Influence::nothing: break;
  }
  return true;
}

/// The same test once more, but for what is to be another one.
bool are_comparable(const PlannedPoint& a, const PlannedPoint& b, Influence varies) {
  return a.result == b.result && same(a.current, b.current) && a.direction == b.direction &&
         std::ranges::all_of(influences(), [&](Influence what) {
           return what == Influence::nothing || is_same(a, b, what) == (what != varies);
         });
}

bool measures(const PlannedPoint& point, const std::string& position) {
  return std::ranges::find(point.meters, position, &PlannedMeter::position) != point.meters.end();
}

std::vector<std::string> positions_of(const PlannedPoint& point) {
  std::vector<std::string> positions;
  for (const PlannedMeter& meter : point.meters) positions.push_back(meter.position);
  return positions;
}

std::vector<std::size_t> labelled(const Plan& plan, const std::string& label) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < plan.points.size(); ++i)
    if (plan.points[i].label == label) places.push_back(i);
  return places;
}

/// Place of the first step with that label in the scenario.
std::optional<std::size_t> step_of(const Scenario& scenario, const std::string& label) {
  for (std::size_t i = 0; i < scenario.steps.size(); ++i)
    if (const auto* step = std::get_if<LoadStep>(&scenario.steps[i]); step && step->label == label) return i;
  return std::nullopt;
}

/// Why the two steps cannot be compared as the scenario has it.
std::optional<std::string> mistake_of(const CompareStep& step, const Scenario& scenario) {
  const auto first = step_of(scenario, step.first);
  const auto second = step_of(scenario, step.second);
  for (const auto& [found, label] : {std::pair{first, step.first}, std::pair{second, step.second}})
    if (!found) return fmt::format("no step has the label '{}'", label);
  if (step.varies != Influence::time && *second <= *first)
    return fmt::format("step '{}' comes after step '{}', not before it", step.first, step.second);
  return std::nullopt;
}

bool alike(const Limit& a, const Limit& b) {
  return a.limit == b.limit && a.middle == b.middle && a.terms == b.terms && citation(a) == citation(b);
}

/// The row that holds for every meter of `point` that `counts` lets through; a mistake where there is none,
/// or several.
template <class AnyStep, class Counts, class LimitOf>
std::optional<Limit> common_limit(const AnyStep& step, const PlannedPoint& point, const Plan& plan,
                                  Counts counts, LimitOf limit_of, Mistakes& mistakes) {
  std::optional<Limit> limit;
  for (const PlannedMeter& meter : point.meters) {
    if (!counts(meter.position)) continue;
    const std::optional<Limit> own = limit_of(plan.meters.at(meter.position));
    if (!own || (limit && !alike(*limit, *own))) {
      mistakes.add(step.limits_position,
                   fmt::format("limits '{}' have {} for test '{}' at {}, power factor {}", step.limits,
                               own ? "different rows for the meters" : "no row", step.name,
                               to_text(point.current), to_text(point.power_factor)));
      return std::nullopt;
    }
    limit = own;
  }
  return limit;
}

LimitQuestion question(std::string_view test, LimitKind kind, const PlannedPoint& point) {
  return {test, kind, point.power_factor, point.current, point.voltage, point.temperature};
}

/// What every comparison of two points needs.
struct Pairing {
  const CompareStep& step;
  const std::vector<LimitRow>& limits;
  Plan& plan;
  Mistakes& mistakes;

  [[nodiscard]] bool is_pair(const PlannedPoint& a, const PlannedPoint& b, Influence varies) const {
    // Of one step the first repetition is what the others are held against.
    return are_comparable(a, b, varies) && (varies != Influence::time || a.repetition == 1);
  }

  /// How many pairs there are. Meters of one point may have been measured at several earlier ones, where they
  /// were held against different limits.
  std::size_t add_all(const std::vector<std::size_t>& earlier, const std::vector<std::size_t>& later) {
    std::size_t pairs = 0;
    for (const std::size_t second : later) {
      std::vector<std::string> left = positions_of(plan.points[second]);
      for (const std::size_t first : earlier) {
        const PlannedPoint& a = plan.points[first];
        if (!is_pair(a, plan.points[second], step.varies)) continue;
        if (std::erase_if(left, [&](const std::string& position) { return measures(a, position); }) == 0)
          continue;
        ++pairs;
        add(first, second);
      }
    }
    return pairs;
  }

  void add(std::size_t first, std::size_t second) {
    const PlannedPoint& a = plan.points[first];
    const PlannedPoint& b = plan.points[second];
    const auto limit = common_limit(
        step, b, plan, [&](const std::string& position) { return measures(a, position); },
        [&](const MeterType& meter) { return limit_of(a, b, meter); }, mistakes);
    if (limit)
      plan.comparisons.push_back({{}, step.name, ResultKind::shift, {first, second}, *limit, step.varies});
  }

  /// From one temperature to another a row per kelvin goes before one without.
  [[nodiscard]] std::optional<Limit> limit_of(const PlannedPoint& a, const PlannedPoint& b,
                                              const MeterType& meter) const {
    const TemperatureDifference apart{b.temperature.value() - a.temperature.value()};
    const LimitRow* const per_kelvin =
        apart.value() != 0 ? find_limit(limits, question(step.name, LimitKind::percent_per_kelvin, b), meter)
                           : nullptr;
    if (per_kelvin) return over(*per_kelvin, apart);
    const LimitRow* const row = find_limit(limits, question(step.name, LimitKind::percent, b), meter);
    return row ? std::optional{row->limit} : std::nullopt;
  }

  /// Why there is no pair; what alone would have to vary, where it is one thing.
  [[nodiscard]] std::string no_pair(const std::vector<std::size_t>& earlier,
                                    const std::vector<std::size_t>& later) const {
    std::string text =
        step.varies == Influence::nothing
            ? fmt::format("steps '{}' and '{}' have no point in common", step.first, step.second)
            : fmt::format("steps '{}' and '{}' have no points that differ in their {} alone", step.first,
                          step.second, to_text(step.varies));
    for (const Influence what : influences()) {
      if (what == step.varies) continue;
      const bool would = std::ranges::any_of(later, [&](std::size_t second) {
        return std::ranges::any_of(earlier, [&](std::size_t first) {
          return is_pair(plan.points[first], plan.points[second], what);
        });
      });
      if (would && what != Influence::nothing)
        return fmt::format("{}: 'varies: {}' is missing", text, to_text(what));
    }
    return text;
  }
};

}  // namespace

void add_shifts(const CompareStep& step, const LimitFiles& limits, Plan& plan, Mistakes& mistakes) {
  if (const auto mistake = mistake_of(step, plan.scenario)) return mistakes.add(step.position, *mistake);
  Pairing pairing{step, limits.at(step.limits), plan, mistakes};
  const auto earlier = labelled(plan, step.first);
  const auto later = labelled(plan, step.second);
  for (const auto& [points, label] : {std::pair{&earlier, step.first}, std::pair{&later, step.second}})
    if (points->empty())
      return plan.unreachable.push_back(
          {fmt::format("{}: '{}' against '{}'", step.name, step.second, step.first),
           fmt::format("no point of '{}' can be reached", label)});
  if (pairing.add_all(earlier, later) == 0) mistakes.add(step.position, pairing.no_pair(earlier, later));
}

void add_repeatability(const RepeatabilityStep& step, const LimitFiles& limits, Plan& plan,
                       Mistakes& mistakes) {
  if (!step_of(plan.scenario, step.of))
    return mistakes.add(step.position, fmt::format("no step has the label '{}'", step.of));
  const auto points = labelled(plan, step.of);
  if (points.empty())
    return plan.unreachable.push_back({fmt::format("{} of '{}'", step.name, step.of),
                                       fmt::format("no point of '{}' can be reached", step.of)});
  const std::vector<LimitRow>& rows = limits.at(step.limits);
  for (const std::size_t first : points) {
    const PlannedPoint& point = plan.points[first];
    if (point.repetition != 1) continue;
    PlannedComparison repetitions{{}, step.name, ResultKind::repeatability, {first}, {}};
    while (repetitions.last() + 1 < plan.points.size() && plan.points[repetitions.last() + 1].repetition > 1)
      repetitions.points.push_back(repetitions.last() + 1);
    const auto limit = common_limit(
        step, point, plan, [](const std::string&) { return true; },
        [&](const MeterType& meter) {
          const LimitRow* const row = find_limit(rows, question(step.name, LimitKind::percent, point), meter);
          return row ? std::optional{row->limit} : std::nullopt;
        },
        mistakes);
    if (!limit) continue;
    repetitions.limit = *limit;
    plan.comparisons.push_back(std::move(repetitions));
  }
}

}  // namespace meterbench
