#include "drivers/virtual_lab/host/lab_clock.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace meterbench::virtual_lab {
namespace {

/// The world follows in steps of this, so that its work is spread.
constexpr Duration kTick = std::chrono::milliseconds{20};
/// A machine that is too slow for its lab slows the lab down: one step is never longer than this, and so an
/// answer never waits for more than the work of one such step.
constexpr Duration kLongestStep = std::chrono::milliseconds{100};

}  // namespace

LabClock::LabClock(Reactor& reactor, double scale, std::function<void(Instant)> advance)
    : reactor_{reactor}, scale_{scale}, advance_{std::move(advance)}, machine_{reactor.now()} {
  if (!(scale > 0)) throw std::invalid_argument{"the scale of a lab's time must be above 0"};
  tick_ = reactor_.after(kTick, [this] { tick(); });
}

LabClock::~LabClock() {
  reactor_.cancel(tick_);
  if (next_) reactor_.cancel(*next_);
}

Instant LabClock::now() const {
  const Duration passed = std::min(reactor_.now() - machine_, kLongestStep);
  return lab_ + from_seconds(in_seconds(passed) * scale_);
}

Instant LabClock::present() {
  const Instant t = now();
  if (t > world_) {
    world_ = t;
    advance_(t);
  }
  return t;
}

void LabClock::tick() {
  lab_ = now();
  machine_ = reactor_.now();
  tick_ = reactor_.after(kTick, [this] { tick(); });
  present();
  arm();  // the lab may have been slowed down
}

LabClock::Timer LabClock::at(Instant when, Reactor::Action action) {
  const Timer timer{when, ++sequence_};
  timers_.emplace(timer, std::move(action));
  if (timers_.begin()->first == timer) arm();
  return timer;
}

void LabClock::cancel(const Timer& timer) { timers_.erase(timer); }

void LabClock::arm() {
  if (next_) reactor_.cancel(*next_);
  next_.reset();
  if (timers_.empty()) return;
  const auto ahead = static_cast<double>((timers_.begin()->first.first - lab_).count());
  // An hour is as good as any longer time: it is looked at again with each tick. Rounded up: not before.
  const double wait = std::clamp(std::ceil(ahead / scale_), 0.0, 3.6e12);
  next_ = reactor_.at(machine_ + Duration{static_cast<std::int64_t>(wait)}, [this] {
    next_.reset();
    run_due();
  });
}

void LabClock::run_due() {
  const Instant t = now();
  while (!timers_.empty() && timers_.begin()->first.first <= t) {
    const auto first = timers_.extract(timers_.begin());
    first.mapped()();
  }
  arm();
}

}  // namespace meterbench::virtual_lab
