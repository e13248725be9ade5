#pragma once

#include <atomic>

namespace meterbench {

/// Asks a bench to stop. `request()` may be called from a signal handler or from any thread; the
/// bench's own thread looks at it whenever it waits.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void request() noexcept;
  [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// The bench may go on, once what was stopped has ended. Not from a signal handler.
  void withdraw() noexcept;
  /// Becomes readable with a request; for a reactor's poll.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  std::atomic<bool> requested_{false};
  int descriptor_{-1};
};

}  // namespace meterbench
