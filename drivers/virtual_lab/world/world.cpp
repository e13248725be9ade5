#include "drivers/virtual_lab/world/world.h"

#include <algorithm>

namespace meterbench::virtual_lab {

World::World(std::uint64_t seed, const SourceOutput::Settings& source)
    : seed_{seed}, source_{seed, source}, safety_{source_} {}

void World::advance_to(Instant t) {
  while (now_ < t) {
    const auto cell = static_cast<std::uint64_t>(now_.time_since_epoch() / kCell);
    const Instant cell_begin{static_cast<std::int64_t>(cell) * kCell};
    // Taken in the middle of the cell, wherever a caller happens to cut it: the physics must not depend on
    // how often the bench looks.
    Segment segment{.begin = now_,
                    .end = std::min(t, cell_begin + kCell),
                    .cell = cell,
                    .terminals = source_.at(cell_begin + kCell / 2, cell)};
    segment.air = climate_.air(cell_begin + kCell / 2);
    now_ = segment.end;
    for (Observer* observer : observers_) observer->on_segment(segment);
  }
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
