#include "drivers/link/call_thread.h"

#include <signal.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace meterbench {

CallThread::CallThread() : returned_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (!returned_) throw std::system_error{errno, std::generic_category(), "eventfd"};
  thread_ = std::thread{[this] { run(); }};
}

CallThread::~CallThread() {
  {
    const std::lock_guard lock{mutex_};
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CallThread::start(std::function<void()> call) {
  if (busy_) throw std::logic_error{"a call is under way"};
  busy_ = true;
  {
    const std::lock_guard lock{mutex_};
    call_ = std::move(call);
  }
  changed_.notify_all();
}

bool CallThread::has_returned() {
  const std::lock_guard lock{mutex_};
  return busy_ && !call_;
}

void CallThread::collect() {
  if (!busy_) return;
  {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !call_; });
  }
  eventfd_t count = 0;
  ::eventfd_read(returned_.get(), &count);
  busy_ = false;
}

void CallThread::run() {
  // Signals are for the bench thread: here they would only cut a call short.
  sigset_t all{};
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return call_ || ended_; });
    if (!call_) return;
    lock.unlock();
    call_();  // nobody else touches it until it is empty
    lock.lock();
    call_ = nullptr;
    ::eventfd_write(returned_.get(), 1);
    changed_.notify_all();
  }
}

}  // namespace meterbench
