// The error calculator of the simulated MT786: pulses of a meter's LED against the energy of the reference.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "drivers/virtual_lab/world/world.h"
#include "drivers/zera_mt786/simulator_answer.h"

namespace meterbench::zera_mt786 {

class ErrorCalculatorPart {
 public:
  /// Energy of the reference up to an instant of the last 10 s.
  using EnergyUntil = std::function<ActiveEnergy(Instant)>;

  /// `signal` names the world's signal at the pulse input; empty: nothing is wired.
  ErrorCalculatorPart(virtual_lab::World& world, std::string signal, EnergyUntil energy_until)
      : world_{world}, signal_{std::move(signal)}, energy_until_{std::move(energy_until)} {}

  /// Looks for pulses up to the end of `segment`, which the reference has seen.
  void on_segment(const virtual_lab::Segment& segment);

  /// Nothing when the command belongs to another part.
  [[nodiscard]] std::optional<Answer> take(Instant now, const std::string& line);

  /// The test that runs, or the next, never sees a pulse.
  void blind() { blind_ = true; }
  void abort() { state_ = State::idle; }
  void power_cycle();

 private:
  enum class State { idle, armed, running, done };
  struct Parameters {
    ActiveEnergy per_pulse{};
    std::uint64_t pulses = 0;
  };

  [[nodiscard]] Answer set_parameters(const std::string& line);
  [[nodiscard]] Answer begin(Instant now, bool continuous);
  [[nodiscard]] Answer status() const;
  void on_pulse(Instant t);

  virtual_lab::World& world_;
  std::string signal_;
  EnergyUntil energy_until_;

  Parameters parameters_;
  State state_ = State::idle;
  bool continuous_ = false;
  bool blind_ = false;
  Instant looked_{};             // until when pulses were looked for
  std::uint64_t pulses_ = 0;     // of this comparison
  ActiveEnergy energy_begin_{};  // at its first pulse
  ActiveEnergy energy_{};        // at the latest
  std::optional<double> error_percent_;
};

}  // namespace meterbench::zera_mt786
