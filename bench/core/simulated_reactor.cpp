#include "bench/core/simulated_reactor.h"

namespace meterbench {

Reactor::TimerId SimulatedReactor::post(Order order, Action action) {
  order.when = std::max(order.when, now_);
  order.sequence = ++sequence_;
  by_id_.emplace(order.sequence, order);
  events_.emplace(order, std::move(action));
  return TimerId{order.sequence};
}

Reactor::TimerId SimulatedReactor::at(Instant when, Action action) {
  return post({when, 1, 0, 0}, std::move(action));
}

Reactor::TimerId SimulatedReactor::arrival(Instant when, std::size_t link, Action action) {
  return post({when, 0, link, 0}, std::move(action));
}

void SimulatedReactor::cancel(TimerId timer) {
  const auto found = by_id_.find(static_cast<std::uint64_t>(timer));
  if (found == by_id_.end()) return;
  events_.erase(found->second);
  by_id_.erase(found);
}

void SimulatedReactor::move_to(Instant when) {
  if (when <= now_) return;
  now_ = when;
  if (advance_world_) advance_world_(when);
}

Reactor::Waited SimulatedReactor::do_run_until(const std::function<bool()>& done, Instant deadline,
                                               bool stoppable) {
  while (true) {
    if (done()) return Waited::done;
    if (stoppable && stopped()) return Waited::stopped;
    if (holds_ > 0) {
      watches().poll(std::nullopt, stoppable ? stop().descriptor() : -1);
      continue;
    }
    if (events_.empty() || events_.begin()->first.when > deadline) {
      if (now_ >= deadline) return Waited::deadline;
      move_to(deadline);
      continue;  // the world's advance may have posted an event of this instant, or have made it done
    }
    move_to(events_.begin()->first.when);
    // The world may have posted something earlier in the order of this very instant.
    const auto first = events_.begin();
    const Action action = std::move(first->second);
    by_id_.erase(first->first.sequence);
    events_.erase(first);
    action();
  }
}

}  // namespace meterbench
