#include "drivers/virtual_lab/world/pickup.h"

#include <algorithm>

namespace meterbench::virtual_lab {

namespace {

/// Jitter is a spread about a mean delay of this many standard deviations, and ends at that distance: a
/// detector never answers before the light. The delay is the same for all edges, so no window sees it.
constexpr double kDelayInSigmas = 4;
/// From an edge to its double, about the bounce of a comparator without hysteresis. (made)
constexpr Duration kBounce = std::chrono::milliseconds{1};

}  // namespace

Pickup::Pickup(std::uint64_t seed, std::string_view position, const Settings& settings)
    : settings_{settings},
      jitter_{seed, "pickup.jitter", position},
      missed_{seed, "pickup.missed", position},
      doubled_{seed, "pickup.doubled", position} {}

void Pickup::on_edge(Instant t) {
  const std::uint64_t number = lit_++;
  if (missed_.uniform(number) * 1e6 < settings_.missed_per_million) return;
  const double sigmas = kDelayInSigmas + std::clamp(jitter_.normal(number), -kDelayInSigmas, kDelayInSigmas);
  const Instant seen = t + from_seconds(settings_.jitter_us * 1e-6 * sigmas);
  deliver(seen);
  if (doubled_.uniform(number) * 1e6 < settings_.doubled_per_million) deliver(seen + kBounce);
}

void Pickup::deliver(Instant t) { waiting_.insert(std::ranges::upper_bound(waiting_, t), t); }

std::uint64_t Pickup::edges_until(Instant t) {
  while (!waiting_.empty() && waiting_.front() <= t) {
    waiting_.pop_front();
    ++counted_;
  }
  return counted_;
}

}  // namespace meterbench::virtual_lab
