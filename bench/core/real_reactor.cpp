#include "bench/core/real_reactor.h"

#include <algorithm>
#include <chrono>

namespace meterbench {
namespace {
Instant steady_now() {
  return Instant{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}
}  // namespace

RealReactor::RealReactor(StopSignal& stop) : Reactor{stop}, origin_{steady_now()} {}

Instant RealReactor::now() const { return Instant{steady_now() - origin_}; }

UtcTime RealReactor::utc() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Reactor::TimerId RealReactor::at(Instant when, Action action) {
  const std::uint64_t id = ++sequence_;
  timers_.emplace(std::pair{when, id}, std::move(action));
  by_id_.emplace(id, when);
  return TimerId{id};
}

void RealReactor::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  timers_.erase({found->second, id});
  by_id_.erase(found);
}

void RealReactor::run_due_timers() {
  const Instant present = now();
  while (!timers_.empty() && timers_.begin()->first.first <= present) {
    const auto first = timers_.begin();
    const Action action = std::move(first->second);
    by_id_.erase(first->first.second);
    timers_.erase(first);
    action();
  }
}

Reactor::Waited RealReactor::do_run_until(const std::function<bool()>& done, Instant deadline,
                                          bool stoppable) {
  if (done()) return Waited::done;
  while (true) {
    // Links first, then timers: what has arrived by now is not too late.
    poll_links(std::min(deadline, next_timer().value_or(deadline)), stoppable);
    run_due_timers();
    if (done()) return Waited::done;
    if (stoppable && stopped()) return Waited::stopped;
    if (now() >= deadline) return Waited::deadline;
  }
}

std::optional<Instant> RealReactor::next_timer() const {
  return timers_.empty() ? std::nullopt : std::optional{timers_.begin()->first.first};
}

void RealReactor::poll_links(Instant until, bool stoppable) {
  watches().poll(until - now(), stoppable ? stop().descriptor() : -1);
}

}  // namespace meterbench
