#include "bench/guardian/interlock_keeper.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace meterbench {
namespace {

constexpr Duration kArmLimit = std::chrono::seconds{10};

std::string cure(const InterlockState& seen) {
  if (!seen.emergency_stop_healthy) return "find out why, release it, then run again";
  if (!seen.door_closed) return "close it, then run again";
  return "seat it, then run again";
}

}  // namespace

std::optional<Fault> interlock_fault(const InterlockState& seen) {
  const auto found = [](Errc code, std::string what) {
    return Fault{code, "interlock", "watch", std::move(what), {}};
  };
  if (const auto hindrance = seen.hindrance(); !hindrance.empty())
    return found(Errc::tripped, fmt::format("{}; {}", hindrance, cure(seen)));
  if (!seen.watchdog_running)
    return found(Errc::tripped,
                 "its watchdog does not run: it has expired or the coupler was restarted; check the bench's "
                 "load and the coupler's supply");
  if (!seen.relay_closed)
    return found(Errc::implausible,
                 "the relay was closed and reads back open; check the coupler's output and the relay");
  return std::nullopt;
}

InterlockKeeper::InterlockKeeper(Station& station) : state_{std::make_shared<State>(State{station})} {
  const InterlockTiming& timing = station.interlock_timing;
  if (station.interlock && !(timing.trigger.count() > 0 && timing.trigger < timing.watchdog))
    throw std::invalid_argument{
        fmt::format("the interlock's watchdog of {:.3f} s would not outlast {:.3f} s between two triggers",
                    in_seconds(timing.watchdog), in_seconds(timing.trigger))};
}

InterlockKeeper::~InterlockKeeper() { state_->end(); }

Result<void> InterlockKeeper::arm() {
  Station& station = state_->station;
  if (!station.interlock) return {};
  state_->known_open = false;
  auto armed = await<void>(station.reactor, "interlock", "arm", kArmLimit, [&](auto done) {
    station.interlock->start_arm(station.interlock_timing.watchdog, std::move(done));
  });
  if (!armed) return armed;
  state_->armed = true;
  expect_next(state_, station.reactor.now());
  trigger(state_);
  return {};
}

Result<void> InterlockKeeper::disarm() {
  Station& station = state_->station;
  state_->end();
  if (!station.interlock || state_->known_open) return {};
  auto disarmed = await<void>(
      station.reactor, "interlock", "disarm", kArmLimit,
      [&](auto done) { station.interlock->start_disarm(std::move(done)); }, Reactor::Stoppable::no);
  state_->known_open = disarmed.has_value();
  return disarmed;
}

void InterlockKeeper::State::end() {
  armed = false;
  hear_fault = nullptr;
  if (deadline) station.reactor.cancel(*deadline);
  deadline.reset();
}

void InterlockKeeper::State::fail(Fault born) {
  fault = std::move(born);
  if (auto hear = std::exchange(hear_fault, nullptr)) hear(*fault);
}

void InterlockKeeper::expect_next(const std::shared_ptr<State>& state, Instant told) {
  Reactor& reactor = state->station.reactor;
  if (state->deadline) reactor.cancel(*state->deadline);
  const Duration watchdog = state->station.interlock_timing.watchdog;
  state->deadline = reactor.at(told + watchdog, [state, told, watchdog] {
    state->deadline.reset();
    if (!state->armed || state->fault) return;
    const Duration silent = state->station.reactor.now() - told;
    state->fail({Errc::timeout, "interlock", "trigger",
                 fmt::format("not triggered for {:.3f} s, its watchdog allows {:.3f} s and has opened the "
                             "relay; the bench was busy or the coupler does not answer",
                             in_seconds(silent), in_seconds(watchdog)),
                 silent});
  });
}

void InterlockKeeper::trigger(const std::shared_ptr<State>& state) {
  if (!state->armed || state->fault) return;
  const Instant asked = state->station.reactor.now();
  state->station.interlock->start_trigger([state, asked](Result<InterlockState> seen) {
    if (!state->armed || state->fault) return;
    if (!seen) return state->fail(seen.error());
    if (auto wrong = interlock_fault(*seen)) return state->fail(std::move(*wrong));
    // The trigger reached the coupler at some instant since it was asked for.
    expect_next(state, asked);
    state->station.reactor.at(asked + state->station.interlock_timing.trigger, [state] { trigger(state); });
  });
}

}  // namespace meterbench
