#include "bench/runner/run_control.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace meterbench {

RunControl::RunControl() : wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wake_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

RunControl::~RunControl() { ::close(wake_); }

void RunControl::pause(const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(paused_, true)) acts_.push_back("paused by " + who);
}

void RunControl::go_on(const std::string& who) {
  {
    const std::lock_guard lock{mutex_};
    if (!std::exchange(paused_, false)) return;
    acts_.push_back("continued by " + who);
  }
  const std::uint64_t one = 1;
  // It can only fail when the descriptor is readable already.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void RunControl::skip(const std::string& who) {
  const std::lock_guard lock{mutex_};
  skip_ = who;
}

void RunControl::stop(const std::string& who, StopSignal& stop) {
  {
    const std::lock_guard lock{mutex_};
    acts_.push_back("stopped by " + who);
  }
  stop.request();
}

bool RunControl::paused() const {
  const std::lock_guard lock{mutex_};
  return paused_;
}

std::optional<std::string> RunControl::take_skip() {
  const std::lock_guard lock{mutex_};
  return std::exchange(skip_, std::nullopt);
}

std::vector<std::string> RunControl::take_acts() {
  const std::lock_guard lock{mutex_};
  return std::exchange(acts_, {});
}

Reactor::Waited RunControl::wait_while_paused(Reactor& reactor) {
  reactor.watch(wake_, POLLIN, [this](short) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(wake_, &count, sizeof count);
  });
  const auto waited = reactor.run_until_told([this] { return !paused(); });
  reactor.unwatch(wake_);
  return waited;
}

}  // namespace meterbench
