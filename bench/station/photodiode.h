#pragma once

#include <string>

#include "bench/core/quantity.h"
#include "bench/core/reactor.h"

namespace meterbench {

/// How a pickup sees the test LED in front of it.
struct PickupReading {
  Ratio level{};          ///< of the lit LED, of the photodiode's range
  Ratio flicker{};        ///< peak of the ambient light at twice the line frequency, of the range
  bool inverted = false;  ///< the LED goes dark for a pulse
  Seconds debounce{};     ///< shorter pulses are swallowed
};

/// The photodiodes in front of the meters, and what they tell besides edges.
class Photodiode {
 public:
  virtual ~Photodiode() = default;
  virtual void start_identify(Done<std::string> done) = 0;
  virtual void start_read(const std::string& position, Done<PickupReading> done) = 0;
  /// Done once the box has taken the new value, read back.
  virtual void start_set_debounce(const std::string& position, Seconds debounce, Done<void> done) = 0;
};

/// What the display of a meter shows.
class Display {
 public:
  virtual ~Display() = default;
  /// UTF-8; empty when the display is dark.
  virtual void start_read_display(const std::string& position, Done<std::string> done) = 0;
};

}  // namespace meterbench
