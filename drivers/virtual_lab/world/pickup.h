#pragma once

#include <deque>
#include <string_view>

#include "drivers/virtual_lab/world/noise.h"
#include "drivers/virtual_lab/world/pulse_signal.h"

namespace meterbench::virtual_lab {

/// A photodiode in front of a test LED.
class Pickup final : public PulseSignal {
 public:
  struct Settings {
    double jitter_us = 0;            ///< standard deviation of one edge
    double missed_per_million = 0;   ///< edges that it does not see
    double doubled_per_million = 0;  ///< edges that it gives twice
  };

  Pickup(std::uint64_t seed, std::string_view position, const Settings& settings);

  /// The LED lights at `t`: in the order of time, and before anyone asks for edges at or after `t`.
  void on_edge(Instant t);

  [[nodiscard]] std::uint64_t edges_until(Instant t) override;

 private:
  void deliver(Instant t);

  Settings settings_;
  Noise jitter_;
  Noise missed_;
  Noise doubled_;
  std::uint64_t lit_ = 0;        // edges of the LED
  std::uint64_t counted_ = 0;    // edges given out
  std::deque<Instant> waiting_;  // edges that nobody has asked for yet
};

}  // namespace meterbench::virtual_lab
