#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "drivers/virtual_lab/world/noise.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// The measuring part of a reference standard: what it believes of the terminals, and its energy pulses. A
/// simulator of a standard puts a protocol on top.
class ReferenceInput final : public Observer, public PulseSignal {
 public:
  /// The power that it forms. As ReferenceDefinition, where a two-wire bench gives a standard with two
  /// elements V1·I1 alone.
  enum class Definition {
    two_wire,     ///< V1·I1
    two_element,  ///< (V1 − V2)·(I1 − I2)/2, as forms 2S and 4S do
    element_sum,  ///< V1·I1 + V2·I2
    series,       ///< (V1 − V2)·I of the one circuit that carries the load
  };

  struct Settings {
    double gain_percent = 0;  ///< of its power; positive: reads high
    /// Positive: it sees the current lag less, reads high at a lagging load. A time: n times as large an
    /// angle at order n.
    double phase_error_arcmin = 0;
    /// Half-width of an extra gain error, drawn uniformly for each current range.
    double range_error_percent = 0;
    /// Of one with two elements: positive, its first reads high by that and its second low. In series they
    /// make up for each other.
    double element_difference_percent = 0;
    double noise_percent = 0;  ///< standard deviation of its power in one 20 ms cell
    Definition definition = Definition::two_element;
  };

  /// rms and powers of all orders.
  struct Reading {
    std::array<Voltage, LoadPoint::kCircuits> voltage{};
    std::array<Current, LoadPoint::kCircuits> current{};
    std::array<ActivePower, LoadPoint::kCircuits> active{};
    std::array<ReactivePower, LoadPoint::kCircuits> reactive{};  ///< inductive positive
    ActivePower net{};                                           ///< by its definition, with all its errors
    Frequency frequency{};
  };

  ReferenceInput(std::uint64_t seed, const Settings& settings);

  void on_segment(const Segment& segment) override;

  /// Mean, of rms values their square's, over the last `integration` before the world's now (shorter at the
  /// start of the world), at most 10 s. The frequency is the latest. All 0 before the world has begun.
  [[nodiscard]] Reading reading(Duration integration) const;

  /// Number of the current range in use, from 0; each has its own range error.
  void select_range(int range) { range_ = range; }

  /// Its power's gain changes by `percent` from now on: a defect.
  void shift_gain(double percent) { settings_.gain_percent += percent; }

  /// The pulse output follows |net energy|; a new constant counts from now on. Zero energy: no pulses.
  void set_energy_per_pulse(ActiveEnergy energy) { per_pulse_ = energy; }
  [[nodiscard]] ActiveEnergy energy_per_pulse() const { return per_pulse_; }

  [[nodiscard]] std::uint64_t edges_until(Instant t) override;
  [[nodiscard]] std::vector<Instant> edges_between(Instant after, Instant until) override;

  /// Energy on the terminals since the start of the world by the standard's definition, without its errors.
  [[nodiscard]] ActiveEnergy true_energy() const { return true_energy_; }

 private:
  struct Piece {
    Instant begin;
    Instant end;
    double pulses_before;  // cumulative, at its begin and at its end
    double pulses_after;
    Reading reading;
  };
  [[nodiscard]] double gain(std::uint64_t cell) const;
  /// The first piece that ends at or after `t`; it is looked for from the back, where nearly all questions
  /// are.
  [[nodiscard]] std::deque<Piece>::const_iterator piece_at(Instant t) const;

  Settings settings_;
  Noise range_error_;
  Noise noise_;
  int range_ = 0;
  ActiveEnergy per_pulse_{};
  ActiveEnergy true_energy_{};
  double pulses_ = 0;
  std::deque<Piece> pieces_;  // of the last 10 s (kHistory)
};

}  // namespace meterbench::virtual_lab
