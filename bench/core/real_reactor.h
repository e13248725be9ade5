#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "bench/core/reactor.h"

namespace meterbench {

/// Real time: poll(2) on the links' descriptors and the next timer.
class RealReactor final : public Reactor {
 public:
  explicit RealReactor(StopSignal& stop);

  [[nodiscard]] Instant now() const override;
  [[nodiscard]] UtcTime utc() const override;
  TimerId at(Instant when, Action action) override;
  void cancel(TimerId timer) override;

 private:
  Waited do_run_until(const std::function<bool()>& done, Instant deadline, bool stoppable) override;
  /// Waits for the links until `until` (or a stop request) and calls back those that are ready.
  void poll_links(Instant until, bool stoppable);
  void run_due_timers();
  [[nodiscard]] std::optional<Instant> next_timer() const;

  Instant origin_;  // steady clock's reading at construction
  std::uint64_t sequence_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, Action> timers_;
  std::unordered_map<std::uint64_t, Instant> by_id_;
};

}  // namespace meterbench
