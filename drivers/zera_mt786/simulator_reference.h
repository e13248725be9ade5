// The built-in reference of the simulated MT786: what it measures, its ranges and modes, its energy.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/virtual_lab/world/reference_input.h"
#include "drivers/zera_mt786/simulator_answer.h"

namespace meterbench::zera_mt786 {

class ReferencePart {
 public:
  ReferencePart(std::uint64_t seed, const virtual_lab::ReferenceInput::Settings& settings);

  void on_segment(const virtual_lab::Segment& segment);

  /// Nothing when the command belongs to another part.
  [[nodiscard]] std::optional<Answer> take(Instant now, const std::string& line);

  /// |V1·I1| integrated since the start of the world, as it measures it; `t` not more than 10 s ago.
  [[nodiscard]] ActiveEnergy energy_until(Instant t);
  /// Imp/kWh of its pulses in the ranges and mode of now.
  [[nodiscard]] double constant() const;
  void power_cycle() { state_ = {}; }

 private:
  struct State {
    int integration_s = 1;
    std::string mode = "2WA";
    std::string pll = "U1";
    bool automatic_voltage = true;
    bool automatic_current = true;
    std::size_t voltage_range = 0;
    std::size_t current_range = 0;
    std::optional<ActiveEnergy> register_start;  ///< while the energy register runs
    ActiveEnergy register_held{};
  };
  using Reading = virtual_lab::ReferenceInput::Reading;

  [[nodiscard]] Answer measured(const std::string& indexes) const;
  [[nodiscard]] std::optional<std::string> value(int index, const Reading& reading) const;
  [[nodiscard]] Answer state() const;
  [[nodiscard]] Answer select_range(const std::string& line);
  [[nodiscard]] Answer set_automatic(const std::string& line);
  [[nodiscard]] Answer set_mode(const std::string& line);
  [[nodiscard]] Answer energy_register(Instant now, const std::string& line);

  virtual_lab::ReferenceInput input_;
  virtual_lab::Terminals last_{};
  State state_;
};

}  // namespace meterbench::zera_mt786
