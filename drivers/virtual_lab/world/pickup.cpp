#include "drivers/virtual_lab/world/pickup.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace meterbench::virtual_lab {

namespace {

/// Jitter is a spread about a mean delay of this many standard deviations, and ends at that distance: a
/// detector never answers before the light. The delay is the same for all edges, so no window sees it.
constexpr double kDelayInSigmas = 4;

// All that follows is made.
/// How long the LED is lit.
constexpr Duration kPulse = std::chrono::milliseconds{10};
/// From an edge to its double, about that of a comparator without hysteresis, and the dark gap before it.
constexpr Duration kDouble = std::chrono::milliseconds{1};
constexpr Duration kGap = std::chrono::microseconds{50};
/// The comparator's, of the range.
constexpr double kThresholdPercent = 20;
/// What comes over from the LED beside it.
constexpr double kStray = 0.1;
/// Twice the line frequency.
constexpr double kCrestsPerSecond = 120;
constexpr double kReferenceTemperature = 23;
// What disturbances come to.
constexpr double kBounceUs = 400;
constexpr double kLampPercent = 50;
constexpr double kDriftPercentPerKelvin = -1.5;

}  // namespace

Pickup::Pickup(std::uint64_t seed, std::string_view position, const Settings& settings)
    : settings_{settings},
      jitter_{seed, "pickup.jitter", position},
      missed_{seed, "pickup.missed", position},
      doubled_{seed, "pickup.doubled", position} {}

double Pickup::level_percent(Temperature led) const {
  const double warmer = led.value() - kReferenceTemperature;
  const double level =
      std::clamp(settings_.level_percent + settings_.level_slope_percent_per_k * warmer, 0.0, 100.0);
  return settings_.wrong_led ? kStray * level : level;
}

void Pickup::on_edge(Instant t, Temperature led) {
  const std::uint64_t number = lit_++;
  const bool missed = missed_.uniform(number) * 1e6 < settings_.missed_per_million;
  if (std::exchange(miss_next_, false) || missed || level_percent(led) < kThresholdPercent) return;

  const double sigmas = kDelayInSigmas + std::clamp(jitter_.normal(number), -kDelayInSigmas, kDelayInSigmas);
  const Instant seen = t + from_seconds(settings_.jitter_us * 1e-6 * sigmas);
  const Instant dark = seen + kPulse;
  Instant begin = seen;
  if (const Duration bounce = from_seconds(settings_.bounce_us * 1e-6); bounce > Duration{}) {
    light_stands(seen, bounce / 4);
    light_stands(seen + bounce / 2, bounce / 4);
    begin += bounce;
  }
  const bool doubled = doubled_.uniform(number) * 1e6 < settings_.doubled_per_million;
  if (std::exchange(double_next_, false) || doubled) {
    light_stands(begin, kDouble - kGap);
    begin += kDouble;
  }
  light_stands(begin, dark - begin);
}

void Pickup::light_stands(Instant begin, Duration length) {
  if (length >= debounce()) give(begin + debounce());
}

void Pickup::give(Instant edge) {
  edges_.insert(std::ranges::upper_bound(edges_, edge), edge);
  for (; edges_.front() + kHistory < edge; ++forgotten_) edges_.pop_front();
}

Duration Pickup::debounce() const { return from_seconds(settings_.debounce_us * 1e-6); }

/// The ambient light goes as |sin|; above the threshold it stands for a part of each half-wave.
bool Pickup::sees_flicker() const {
  if (settings_.flicker_percent <= kThresholdPercent) return false;
  const double part = 1 - 2 / std::numbers::pi * std::asin(kThresholdPercent / settings_.flicker_percent);
  return from_seconds(part / kCrestsPerSecond) >= debounce();
}

void Pickup::take_flicker(Instant t) {
  const auto crests = static_cast<std::uint64_t>(std::max(in_seconds(t), 0.0) * kCrestsPerSecond);
  if (sees_flicker())
    for (auto n = crests_; n < crests; ++n) give(instant_at(static_cast<double>(n + 1) / kCrestsPerSecond));
  crests_ = std::max(crests_, crests);
}

std::uint64_t Pickup::edges_until(Instant t) {
  take_flicker(t);
  return forgotten_ + static_cast<std::uint64_t>(std::ranges::upper_bound(edges_, t) - edges_.begin());
}

std::vector<Instant> Pickup::edges_between(Instant after, Instant until) {
  take_flicker(until);
  const auto begin = std::ranges::upper_bound(edges_, after);
  const auto end = std::ranges::upper_bound(edges_, until);
  return begin < end ? std::vector(begin, end) : std::vector<Instant>{};
}

void Pickup::set_debounce(Instant now, Seconds debounce) {
  take_flicker(now);
  settings_.debounce_us = debounce.value() * 1e6;
}

void Pickup::disturb(Instant now, Light::Disturbance what) {
  take_flicker(now);
  switch (what) {
    case Light::Disturbance::missed_pulse: miss_next_ = true; break;
    case Light::Disturbance::double_pulse: double_next_ = true; break;
    case Light::Disturbance::bounce: settings_.bounce_us = kBounceUs; break;
    case Light::Disturbance::flicker: settings_.flicker_percent = kLampPercent; break;
    case Light::Disturbance::wrong_led: settings_.wrong_led = true; break;
    case Light::Disturbance::level_drift: settings_.level_slope_percent_per_k = kDriftPercentPerKelvin; break;
  }
}

}  // namespace meterbench::virtual_lab
