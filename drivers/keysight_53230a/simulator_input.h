#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/virtual_lab/world/world.h"

namespace meterbench::keysight_53230a {

/// One input of the simulated counter, and what is wired to it: pulses from 0 V to a height, all of a width.
class SimulatedInput {
 public:
  /// After *RST. (made)
  struct Settings {
    bool dc = false;
    bool ohm_50 = false;
    double range_v = 5;
    bool falling = false;
    double level_v = 0;
    bool auto_level = true;
  };
  Settings settings;
  bool protection_open = false;

  /// `number` from 1; `signal` is looked up in the world when it is needed, and may be empty.
  SimulatedInput(virtual_lab::World& world, std::string signal, int number, double height_v, Duration width);

  /// Edges of the selected slope that the trigger sees after `after`, up to and including `until`.
  [[nodiscard]] std::vector<Instant> edges(Instant after, Instant until);
  /// How many, without looking at each where that is not needed.
  [[nodiscard]] std::uint64_t count(Instant after, Instant until);

 private:
  /// What is wired here, or null when nothing can be seen of it.
  [[nodiscard]] virtual_lab::PulseSignal* visible();
  /// From the rising edge to the selected one.
  [[nodiscard]] Duration delay() const { return settings.falling ? width_ : Duration{}; }

  virtual_lab::World& world_;
  std::string name_;
  virtual_lab::PulseSignal* signal_ = nullptr;
  double height_v_;
  Duration width_;
  virtual_lab::Noise loss_;
};

}  // namespace meterbench::keysight_53230a
