#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/core/reactor.h"

namespace meterbench {

/// `supply` is none of the meter's own: a relay that takes its supply away while it is held.
enum class MeterSwitch { demand_reset, test_mode, display_scroll, disconnect, supply };
[[nodiscard]] std::string_view to_text(MeterSwitch which);
[[nodiscard]] std::optional<MeterSwitch> parse_meter_switch(std::string_view text);

/// Fingers of the bench: what presses the switches of the meters.
class MeterControls {
 public:
  virtual ~MeterControls() = default;
  /// Holds the switch down for `duration` and lets go; done when it is up again, read back. Refused where no
  /// finger is mounted.
  virtual void start_press(const std::string& position, MeterSwitch which, Duration duration,
                           Done<void> done) = 0;
};

}  // namespace meterbench
