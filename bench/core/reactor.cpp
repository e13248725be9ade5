#include "bench/core/reactor.h"

namespace meterbench {

Reactor::Waited Reactor::run_until(const std::function<bool()>& done, Instant deadline, Stoppable stoppable) {
  if (running_) throw std::logic_error{"a reactor callback must not wait"};
  struct Running {
    bool& flag;
    explicit Running(bool& f) : flag{f} { flag = true; }
    ~Running() { flag = false; }
  } const running{running_};
  return do_run_until(done, deadline, stoppable == Stoppable::yes);
}

Fault Reactor::stop_fault(std::string_view device, std::string_view command, Duration elapsed) const {
  if (broken_off_) return *broken_off_;
  return {Errc::stopped, std::string{device}, std::string{command}, "stop requested", elapsed};
}

Reactor::Waited Reactor::run_until_told(const std::function<bool()>& done) {
  struct Held {
    Reactor& reactor;
    explicit Held(Reactor& r) : reactor{r} { reactor.hold_time(); }
    ~Held() { reactor.release_time(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
  } const held{*this};
  return run_until(done, Instant::max());
}

}  // namespace meterbench
