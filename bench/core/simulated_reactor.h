#pragma once

#include <cstddef>
#include <map>
#include <tuple>
#include <unordered_map>

#include "bench/core/reactor.h"

namespace meterbench {

/// Simulated time: it moves only while the bench waits, from event to event. Events are ordered by
/// (instant, arrivals before timers, link number, sequence), and the world is brought to an instant
/// before any event of that instant, so that the same inputs give the same run to the bit.
class SimulatedReactor final : public Reactor {
 public:
  /// `starts` is the UTC label of instant 0. Time begins at `begin`: that of a resumed run where its record
  /// ends, so that no noise is drawn twice.
  SimulatedReactor(StopSignal& stop, UtcTime starts, Instant begin = {})
      : Reactor{stop}, now_{begin}, starts_{starts} {}

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] UtcTime utc() const override {
    return starts_ + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
  }

  TimerId at(Instant when, Action action) override;
  void cancel(TimerId timer) override;

  /// Something reaches one end of link `link` at `when`. For links only.
  TimerId arrival(Instant when, std::size_t link, Action action);
  /// A number for a new link, in the order of creation.
  [[nodiscard]] std::size_t new_link() { return next_link_++; }

  /// Time stands still until as many calls of release(): something outside of simulated time is under way, as
  /// a library's blocking call, and nothing but the watched descriptors can bring it on. No event runs
  /// meanwhile, so that the order of events does not depend on how long it takes.
  void hold() { ++holds_; }
  void release() { --holds_; }

  /// Called with every new instant before its first event.
  void on_advance(std::function<void(Instant)> advance_world) { advance_world_ = std::move(advance_world); }

 private:
  struct Order {
    Instant when;
    int group;  // 0 arrivals, 1 timers
    std::size_t link;
    std::uint64_t sequence;
    friend auto operator<=>(const Order&, const Order&) = default;
  };

  Waited do_run_until(const std::function<bool()>& done, Instant deadline, bool stoppable) override;
  void hold_time() override { hold(); }
  void release_time() override { release(); }
  TimerId post(Order order, Action action);
  void move_to(Instant when);

  Instant now_;
  UtcTime starts_;
  std::uint64_t sequence_ = 0;
  std::size_t next_link_ = 0;
  int holds_ = 0;
  std::map<Order, Action> events_;
  std::unordered_map<std::uint64_t, Order> by_id_;
  std::function<void(Instant)> advance_world_;
};

}  // namespace meterbench
