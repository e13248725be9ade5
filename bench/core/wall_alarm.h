// An alarm by the machine's own time, whatever time the bench has.
#pragma once

#include <functional>

#include "bench/core/reactor.h"

namespace meterbench {

/// For what runs beside the bench, a child's computation: simulated time stands still meanwhile. Calls `ring`
/// once, from within a wait that looks at descriptors (Reactor::run_until_told, or any in real time).
class WallAlarm {
 public:
  /// Throws std::system_error. `after` above 0.
  WallAlarm(Reactor& reactor, Duration after, std::function<void()> ring);
  ~WallAlarm();
  WallAlarm(const WallAlarm&) = delete;
  WallAlarm& operator=(const WallAlarm&) = delete;

 private:
  Reactor& reactor_;
  int timer_;
};

}  // namespace meterbench
