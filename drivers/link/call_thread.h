#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "drivers/link/descriptor.h"

namespace meterbench {

/// A thread that makes the blocking calls of one link, one at a time. Everything here is for the link's own
/// thread; what it wrote before start() the call sees, and what the call wrote it sees after collect().
class CallThread {
 public:
  CallThread();
  /// Waits for a call that is under way.
  ~CallThread();
  CallThread(const CallThread&) = delete;
  CallThread& operator=(const CallThread&) = delete;

  /// `call` throws nothing. None may be under way (std::logic_error).
  void start(std::function<void()> call);
  /// From start() to collect().
  [[nodiscard]] bool busy() const { return busy_; }
  /// The call is over and not collected.
  [[nodiscard]] bool has_returned();
  /// Readable when a call has returned and is not collected.
  [[nodiscard]] int descriptor() const { return returned_.get(); }
  /// Waits until the call has returned. Harmless when there is none.
  void collect();

 private:
  void run();

  Descriptor returned_;  // eventfd
  bool busy_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> call_;  // guarded by mutex_: what to do, empty when done
  bool ended_ = false;          // guarded by mutex_
  std::thread thread_;          // last: it uses all of these
};

}  // namespace meterbench
