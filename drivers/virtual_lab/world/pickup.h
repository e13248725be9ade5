#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "drivers/virtual_lab/world/light.h"
#include "drivers/virtual_lab/world/noise.h"
#include "drivers/virtual_lab/world/pulse_signal.h"

namespace meterbench::virtual_lab {

/// A photodiode with its comparator in front of a test LED. What it gives out is one rising edge for each
/// time that the light stands above the threshold for at least the debounce time, delayed by that time.
class Pickup final : public PulseSignal {
 public:
  struct Settings {
    double jitter_us = 0;                  ///< standard deviation of one edge
    double missed_per_million = 0;         ///< pulses that it does not see
    double doubled_per_million = 0;        ///< pulses that it gives twice
    double level_percent = 60;             ///< of the lit LED at 23 °C, of the range
    double level_slope_percent_per_k = 0;  ///< of the range
    double flicker_percent = 0;            ///< peak of the ambient light at 120 Hz, of the range
    double bounce_us = 0;                  ///< from the first to the last of an edge's bounces
    double debounce_us = 0;
    bool inverted = false;   ///< the LED goes dark for a pulse
    bool wrong_led = false;  ///< it looks at the LED for communication
  };

  Pickup(std::uint64_t seed, std::string_view position, const Settings& settings);

  /// The LED lights at `t`: in the order of time, and before anyone asks for edges at or after `t`.
  void on_edge(Instant t, Temperature led = Temperature{23});

  [[nodiscard]] std::uint64_t edges_until(Instant t) override;
  [[nodiscard]] std::vector<Instant> edges_between(Instant after, Instant until) override;

  /// Of the lit LED at the temperature `led`.
  [[nodiscard]] double level_percent(Temperature led) const;
  [[nodiscard]] const Settings& settings() const { return settings_; }
  void set_debounce(Instant now, Seconds debounce);
  void disturb(Instant now, Light::Disturbance what);

 private:
  void light_stands(Instant begin, Duration length);
  [[nodiscard]] bool sees_flicker() const;
  void take_flicker(Instant t);
  void give(Instant edge);
  [[nodiscard]] Duration debounce() const;

  Settings settings_;
  Noise jitter_;
  Noise missed_;
  Noise doubled_;
  bool miss_next_ = false;
  bool double_next_ = false;
  std::uint64_t lit_ = 0;        // pulses of the LED
  std::uint64_t crests_ = 0;     // of the ambient light that have been looked at
  std::uint64_t forgotten_ = 0;  // edges before those of edges_
  std::deque<Instant> edges_;    // in the order of time, some still to come
};

}  // namespace meterbench::virtual_lab
