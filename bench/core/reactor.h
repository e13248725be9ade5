// The only thing on a station that waits, for time and for links together. Everything runs on the one
// bench thread: callbacks are short, never wait, and may start whatever they like.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "bench/core/clock.h"
#include "bench/core/descriptor_watches.h"
#include "bench/core/fault.h"
#include "bench/core/stop_signal.h"

namespace meterbench {

class Reactor : public Clock {
 public:
  using Action = std::function<void()>;
  enum class TimerId : std::uint64_t {};
  enum class Waited { done, deadline, stopped };

  /// `stop` is looked at while waiting; it must outlive the reactor.
  explicit Reactor(StopSignal& stop) : stop_{stop} {}

  /// Runs `action` from within a wait, not before `when`. Equal instants keep the order of their calls.
  virtual TimerId at(Instant when, Action action) = 0;
  TimerId after(Duration delay, Action action) { return at(now() + delay, std::move(action)); }
  /// Does nothing when the timer has run or was cancelled already.
  virtual void cancel(TimerId timer) = 0;

  /// Calls `ready` with poll's revents whenever `descriptor` has one of `events` (POLLIN, POLLOUT), from
  /// within a wait. One watch a descriptor: a second call replaces the first. In simulated time descriptors
  /// are looked at only while it is held (SimulatedReactor::hold).
  void watch(int descriptor, short events, std::function<void(short)> ready) {
    watches_.add(descriptor, events, std::move(ready));
  }
  void unwatch(int descriptor) { watches_.remove(descriptor); }

  /// Whether a stop request ends the wait. What makes a bench safe must not be cut short.
  enum class Stoppable { yes, no };

  /// Runs callbacks until `done()`, `deadline` or a stop request. Throws std::logic_error when called
  /// from a callback.
  Waited run_until(const std::function<bool()>& done, Instant deadline, Stoppable stoppable = Stoppable::yes);

  /// Waits for what people do: runs callbacks until `done()`, which a watched descriptor brings about, or a
  /// stop request. Simulated time stands still meanwhile, and no event of it runs; real time goes on with
  /// timers and links.
  Waited run_until_told(const std::function<bool()>& done);

  /// Waits for time alone. False when stopped.
  bool wait_until(Instant when) {
    return run_until([] { return false; }, when) == Waited::deadline;
  }

  [[nodiscard]] const StopSignal& stop() const { return stop_; }

  /// Something that nobody asked for has ended what is under way: from now on every wait that can be stopped
  /// is, because of `why`. The first reason stands.
  void break_off(Fault why) {
    if (!broken_off_) broken_off_ = std::move(why);
  }
  [[nodiscard]] const std::optional<Fault>& broken_off() const { return broken_off_; }
  /// Whether a wait that can be stopped is.
  [[nodiscard]] bool stopped() const { return stop_.requested() || broken_off_; }
  /// What became of something that was stopped: a stop was requested, or it was broken off.
  [[nodiscard]] Fault stop_fault(std::string_view device, std::string_view command,
                                 Duration elapsed = {}) const;

 protected:
  [[nodiscard]] DescriptorWatches& watches() { return watches_; }
  virtual Waited do_run_until(const std::function<bool()>& done, Instant deadline, bool stoppable) = 0;

 private:
  /// Between these calls no time passes, where that lies in the reactor's hands.
  virtual void hold_time() {}
  virtual void release_time() {}

  StopSignal& stop_;
  std::optional<Fault> broken_off_;
  DescriptorWatches watches_;
  bool running_ = false;
};

/// The blocking form of every `start_x(…, done)`: starts it and runs the reactor until it is done, its
/// deadline passes or a stop is asked. An answer that comes later is dropped.
template <class T, class Start>
[[nodiscard]] Result<T> await(Reactor& reactor, std::string_view device, std::string_view command,
                              Duration limit, Start start,
                              Reactor::Stoppable stoppable = Reactor::Stoppable::yes) {
  // Shared with the callback, which may be called after we have given up waiting.
  auto outcome = std::make_shared<std::optional<Result<T>>>();
  const Instant begin = reactor.now();
  start(Done<T>{[outcome](Result<T> result) {
    if (!outcome->has_value()) outcome->emplace(std::move(result));
  }});
  const auto waited = reactor.run_until([&] { return outcome->has_value(); }, begin + limit, stoppable);
  if (waited == Reactor::Waited::done) return std::move(**outcome);
  const Duration elapsed = reactor.now() - begin;
  Fault born = waited == Reactor::Waited::stopped ? reactor.stop_fault(device, command, elapsed)
                                                  : Fault{Errc::timeout, std::string{device},
                                                          std::string{command}, "not done in time", elapsed};
  outcome->emplace(tl::unexpected{born});
  return tl::unexpected{std::move(born)};
}

}  // namespace meterbench
