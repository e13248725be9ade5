#pragma once

#include <functional>
#include <optional>

#include "drivers/far_end/far_end.h"
#include "drivers/virtual_lab/host/lab_clock.h"

namespace meterbench::virtual_lab {

/// One opening of a far end, from its construction to its end: calls it in lab time, with the world at that
/// instant, and asks anew each time when it wants to be called again.
class Dialogue {
 public:
  /// `said` is told after each call what the far end said, which may be nothing. It must not end the
  /// dialogue.
  Dialogue(LabClock& clock, FarEnd& far_end, std::function<void(Bytes)> said);
  ~Dialogue();
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  void hear(ByteView bytes);

 private:
  void ask_for_next_event();

  LabClock& clock_;
  FarEnd& far_end_;
  std::function<void(Bytes)> said_;
  std::optional<LabClock::Timer> event_;
};

}  // namespace meterbench::virtual_lab
