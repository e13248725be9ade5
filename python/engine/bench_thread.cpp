#include "python/engine/bench_thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace meterbench::python {

BenchThread::BenchThread(Open open) : wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wake_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  std::promise<void> opened;
  auto is_open = opened.get_future();
  thread_ = std::thread{[this, open = std::move(open), &opened] { live(open, opened); }};
  try {
    is_open.get();
  } catch (...) {
    thread_.join();
    ::close(wake_);
    throw;
  }
}

BenchThread::~BenchThread() {
  stop_.request();
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  post([](OpenBench&) {});
  thread_.join();
  ::close(wake_);
}

void BenchThread::post(Task task) {
  {
    const std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

std::optional<BenchThread::Task> BenchThread::next() {
  const std::lock_guard lock{mutex_};
  if (tasks_.empty()) return std::nullopt;
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

bool BenchThread::has_work() {
  const std::lock_guard lock{mutex_};
  return closing_ || !tasks_.empty();
}

void BenchThread::live(const Open& open, std::promise<void>& opened) {
  std::unique_ptr<OpenBench> bench;
  try {
    bench = open(stop_);
  } catch (...) {
    return opened.set_exception(std::current_exception());
  }
  opened.set_value();
  serve(*bench);
}

void BenchThread::serve(OpenBench& bench) {
  Reactor& reactor = bench.station().reactor;
  reactor.watch(wake_, POLLIN, [this](short) {
    std::uint64_t calls = 0;
    [[maybe_unused]] const auto read = ::read(wake_, &calls, sizeof calls);
  });
  while (true) {
    // A stop that nobody has withdrawn yet ends the wait too; then there is nothing to do but to look again.
    static_cast<void>(reactor.run_until_told([&] { return has_work() || bench.hand().needs_tending(); }));
    if (bench.hand().needs_tending()) bench.tend();
    while (auto task = next()) (*task)(bench);
    const std::lock_guard lock{mutex_};
    if (closing_) break;
  }
  reactor.unwatch(wake_);
}

}  // namespace meterbench::python
