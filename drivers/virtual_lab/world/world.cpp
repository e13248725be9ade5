#include "drivers/virtual_lab/world/world.h"

#include <algorithm>

namespace meterbench::virtual_lab {

World::World(std::uint64_t seed, const SourceOutput::Settings& source)
    : seed_{seed}, source_{seed, source}, safety_{source_} {}

void World::advance_to(Instant t) {
  while (now_ < t)
    pass_segment(
        std::min({t, Instant{(now_.time_since_epoch() / kCell + 1) * kCell}, source_.next_change(now_)}));
}

void World::rest_until(Instant t) {
  if (now_ < t) pass_segment(t);
}

void World::pass_segment(Instant end) {
  const auto cell = static_cast<std::uint64_t>(now_.time_since_epoch() / kCell);
  // Taken in the middle of the cell, wherever a caller happens to cut it: the physics must not depend on
  // how often the bench looks.
  const Instant middle = Instant{static_cast<std::int64_t>(cell) * kCell} + kCell / 2;
  Segment segment{.begin = now_, .end = end, .cell = cell, .terminals = source_.at(middle, cell)};
  if (!source_.flows(now_)) segment.terminals.take_currents_away();
  if (const double left = source_.voltage_left(now_); left != 1) segment.terminals.leave_of_voltages(left);
  segment.air = climate_.air(middle);
  now_ = end;
  for (Observer* observer : observers_) observer->on_segment(segment);
}

PulseSignal* World::signal(const std::string& name) const {
  const auto found = signals_.find(name);
  return found == signals_.end() ? nullptr : found->second;
}

Light* World::light(const std::string& position) const {
  const auto found = lights_.find(position);
  return found == lights_.end() ? nullptr : found->second;
}

std::optional<Temperature> World::thermometer(const std::string& name) const {
  const auto found = thermometers_.find(name);
  return found == thermometers_.end() ? std::nullopt : std::optional{found->second()};
}

bool World::press(const std::string& name, bool pressed) {
  const auto found = switches_.find(name);
  if (found == switches_.end()) return false;
  found->second(pressed);
  return true;
}

}  // namespace meterbench::virtual_lab
