#include "bench/core/wall_alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace meterbench {

WallAlarm::WallAlarm(Reactor& reactor, Duration after, std::function<void()> ring)
    : reactor_{reactor}, timer_{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)} {
  if (timer_ < 0) throw std::system_error{errno, std::generic_category(), "timerfd_create"};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(after);
  itimerspec once{};
  once.it_value.tv_sec = seconds.count();
  once.it_value.tv_nsec = (after - seconds).count();
  if (::timerfd_settime(timer_, 0, &once, nullptr) != 0) {
    const int why = errno;
    ::close(timer_);
    throw std::system_error{why, std::generic_category(), "timerfd_settime"};
  }
  reactor_.watch(timer_, POLLIN, [this, ring = std::move(ring)](short) {
    // A copy: unwatch() destroys this function.
    const auto act = ring;
    reactor_.unwatch(timer_);
    act();
  });
}

WallAlarm::~WallAlarm() {
  reactor_.unwatch(timer_);
  ::close(timer_);
}

}  // namespace meterbench
