#include "bench/measurement/window.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>

#include "bench/measurement/components.h"

namespace meterbench {
namespace {

const double kSqrt2 = std::numbers::sqrt2;
const double kSqrt3 = std::numbers::sqrt3;
const double kSqrt6 = kSqrt2 * kSqrt3;

/// No window of the planner lasts longer. made: a bound that keeps plans finite.
constexpr Seconds kLongestWindow{86400};

void check(const WindowConditions& c) {
  // Written so that NaN fails too.
  const bool usable = c.kt.value() > 0 && c.power.value() > 0 && c.circuit_factor > 0 &&
                      (c.method != CountingMethod::scanned || c.scan_period.count() > 0) &&
                      (by_readings(c.method) ? c.reading_period.value() > 0 : c.reference_pulse.value() > 0);
  if (!usable)
    throw std::invalid_argument{
        "Kt, power, F, and what the method needs of scan period, reference pulse and reading period must be "
        "above 0"};
  if (c.station.repeatability.value() != 0 && !(c.station.repeatability_dof >= 1))
    throw std::invalid_argument{"a pooled repeatability has at least 1 degree of freedom"};
  if (c.waveform.burst.any() && !(c.frequency > Frequency{}))
    throw std::invalid_argument{"bursts have a frequency"};
}

/// What no window, however long, makes smaller.
Budget lasting_components(const WindowConditions& c) {
  Budget budget{reference_components(c.station, c.reference)};
  const auto add = [&](std::optional<Component> component) {
    if (component) budget.components.push_back(*std::move(component));
  };
  // The error is −s·d with d anywhere in 0 … d_max. It is not corrected, so the whole width counts on
  // either side.
  add(Component{.name = "meter delay under ramp",
                .distribution = Distribution::rectangular,
                .standard_uncertainty = c.station.meter_delay_limit.value() / kSqrt3,
                .sensitivity = std::abs(c.power_ramp_percent_per_s),
                .origin = kMeasured,
                .unit = "s"});
  add(repeatability(c.station, c.windows));
  if (by_readings(c.method)) add(time_base(c.time_base));
  add(source_distortion(c.station, c.waveform));
  if (c.isolation.standard_uncertainty.value() != 0) add(certified(kIsolation, c.isolation, kOfPosition));
  if (c.standard.standard_uncertainty.value() != 0)
    add(certified(kStandardCertificate, c.standard, kOfCertificate));
  for (Component& component : influences(c.influences, c.deviation)) add(std::move(component));
  return budget;
}

void add_triangular(Budget& budget, const char* name, double half_width_percent) {
  budget.components.push_back({.name = name,
                               .distribution = Distribution::triangular,
                               .standard_uncertainty = half_width_percent / kSqrt6,
                               .origin = kComputed});
}

/// A part of a pulse is cut off at both ends.
void add_pulse_resolution(Budget& budget, std::uint64_t pulses) {
  add_triangular(budget, kPulseResolution, 100 / static_cast<double>(pulses));
}

void add_register_components(Budget& budget, const WindowConditions& c, std::uint64_t pulses) {
  if (c.register_step.value() == 0) return;
  add_pulse_resolution(budget, pulses);
  add_triangular(budget, "register resolution",
                 100 * (c.register_step / (static_cast<double>(pulses) * c.kt)));
}

/// Of the reference's energy over the window.
void add_reference_resolution(Budget& budget, const WindowConditions& c, std::uint64_t pulses) {
  if (by_readings(c.method)) {
    const double readings = std::max(1.0, window_time(c, pulses).value() / c.reading_period.value());
    budget.components.push_back(reference_readings(c.station, readings));
    return;
  }
  const double counted = static_cast<double>(pulses) * (c.kt * c.circuit_factor / c.reference_pulse);
  add_triangular(budget, kReferenceResolution, 100 / counted);
}

/// Of where the window begins and ends. The difference of two edges, each anywhere within one scan period or
/// one pulse of a gate, is triangular.
void add_edge_components(Budget& budget, const WindowConditions& c, std::uint64_t pulses) {
  const double window_s = window_time(c, pulses).value();
  if (c.method == CountingMethod::gated_total) return add_pulse_resolution(budget, pulses);
  if (c.method == CountingMethod::scanned)
    add_triangular(budget, kScanPeriod, 100 * in_seconds(c.scan_period) / window_s);
  if (c.method == CountingMethod::timestamps)
    budget.components.push_back(
        {.name = kStampResolution,
         .distribution = Distribution::rectangular,
         .standard_uncertainty = 100 * kSqrt2 * c.stamp_resolution.value() / (window_s * kSqrt3),
         .origin = kOfCounter});
  budget.components.push_back(
      {.name = kPickupJitter,
       .standard_uncertainty = 100 * kSqrt2 * c.station.pickup_jitter.value() / window_s,
       .origin = kOfStationFile});
}

}  // namespace

Seconds window_time(const WindowConditions& c, std::uint64_t pulses) {
  return static_cast<double>(pulses) * c.kt / c.power;
}

Budget window_budget(const WindowConditions& c, std::uint64_t pulses) {
  check(c);
  if (pulses == 0) throw std::invalid_argument{"a window has at least one pulse"};
  Budget budget = lasting_components(c);
  add_edge_components(budget, c, pulses);
  add_reference_resolution(budget, c, pulses);
  if (auto component = bursts(c.waveform.burst, c.frequency, window_time(c, pulses)))
    budget.components.push_back(*std::move(component));
  add_register_components(budget, c, pulses);
  return budget;
}

Ratio smallest_uncertainty(const WindowConditions& c) {
  check(c);
  Budget budget = lasting_components(c);
  std::erase_if(budget.components,
                [](const Component& component) { return component.name == kRepeatability; });
  return from_percent(budget.expanded_as_if_normal_percent());
}

namespace {

/// The least N that meets `target` in c.windows windows of `shortest` each at least; or what a day reaches.
tl::expected<std::uint64_t, Ratio> pulses_for(const WindowConditions& c, Ratio target, Seconds shortest) {
  const auto uncertainty = [&](std::uint64_t pulses) {
    return from_percent(window_budget(c, pulses).expanded_as_if_normal_percent());
  };
  const double period_s = window_time(c, 1).value();
  // A hair less than a whole pulse too much is rounding.
  const auto whole_pulses = [&](double time_s, auto rounded) {
    return static_cast<std::uint64_t>(std::max(1.0, rounded(time_s / period_s)));
  };
  const std::uint64_t least = static_cast<std::uint64_t>(c.windows) *
                              whole_pulses(shortest.value(), [](double n) { return std::ceil(n - 1e-9); });
  const std::uint64_t most =
      std::max(least, whole_pulses(kLongestWindow.value(), [](double n) { return std::floor(n); }));
  if (uncertainty(least) <= target) return least;

  std::uint64_t below = least;  // known to miss the target
  std::uint64_t enough = least;
  while (enough < most) {
    enough = std::min(most, enough * 2);
    if (uncertainty(enough) <= target) break;
    below = enough;
  }
  if (below == most) return tl::unexpected{uncertainty(most)};
  while (enough - below > 1) {
    const std::uint64_t middle = below + (enough - below) / 2;
    (uncertainty(middle) <= target ? enough : below) = middle;
  }
  return enough;
}

}  // namespace

tl::expected<Sampling, Ratio> sampling_for(WindowConditions c, Ratio target, Seconds shortest) {
  check(c);
  std::optional<Sampling> best;
  Ratio reached{};
  for (int windows = 1; windows <= kMostWindows; ++windows) {
    c.windows = windows;
    const auto pulses = pulses_for(c, target, shortest);
    if (!pulses)
      reached = pulses.error();
    else if (!best || *pulses < best->pulses)
      best = Sampling{*pulses, windows};
    else
      break;  // more windows take longer from here on
  }
  if (best) return *best;
  return tl::unexpected{std::max(smallest_uncertainty(c), reached)};
}

Ratio scatter_of(std::span<const Ratio> errors) {
  double mean = 0, square = 0;
  for (const Ratio error : errors) mean += error.value() / static_cast<double>(errors.size());
  for (const Ratio error : errors) square += (error.value() - mean) * (error.value() - mean);
  return Ratio{std::sqrt(square / static_cast<double>(errors.size() - 1))};
}

Budget observed_budget(const WindowConditions& c, std::uint64_t pulses, std::span<const Ratio> errors) {
  Budget budget = window_budget(c, pulses);
  const auto n = static_cast<double>(errors.size());
  const double observed = percent(scatter_of(errors)) / std::sqrt(n);
  const auto pooled = std::ranges::find(budget.components, kRepeatability, &Component::name);
  if (observed <= pooled->standard_uncertainty) return budget;
  pooled->standard_uncertainty = observed;
  pooled->degrees_of_freedom = n - 1;
  pooled->origin = kMeasured;
  return budget;
}

}  // namespace meterbench
