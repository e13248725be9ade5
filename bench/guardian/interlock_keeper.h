// Keeps the interlock's watchdog content for as long as a run lasts, and hears what it tells.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "bench/core/fault.h"
#include "bench/station/station.h"

namespace meterbench {

/// What is wrong with an armed interlock, with the likely cure; nothing while it is healthy.
[[nodiscard]] std::optional<Fault> interlock_fault(const InterlockState& seen);

/// From arm() to disarm() triggers the watchdog every Station::interlock_timing.trigger, whoever waits for
/// what. The first thing wrong stays in fault() and ends the triggers: the watchdog then opens the relay,
/// even if nobody else does. So does the end of this object. On a station without interlock there is nothing
/// to keep, and all calls succeed.
class InterlockKeeper {
 public:
  /// Throws std::invalid_argument when the watchdog would not outlast the time between two triggers.
  explicit InterlockKeeper(Station& station);
  ~InterlockKeeper();
  InterlockKeeper(const InterlockKeeper&) = delete;
  InterlockKeeper& operator=(const InterlockKeeper&) = delete;

  /// Waits until the relay is closed.
  [[nodiscard]] Result<void> arm();
  /// Waits until the relay is confirmed open; no stop request cuts that short. At once where it is open by
  /// the disarm() before.
  [[nodiscard]] Result<void> disarm();

  [[nodiscard]] bool armed() const { return state_->armed; }
  [[nodiscard]] const std::optional<Fault>& fault() const { return state_->fault; }

  /// For await(): like `start(done)`, but `done` comes with the keeper's fault as soon as there is one.
  template <class T, class Start>
  [[nodiscard]] auto guarded(Start start) {
    return [state = state_, start = std::move(start)](Done<T> done) {
      if (state->fault) return done(tl::unexpected{*state->fault});
      state->hear_fault = [done](const Fault& born) { done(tl::unexpected{born}); };
      start(std::move(done));
    };
  }

 private:
  /// Shared with callbacks that may come after the end.
  struct State {
    Station& station;
    bool armed = false;
    bool known_open = false;  ///< the relay, since the last disarm()
    std::optional<Fault> fault{};
    std::optional<Reactor::TimerId> deadline{};
    std::function<void(const Fault&)> hear_fault{};

    void end();
    void fail(Fault born);
  };
  static void trigger(const std::shared_ptr<State>& state);
  /// The watchdog was told at `told`, and expires unless it is told again.
  static void expect_next(const std::shared_ptr<State>& state, Instant told);

  std::shared_ptr<State> state_;
};

}  // namespace meterbench
