#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bench/core/time.h"
#include "drivers/virtual_lab/world/noise.h"
#include "drivers/virtual_lab/world/terminals.h"

namespace meterbench::virtual_lab {

/// The power stage of a source: moves exponentially from what stands there to a new set point, harmonics as
/// the fundamental, and drifts and fluctuates about it. A channel's gain, drift and noise are those of all
/// its orders.
class SourceOutput {
 public:
  struct Settings {
    double settle_s = 2;              ///< from a command until 0.01 % of its step is left
    double voltage_gain_percent = 0;  ///< of what it delivers over what it was told
    double current_gain_percent = 0;
    double phase_error_arcmin = 0;   ///< of currents against voltages, lag-positive
    double drift_percent_per_h = 0;  ///< of the current
    double noise_percent = 0;        ///< standard deviation of the amplitude of one 20 ms cell, each channel
  };

  SourceOutput(std::uint64_t seed, const Settings& settings);

  /// From `when` on the output moves to `target`; nothing happens while it is not enabled.
  void apply(Instant when, const Terminals& target);
  /// Voltage and current are gone at once.
  void off(Instant when);

  /// The hardware interlock of the power stage: opening it takes voltage and current away at once.
  void enable(Instant when, bool closed);
  [[nodiscard]] bool enabled() const { return enabled_; }

  [[nodiscard]] bool energised() const { return energised_; }
  /// Whether settle_s has passed since the last apply().
  [[nodiscard]] bool settled(Instant now) const;

  /// The output in noise cell `cell`, taken at `middle` (before the last command: at the command).
  [[nodiscard]] Terminals at(Instant middle, std::uint64_t cell) const;

  /// Of bursts: whether the currents flow, and when that changes next; Instant::max() where they flow all the
  /// time. at() knows nothing of it.
  [[nodiscard]] bool flows(Instant when) const;
  [[nodiscard]] Instant next_change(Instant after) const;

 private:
  [[nodiscard]] Instant origin_of(Instant when, Frequency frequency) const;
  [[nodiscard]] double periods_of_bursts(Instant when) const;  // since a set of them began
  [[nodiscard]] Terminals ramp(Instant when) const;            // as told: without gain, drift and noise

  Settings settings_;
  std::array<Noise, LoadPoint::kCircuits> voltage_noise_;
  std::array<Noise, LoadPoint::kCircuits> current_noise_;
  bool enabled_ = true;
  bool energised_ = false;
  Instant since_{};
  std::optional<Instant> first_energised_;  // the drift counts from here
  Terminals from_{};                        // has the harmonics of target_, and so the other way round
  Terminals target_{};
};

}  // namespace meterbench::virtual_lab
