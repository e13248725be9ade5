// The thread that a station lives on.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "bench/core/stop_signal.h"
#include "python/engine/open_bench.h"

namespace meterbench::python {

/// One bench thread owns the instruments; everybody else asks it. While nobody does, real time goes on with
/// timers and links, so that a load put on by hand stays watched; simulated time stands still.
class BenchThread {
 public:
  using Open = std::function<std::unique_ptr<OpenBench>(StopSignal&)>;
  /// Waits until `open` is done, on the thread, and throws what it throws.
  explicit BenchThread(Open open);
  /// Asks what is under way to stop, takes a load off and ends the thread.
  ~BenchThread();
  BenchThread(const BenchThread&) = delete;
  BenchThread& operator=(const BenchThread&) = delete;

  /// `act` on the bench, after what was asked before; what it answers, or throws.
  template <class Act>
  [[nodiscard]] auto ask(Act act) -> std::future<decltype(act(std::declval<OpenBench&>()))> {
    using Answer = decltype(act(std::declval<OpenBench&>()));
    auto task = std::make_shared<std::packaged_task<Answer(OpenBench&)>>(std::move(act));
    auto answer = task->get_future();
    post([task](OpenBench& bench) { (*task)(bench); });
    return answer;
  }

  /// May be requested from any thread; who did withdraws it, once what was under way has ended.
  [[nodiscard]] StopSignal& stop() { return stop_; }

 private:
  using Task = std::function<void(OpenBench&)>;
  void post(Task task);
  void live(const Open& open, std::promise<void>& opened);
  void serve(OpenBench& bench);
  [[nodiscard]] std::optional<Task> next();
  [[nodiscard]] bool has_work();

  StopSignal stop_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool closing_ = false;
  int wake_;  // eventfd, for a reactor that waits
  std::thread thread_;
};

}  // namespace meterbench::python
