#pragma once

#include <string>
#include <string_view>

#include "bench/core/reactor.h"

namespace meterbench {

struct InterlockState {
  bool emergency_stop_healthy = false;  ///< the loop is closed
  bool door_closed = false;
  bool meters_seated = false;
  bool relay_closed = false;  ///< read back: the source's output stage is enabled
  bool watchdog_running = false;

  /// What keeps the source from being energised: `the door is open`; empty when nothing does.
  [[nodiscard]] std::string_view hindrance() const {
    if (!emergency_stop_healthy) return "the emergency stop is pressed or its loop is open";
    if (!door_closed) return "the door is open";
    if (!meters_seated) return "a meter is not seated";
    return {};
  }
};

/// Enables the source's power stage by a relay, and drops it by itself when the bench falls silent.
class Interlock {
 public:
  virtual ~Interlock() = default;

  virtual void start_identify(Done<std::string> done) = 0;

  /// Starts the watchdog: without start_trigger() for `limit` all outputs drop. Then closes the relay and
  /// reads it back. Refused while there is a hindrance.
  virtual void start_arm(Duration limit, Done<void> done) = 0;
  /// Tells the watchdog that the bench lives, and reads everything back.
  virtual void start_trigger(Done<InterlockState> done) = 0;
  virtual void start_read(Done<InterlockState> done) = 0;
  /// Opens the relay, confirmed by reading it back, then stops the watchdog. Opens the link first when it is
  /// closed.
  virtual void start_disarm(Done<void> done) = 0;
};

}  // namespace meterbench
