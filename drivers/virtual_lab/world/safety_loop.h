#pragma once

#include "drivers/virtual_lab/world/source_output.h"

namespace meterbench::virtual_lab {

/// The wires that keep people safe: emergency stop, door, seats of the meters, and the relay that enables the
/// source's power stage. A lab without an interlock has the relay bridged.
class SafetyLoop {
 public:
  explicit SafetyLoop(SourceOutput& source) : source_{source} {}

  /// Opening the relay takes the source's output away at once.
  void set_relay(Instant when, bool closed) { source_.enable(when, closed); }
  [[nodiscard]] bool relay_closed() const { return source_.enabled(); }

  /// A pressed emergency stop opens the source's enable by hardware, whatever the relay does.
  bool emergency_stop_healthy = true;
  bool door_closed = true;
  bool meters_seated = true;

 private:
  SourceOutput& source_;
};

}  // namespace meterbench::virtual_lab
