#include "drivers/virtual_lab/world/source_output.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
/// What is left of a step once settle_s has passed: 0.01 %.
constexpr double kSettledResidue = 1e-4;
/// After that many times settle_s a step has ended: less of it is left than a double can tell.
constexpr double kSettlingTimes = 4;

/// Periods, 17 ns at 60 Hz: an edge of a burst that is rounded to a nanosecond has been passed.
constexpr double kOnTheEdge = 1e-6;

/// What a step has left after `elapsed_s`, from 1 down to 0.
double residue(double elapsed_s, double settle_s) {
  const double elapsed = std::max(elapsed_s, 0.0);
  return elapsed >= kSettlingTimes * settle_s ? 0 : std::pow(kSettledResidue, elapsed / settle_s);
}

/// Adds what `terminals` lacks of the orders of `other`, as nothing, so that a harmonic comes and goes as the
/// fundamental does.
void take_orders_of(const Terminals& other, Terminals& terminals) {
  for (const HarmonicPhasors& harmonic : other.harmonics) {
    const auto place =
        std::ranges::lower_bound(terminals.harmonics, harmonic.order, {}, &HarmonicPhasors::order);
    if (place == terminals.harmonics.end() || place->order != harmonic.order)
      terminals.harmonics.insert(place, {.order = harmonic.order});
  }
}

void approach(const Phasors& from, Phasors& target, double left) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] += left * (from[i] - target[i]);
}

}  // namespace

SourceOutput::SourceOutput(std::uint64_t seed, const Settings& settings)
    : settings_{settings},
      voltage_noise_{Noise{seed, "source.voltage", "1"}, Noise{seed, "source.voltage", "2"}},
      current_noise_{Noise{seed, "source.current", "1"}, Noise{seed, "source.current", "2"}} {}

void SourceOutput::apply(Instant when, const Terminals& target) {
  if (!enabled_) return;
  dip_.reset();
  from_ = ramp(when);
  const Instant origin = origin_of(when, target.frequency);
  target_ = target;
  target_.origin = origin;
  take_orders_of(from_, target_);
  take_orders_of(target_, from_);
  since_ = when;
  energised_ = true;
  if (!first_energised_) first_energised_ = when;
}

void SourceOutput::dip(Instant when, const VoltageDip& dip) {
  if (!settled(when)) return;
  const double periods = target_.periods_until(in_seconds(when));
  dip_ = dip;
  dip_begins_ = when + from_seconds((std::floor(periods) + 1 - periods) / target_.frequency.value());
}

void SourceOutput::off(Instant when) {
  dip_.reset();
  from_ = target_ = Terminals{.frequency = target_.frequency, .origin = target_.origin};
  since_ = when;
  energised_ = false;
}

void SourceOutput::enable(Instant when, bool closed) {
  if (enabled_ && !closed) off(when);
  enabled_ = closed;
}

/// The oscillator goes on where it stands when its frequency changes.
Instant SourceOutput::origin_of(Instant when, Frequency frequency) const {
  if (frequency == target_.frequency) return target_.origin;
  const double periods = target_.periods_until(in_seconds(when));
  return when - from_seconds((periods - std::floor(periods)) / frequency.value());
}

double SourceOutput::periods_of_bursts(Instant when) const {
  const Phasor& first = target_.current[0];
  const double lead = std::arg(first == Phasor{} ? target_.current[1] : first) / (2 * std::numbers::pi);
  const double sets = (target_.periods_until(in_seconds(when)) + lead + kOnTheEdge) / target_.burst.periods();
  return (sets - std::floor(sets)) * target_.burst.periods();
}

bool SourceOutput::flows(Instant when) const {
  return !target_.burst.any() || periods_of_bursts(when) < target_.burst.on;
}

int SourceOutput::dips_left(Instant now) const {
  if (!dip_) return 0;
  const Duration each = to_duration(dip_->duration + dip_->pause);
  int left = 0;
  for (int n = 0; n < dip_->times; ++n)
    if (now < dip_begins_ + n * each + to_duration(dip_->duration)) ++left;
  return left;
}

double SourceOutput::voltage_left(Instant when) const {
  const int left = dips_left(when);
  if (left == 0) return 1;
  const Duration each = to_duration(dip_->duration + dip_->pause);
  return when < dip_begins_ + (dip_->times - left) * each ? 1 : dip_->voltage.value();
}

Instant SourceOutput::next_of_dip(Instant after) const {
  const int left = dips_left(after);
  if (left == 0) return Instant::max();
  const Duration each = to_duration(dip_->duration + dip_->pause);
  const Instant begins = dip_begins_ + (dip_->times - left) * each;
  return after < begins ? begins : begins + to_duration(dip_->duration);
}

Instant SourceOutput::next_change(Instant after) const {
  return std::min(next_of_burst(after), next_of_dip(after));
}

Instant SourceOutput::next_of_burst(Instant after) const {
  if (!target_.burst.any() || target_.dark()) return Instant::max();
  const double passed = periods_of_bursts(after);
  const double edge = passed < target_.burst.on ? target_.burst.on : target_.burst.periods();
  return after + from_seconds((edge + kOnTheEdge - passed) / target_.frequency.value());
}

bool SourceOutput::settled(Instant now) const {
  return energised_ && in_seconds(now - since_) >= settings_.settle_s;
}

Terminals SourceOutput::ramp(Instant when) const {
  const double left = residue(in_seconds(when - since_), settings_.settle_s);
  Terminals now = target_;
  if (left == 0) {
    std::erase_if(now.harmonics, [](const HarmonicPhasors& h) { return h.dark(); });
    return now;
  }
  approach(from_.voltage, now.voltage, left);
  approach(from_.current, now.current, left);
  for (std::size_t n = 0; n < now.harmonics.size(); ++n) {
    approach(from_.harmonics[n].voltage, now.harmonics[n].voltage, left);
    approach(from_.harmonics[n].current, now.harmonics[n].current, left);
  }
  return now;
}

Terminals SourceOutput::at(Instant middle, std::uint64_t cell) const {
  Terminals output = ramp(middle);
  if (!energised_) return output;
  const double hours = std::max(in_seconds(middle - *first_energised_), 0.0) / 3600;
  const double voltage_gain = 1 + settings_.voltage_gain_percent / 100;
  const double current_gain =
      (1 + settings_.current_gain_percent / 100) * (1 + settings_.drift_percent_per_h / 100 * hours);
  const double noise = settings_.noise_percent / 100;
  std::array<double, LoadPoint::kCircuits> voltage_now{};
  std::array<double, LoadPoint::kCircuits> current_now{};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    voltage_now[i] = voltage_gain * (1 + noise * voltage_noise_[i].normal(cell));
    current_now[i] = current_gain * (1 + noise * current_noise_[i].normal(cell));
  }
  for_each_order(output, [&](int, Phasors& voltage, Phasors& current) {
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
      voltage[i] *= voltage_now[i];
      current[i] *= current_now[i];
    }
  });
  turn_currents(output, 1, Angle{-settings_.phase_error_arcmin * kRadiansPerArcmin});
  return output;
}

}  // namespace meterbench::virtual_lab
