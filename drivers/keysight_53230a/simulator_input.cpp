#include "drivers/keysight_53230a/simulator_input.h"

#include <algorithm>

namespace meterbench::keysight_53230a {
namespace {

/// The automatic level must not be used below 50 Hz (instruments.md 5.1): an edge that comes later after the
/// one before it is lost with this probability. (made)
constexpr Duration kSlowestForAutoLevel = std::chrono::milliseconds{20};
constexpr double kLoss = 0.5;

}  // namespace

SimulatedInput::SimulatedInput(virtual_lab::World& world, std::string signal, int number, double height_v,
                               Duration width)
    : world_{world},
      name_{std::move(signal)},
      height_v_{height_v},
      width_{width},
      loss_{world.seed(), "53230a.auto_level", std::to_string(number)} {}

virtual_lab::PulseSignal* SimulatedInput::visible() {
  if (!signal_ && !name_.empty()) signal_ = world_.signal(name_);
  if (protection_open) return nullptr;
  const bool level_fits = settings.auto_level || (settings.level_v > 0 && settings.level_v < height_v_);
  return level_fits ? signal_ : nullptr;
}

std::uint64_t SimulatedInput::count(Instant after, Instant until) {
  if (settings.auto_level) return edges(after, until).size();
  virtual_lab::PulseSignal* const signal = visible();
  return signal ? signal->edges_until(until - delay()) - signal->edges_until(after - delay()) : 0;
}

std::vector<Instant> SimulatedInput::edges(Instant after, Instant until) {
  virtual_lab::PulseSignal* const signal = visible();
  if (!signal) return {};
  // From further back, so that the first has one before it.
  const auto all = signal->edges_between(after - delay() - kSlowestForAutoLevel, until - delay());
  std::vector<Instant> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] <= after - delay()) continue;
    const bool slow = i == 0 || all[i] - all[i - 1] > kSlowestForAutoLevel;
    const bool lost = settings.auto_level && slow &&
                      loss_.uniform(static_cast<std::uint64_t>(all[i].time_since_epoch().count())) < kLoss;
    if (!lost) seen.push_back(all[i] + delay());
  }
  return seen;
}

}  // namespace meterbench::keysight_53230a
