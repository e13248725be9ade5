#include "drivers/virtual_lab/world/source_output.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
/// What is left of a step once settle_s has passed: 0.01 %.
constexpr double kSettledResidue = 1e-4;

/// What a step has left after `elapsed_s`, from 1 down to 0.
double residue(double elapsed_s, double settle_s) {
  if (settle_s <= 0) return 0;
  return std::pow(kSettledResidue, std::max(elapsed_s, 0.0) / settle_s);
}

}  // namespace

SourceOutput::SourceOutput(std::uint64_t seed, const Settings& settings)
    : settings_{settings},
      voltage_noise_{Noise{seed, "source.voltage", "1"}, Noise{seed, "source.voltage", "2"}},
      current_noise_{Noise{seed, "source.current", "1"}, Noise{seed, "source.current", "2"}} {}

void SourceOutput::apply(Instant when, const Terminals& target) {
  if (!enabled_) return;
  from_ = ramp(when);
  target_ = target;
  since_ = when;
  energised_ = true;
  if (!first_energised_) first_energised_ = when;
}

void SourceOutput::off(Instant when) {
  from_ = target_ = Terminals{.frequency = target_.frequency};
  since_ = when;
  energised_ = false;
}

void SourceOutput::enable(Instant when, bool closed) {
  if (enabled_ && !closed) off(when);
  enabled_ = closed;
}

bool SourceOutput::settled(Instant now) const {
  return energised_ && in_seconds(now - since_) >= settings_.settle_s;
}

Terminals SourceOutput::ramp(Instant when) const {
  const double left = residue(in_seconds(when - since_), settings_.settle_s);
  Terminals now{.frequency = target_.frequency};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    now.voltage[i] = target_.voltage[i] + left * (from_.voltage[i] - target_.voltage[i]);
    now.current[i] = target_.current[i] + left * (from_.current[i] - target_.current[i]);
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
  const Phasor turn = std::polar(1.0, -settings_.phase_error_arcmin * kRadiansPerArcmin);
  const double noise = settings_.noise_percent / 100;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    output.voltage[i] *= voltage_gain * (1 + noise * voltage_noise_[i].normal(cell));
    output.current[i] *= turn * (current_gain * (1 + noise * current_noise_[i].normal(cell)));
  }
  return output;
}

}  // namespace meterbench::virtual_lab
