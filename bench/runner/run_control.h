// What people ask of a run under way, besides stopping it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/reactor.h"

namespace meterbench {

class RunControl {
 public:
  RunControl();
  ~RunControl();
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;

  // From any thread; `who` asks, for the record.
  void pause(const std::string& who);
  void go_on(const std::string& who);
  /// The point (or soak) at hand is given up, the run goes on with the next.
  void skip(const std::string& who);
  /// The same as an interrupt: `stop` is asked, the run can be resumed.
  void stop(const std::string& who, StopSignal& stop);

  // On the bench thread.
  [[nodiscard]] bool paused() const;
  /// Who asked for a skip since the last call; nothing when nobody did.
  [[nodiscard]] std::optional<std::string> take_skip();
  /// Sentences for the record since the last call: `paused by anna`.
  [[nodiscard]] std::vector<std::string> take_acts();
  /// Waits until the run may go on or a stop is asked. Simulated time stands still meanwhile.
  Reactor::Waited wait_while_paused(Reactor& reactor);

 private:
  mutable std::mutex mutex_;
  int wake_ = -1;  // eventfd, for a reactor that waits
  bool paused_ = false;
  std::optional<std::string> skip_;
  std::vector<std::string> acts_;
};

}  // namespace meterbench
