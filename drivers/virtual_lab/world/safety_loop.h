#pragma once

#include "drivers/virtual_lab/world/source_output.h"

namespace meterbench::virtual_lab {

/// The wires that keep people safe: emergency stop, door, seats of the meters, and the relay that enables the
/// source's power stage. A lab without an interlock has the relay bridged.
class SafetyLoop {
 public:
  explicit SafetyLoop(SourceOutput& source) : source_{source} {}

  /// Opening the relay takes the source's output away at once.
  void set_relay(Instant when, bool closed) {
    relay_closed_ = closed;
    source_.enable(when, relay_closed_ && emergency_stop_healthy_);
  }
  [[nodiscard]] bool relay_closed() const { return relay_closed_; }

  /// A pressed emergency stop opens the source's enable by hardware, whatever the relay does.
  void set_emergency_stop(Instant when, bool healthy) {
    emergency_stop_healthy_ = healthy;
    source_.enable(when, relay_closed_ && emergency_stop_healthy_);
  }
  [[nodiscard]] bool emergency_stop_healthy() const { return emergency_stop_healthy_; }

  // Nothing but inputs: what follows from them is the bench's affair.
  bool door_closed = true;
  bool meters_seated = true;

 private:
  SourceOutput& source_;
  bool relay_closed_ = true;
  bool emergency_stop_healthy_ = true;
};

}  // namespace meterbench::virtual_lab
