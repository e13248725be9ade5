#include "bench/planner/shift_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/seat.h"

namespace meterbench {
namespace {

/// The same test once more; the temperature may be another.
bool same_test(const PlannedPoint& a, const PlannedPoint& b) {
  return a.result == b.result && same(a.voltage, b.voltage) && same(a.current, b.current) &&
         same(a.load.frequency, b.load.frequency) && a.connection == b.connection &&
         a.power_factor == b.power_factor && a.direction == b.direction && a.load.waveform == b.load.waveform;
}

bool measures(const PlannedPoint& point, const std::string& position) {
  return std::ranges::find(point.meters, position, &PlannedMeter::position) != point.meters.end();
}

std::vector<std::string> positions_of(const PlannedPoint& point) {
  std::vector<std::string> positions;
  for (const PlannedMeter& meter : point.meters) positions.push_back(meter.position);
  return positions;
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
  if (*second <= *first)
    return fmt::format("step '{}' comes after step '{}', not before it", step.first, step.second);
  return std::nullopt;
}

/// What every comparison of two points needs.
struct Pairing {
  const CompareStep& step;
  const std::vector<LimitRow>& limits;
  Plan& plan;
  Mistakes& mistakes;

  [[nodiscard]] std::vector<std::size_t> labelled(const std::string& label) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < plan.points.size(); ++i)
      if (plan.points[i].label == label) places.push_back(i);
    return places;
  }

  /// How many pairs there are. Meters of one point may have been measured at several earlier ones, where they
  /// were held against different limits.
  std::size_t add_all(const std::vector<std::size_t>& earlier, const std::vector<std::size_t>& later) {
    std::size_t pairs = 0;
    for (const std::size_t second : later) {
      std::vector<std::string> left = positions_of(plan.points[second]);
      for (const std::size_t first : earlier) {
        const PlannedPoint& a = plan.points[first];
        if (!same_test(a, plan.points[second])) continue;
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
    std::optional<Limit> limit;
    for (const PlannedMeter& meter : b.meters) {
      if (!measures(a, meter.position)) continue;
      const auto own = limit_of(a, b, plan.meters.at(meter.position));
      if (!own || (limit && !alike(*limit, *own)))
        return mistakes.add(step.limits_position,
                            fmt::format("limits '{}' have {} for test '{}' at {}, power factor {}",
                                        step.limits, own ? "different rows for the meters" : "no row",
                                        step.name, to_text(b.current), to_text(b.power_factor)));
      limit = own;
    }
    plan.shifts.push_back({{}, step.name, first, second, *limit});
  }

  /// From one temperature to another a row per kelvin goes before one without.
  [[nodiscard]] std::optional<Limit> limit_of(const PlannedPoint& a, const PlannedPoint& b,
                                              const MeterType& meter) const {
    const TemperatureDifference apart{b.temperature.value() - a.temperature.value()};
    LimitQuestion asked{step.name,    LimitKind::percent_per_kelvin, b.power_factor, b.current, b.voltage,
                        b.temperature};
    const LimitRow* const per_kelvin = apart.value() != 0 ? find_limit(limits, asked, meter) : nullptr;
    if (per_kelvin) return over(*per_kelvin, apart);
    asked.kind = LimitKind::percent;
    const LimitRow* const row = find_limit(limits, asked, meter);
    return row ? std::optional{row->limit} : std::nullopt;
  }

  static bool alike(const Limit& a, const Limit& b) {
    return a.limit == b.limit && a.middle == b.middle && a.terms == b.terms && citation(a) == citation(b);
  }
};

}  // namespace

void add_shifts(const CompareStep& step, const LimitFiles& limits, Plan& plan, Mistakes& mistakes) {
  if (const auto mistake = mistake_of(step, plan.scenario)) return mistakes.add(step.position, *mistake);
  Pairing pairing{step, limits.at(step.limits), plan, mistakes};
  const auto earlier = pairing.labelled(step.first);
  const auto later = pairing.labelled(step.second);
  for (const auto& [points, label] : {std::pair{&earlier, step.first}, std::pair{&later, step.second}})
    if (points->empty())
      return plan.unreachable.push_back(
          {fmt::format("{}: '{}' against '{}'", step.name, step.second, step.first),
           fmt::format("no point of '{}' can be reached", label)});
  if (pairing.add_all(earlier, later) == 0)
    mistakes.add(step.position,
                 fmt::format("steps '{}' and '{}' have no point in common", step.first, step.second));
}

}  // namespace meterbench
