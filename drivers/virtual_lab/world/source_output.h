#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bench/core/time.h"
#include "bench/model/voltage_dip.h"
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
  /// From the next upward zero crossing of the common origin after `when` on the voltages dip; not while they
  /// move, nor while they are not there. What another command finds of it is over.
  void dip(Instant when, const VoltageDip& dip);
  /// Dips that are not over.
  [[nodiscard]] int dips_left(Instant now) const;
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

  // at() knows nothing of bursts and dips.
  /// Whether the currents flow.
  [[nodiscard]] bool flows(Instant when) const;
  /// Share of the voltages that a dip leaves; 1: there is none.
  [[nodiscard]] double voltage_left(Instant when) const;
  /// When either changes next; Instant::max(): never.
  [[nodiscard]] Instant next_change(Instant after) const;

 private:
  [[nodiscard]] Instant origin_of(Instant when, Frequency frequency) const;
  [[nodiscard]] double periods_of_bursts(Instant when) const;  // since a set of them began
  [[nodiscard]] Instant next_of_burst(Instant after) const;
  [[nodiscard]] Instant next_of_dip(Instant after) const;
  [[nodiscard]] Terminals ramp(Instant when) const;  // as told: without gain, drift and noise

  Settings settings_;
  std::array<Noise, LoadPoint::kCircuits> voltage_noise_;
  std::array<Noise, LoadPoint::kCircuits> current_noise_;
  bool enabled_ = true;
  bool energised_ = false;
  Instant since_{};
  std::optional<Instant> first_energised_;  // the drift counts from here
  Terminals from_{};                        // has the harmonics of target_, and so the other way round
  Terminals target_{};
  std::optional<VoltageDip> dip_;
  Instant dip_begins_{};  // the first of them
};

}  // namespace meterbench::virtual_lab
