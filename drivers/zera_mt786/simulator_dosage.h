// The dosage (energy package) mode of the simulated MT786: ends the load after so many reference pulses.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "drivers/zera_mt786/simulator_answer.h"

namespace meterbench::zera_mt786 {

class DosagePart {
 public:
  /// `pulses_until` counts the reference's pulses up to the world's now; `end` takes the currents away.
  DosagePart(std::function<double()> pulses_until, std::function<void()> end)
      : pulses_until_{std::move(pulses_until)}, end_{std::move(end)} {}

  void on_segment();

  /// Nothing when the command belongs to another part.
  [[nodiscard]] std::optional<Answer> take(const std::string& line);
  void power_cycle() { state_ = {}; }

 private:
  struct State {
    bool mode = false;
    bool running = false;
    double total = 0;  ///< pulses
    double start = 0;
    double done = 0;
  };

  [[nodiscard]] Answer control(char what);

  std::function<double()> pulses_until_;
  std::function<void()> end_;
  State state_;
};

}  // namespace meterbench::zera_mt786
