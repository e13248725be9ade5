#include "bench/core/stop_signal.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace meterbench {

StopSignal::StopSignal() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

StopSignal::~StopSignal() { ::close(descriptor_); }

void StopSignal::request() noexcept {
  requested_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // Async-signal-safe; it can only fail when the descriptor is readable already.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void StopSignal::withdraw() noexcept {
  requested_.store(false, std::memory_order_relaxed);
  std::uint64_t requests = 0;
  [[maybe_unused]] const auto read = ::read(descriptor_, &requests, sizeof requests);
}

}  // namespace meterbench
