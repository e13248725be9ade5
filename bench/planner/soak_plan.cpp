#include "bench/planner/soak_plan.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/step_planner.h"

namespace meterbench {
namespace {

/// A check load is counted that long; its errors tell drift, not accuracy. made
constexpr Seconds kCheckWindow{20};
/// The body follows the air that slowly, as a plan reckons. made
constexpr Seconds kBodyLag{3 * 3600};

/// The load whose errors tell that the meters are stable. All stand on it, so it is that of the weakest.
std::optional<PlannedPoint> check_load(const SoakStep& soak, const PlannedBench& bench,
                                       const Surroundings& surroundings, Mistakes& mistakes) {
  LoadStep step;
  step.name = "soak";
  Current current = current_of(soak.check_current, *bench.seats.front().type);
  Voltage voltage = bench.seats.front().type->nominal_voltage;
  for (const Seat& seat : bench.seats) {
    current = std::min(current, current_of(soak.check_current, *seat.type));
    voltage = std::min(voltage, seat.type->nominal_voltage);
  }
  step.voltages = {voltage};
  step.currents = {current};
  step.current_positions = {soak.position};
  step.power_factors = {soak.check_power_factor};
  step.directions = {Direction::delivered};
  step.position = soak.position;
  const std::size_t mistakes_before = mistakes.list().size();
  const ExpandedStep check = expand(step, bench, surroundings, nullptr, {{}, {}, kCheckWindow}, mistakes);
  if (mistakes.list().size() != mistakes_before) return std::nullopt;
  if (check.unreachable.empty()) return check.points.front();
  mistakes.add(soak.position,
               fmt::format("the check load of this soak: {}: {}", check.unreachable.front().description,
                           check.unreachable.front().reason));
  return std::nullopt;
}

/// Without a chamber there is only the room.
std::optional<std::string> beyond_chamber(const SoakStep& soak, const PlanningStation& station) {
  if (!station.chamber) {
    if (std::abs((soak.temperature - station.room_temperature).value()) <= soak.band.value())
      return std::nullopt;
    return fmt::format("the station has no chamber; its room is at {}, not {}",
                       to_text(station.room_temperature), to_text(soak.temperature));
  }
  if (soak.temperature < station.chamber->coldest || soak.temperature > station.chamber->warmest)
    return fmt::format("the chamber reaches {} to {}, not {}", to_text(station.chamber->coldest),
                       to_text(station.chamber->warmest), to_text(soak.temperature));
  return std::nullopt;
}

}  // namespace

void add_soak(const SoakStep& soak, const PlannedBench& bench, Plan& plan, Surroundings& surroundings,
              Mistakes& mistakes) {
  const Temperature from = surroundings.temperature;
  surroundings = {soak.temperature, beyond_chamber(soak, bench.station)};
  if (surroundings.hindrance || !bench.station.chamber) return;
  const auto check = check_load(soak, bench, surroundings, mistakes);
  if (!check) return;
  PlannedSoak planned;
  planned.before = plan.points.size();
  planned.temperature = soak.temperature;
  planned.band = soak.band;
  planned.at_least = soak.at_least;
  planned.limit = soak.limit;
  planned.check = *check;
  planned.check.id = fmt::format("S{}", plan.soaks.size() + 1);
  const Seconds on_the_way{std::abs((soak.temperature - from).value()) /
                           bench.station.chamber->typical_rate_k_per_min * 60};
  planned.expected = on_the_way + std::max(kBodyLag, soak.at_least) + kBetweenCheckLoads;
  plan.soaks.push_back(std::move(planned));
}

}  // namespace meterbench
