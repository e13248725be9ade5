// What the fakes of a station share: the state of a bench without physics, a log of what was asked of it, and
// faults at will.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/reactor.h"
#include "bench/model/meter_type.h"

namespace meterbench::testing {

inline constexpr Duration kFakeReply = std::chrono::milliseconds{10};
inline constexpr double kFakeRoom = 23;  // °C

/// Air that follows the chamber's target, and a body that follows the air, both of first order.
struct FakeClimate {
  double air = kFakeRoom, body = kFakeRoom, target = kFakeRoom;  ///< °C
  double air_lag_s = 300, body_lag_s = 1200;
  bool body_sensor = true;
  bool running = false;
  Instant at{};

  void advance(Instant now) {
    while (at < now) {
      const Duration step = std::min<Duration>(now - at, std::chrono::seconds{10});
      const double dt = in_seconds(step);
      air += (target - air) * (1 - std::exp(-dt / air_lag_s));
      body += (air - body) * (1 - std::exp(-dt / body_lag_s));
      at += step;
    }
  }
};

struct FakeBench {
  std::vector<std::string> calls;  ///< `source off`, `source limits`, …

  // The source and what it drives.
  LoadPoint applied;
  bool on = false;  ///< by the source itself
  Form form = Form::s2;
  std::optional<Instant> trips_at;
  std::optional<Fault> off_fails;
  std::optional<Fault> identify_fails;

  // The meter and its pulses.
  ActiveEnergy kt = from_watt_hours(1);
  double meter_error = 0;        ///< ratio
  double meter_error_per_k = 0;  ///< ratio, of the body's distance from 23 °C
  bool meter_blinks = true;
  std::optional<std::uint64_t> lost_edge;  ///< number of an edge that does not come
  std::optional<Fault> scan_fails;         ///< half a second after the scan's start

  // The reference.
  ActiveEnergy reference_pulse = from_watt_hours(1e-5);
  bool reference_repeats = false;  ///< each reading takes a second try
  double reference_reads = 1;      ///< factor on what the reference reads of the current
  double pulse_factor = 1;         ///< factor on the reference pulses alone
  bool reference_overloaded = false;
  std::string reference_ranges;

  // The interlock; without one, the source's output is always enabled.
  bool has_interlock = false;
  bool emergency_stop_healthy = true, door_closed = true, meters_seated = true;
  bool relay_closed = false, watchdog_running = false;
  bool relay_sticks = false;                       ///< it does not open
  std::function<void()> when_relay_opens = [] {};  ///< because it was disarmed
  Duration interlock_reply = kFakeReply;

  FakeClimate climate;

  // Links. The request after the first `n` is heard but not answered; from then on nobody is there.
  std::map<std::string, std::size_t> lost_after;  ///< by device
  std::map<std::string, Instant> lost_at;         ///< from then on nobody is there
  std::map<std::string, std::size_t> requests;    ///< so far

  [[nodiscard]] bool tripped(Instant now) const { return trips_at && now >= *trips_at; }
  [[nodiscard]] bool enabled() const { return !has_interlock || (relay_closed && emergency_stop_healthy); }
  /// Whether anything stands on the terminals.
  [[nodiscard]] bool energised() const { return on && enabled(); }
  [[nodiscard]] double power() const { return energised() ? metered_power(form, applied).value() : 0.0; }
  [[nodiscard]] double error() const { return meter_error + meter_error_per_k * (climate.body - kFakeRoom); }

  /// Carries out what is asked of `device` after `delay` and answers, as far as its link is there.
  template <class T>
  void serve(Reactor& reactor, const std::string& device, Duration delay, Done<T> done,
             std::function<Result<T>()> act) {
    const std::size_t number = ++requests[device];
    const auto after = lost_after.find(device);
    const auto at = lost_at.find(device);
    const bool late = at != lost_at.end() && reactor.now() >= at->second;
    const bool heard = !late && (after == lost_after.end() || number <= after->second + 1);
    const bool answered = heard && (after == lost_after.end() || number <= after->second);
    reactor.after(delay, [this, device, heard, answered, act = std::move(act), done = std::move(done)] {
      auto result = heard ? act() : Result<T>{gone(device)};
      done(answered ? std::move(result) : Result<T>{gone(device)});
    });
  }
  [[nodiscard]] static tl::unexpected<Fault> gone(const std::string& device) {
    return fault(Errc::disconnected, device, "", "the link is gone");
  }
};

}  // namespace meterbench::testing
