#include "bench/core/real_reactor.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <vector>

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

void RealReactor::watch(int descriptor, short events, std::function<void(short)> ready) {
  watches_.insert_or_assign(descriptor, Watch{events, std::move(ready)});
}

void RealReactor::unwatch(int descriptor) { watches_.erase(descriptor); }

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
    if (stoppable && stop().requested()) return Waited::stopped;
    if (now() >= deadline) return Waited::deadline;
  }
}

std::optional<Instant> RealReactor::next_timer() const {
  return timers_.empty() ? std::nullopt : std::optional{timers_.begin()->first.first};
}

void RealReactor::poll_links(Instant until, bool stoppable) {
  std::vector<pollfd> polled;
  if (stoppable) polled.push_back({stop().descriptor(), POLLIN, 0});
  for (const auto& [descriptor, watch] : watches_) polled.push_back({descriptor, watch.events, 0});
  const Duration left = std::max(until - now(), Duration::zero());
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec limit{whole.count(), (left - whole).count()};
  if (::ppoll(polled.data(), polled.size(), &limit, nullptr) < 0) {
    if (errno == EINTR) return;
    throw std::system_error{errno, std::generic_category(), "ppoll"};
  }
  for (const pollfd& entry : polled) {
    if (entry.revents == 0) continue;
    // Looked up anew: an earlier callback may have taken this watch away.
    const auto found = watches_.find(entry.fd);
    if (found == watches_.end()) continue;
    const auto ready = found->second.ready;  // a copy: it may replace itself
    ready(entry.revents);
  }
}

}  // namespace meterbench
