// What the fakes of a station share: the state of a bench without physics, ideal meters of a known error, a
// log of what was asked of all of them, and faults at will.
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
#include "bench/station/meter.h"

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

/// A meter under test; its energy is what its LED and its registers tell, each in its way.
struct FakeMeterModel {
  double error = 0;  ///< ratio, beside that of the bench
  bool blinks = true;
  std::optional<Instant> led_dies_at;
  std::uint64_t lost_one_in = 0, doubled_one_in = 0;  ///< LED pulses; 0: none
  double register_gain = 1;
  double extra_w = 0;  ///< that it registers beside its load
  ActiveEnergy step = from_watt_hours(0.1);
  MeterState state{.identity = {.manufacturer = "FAKE",
                                .model = "M1",
                                .hardware = "1.0",
                                .firmware = "5.34",
                                .serial_number = "00000007",
                                .device_id = "D-7",
                                .kt = from_watt_hours(1)},
                   .configuration = {{3, {1, 2}}, {6, {7}}}};

  // So far.
  double delivered_j = 0, received_j = 0;
  double led_j = 0;  ///< since the last pulse
  std::uint64_t pulses = 0;
};

struct FakeBench {
  std::vector<std::string> calls;  ///< `source off`, `source limits`, …

  // The source and what it drives.
  LoadPoint applied;
  bool on = false;  ///< by the source itself; see flow()
  Form form = Form::s2;
  std::optional<Instant> trips_at;
  std::optional<Fault> off_fails;
  std::optional<Fault> identify_fails;
  std::function<void(const VoltageDip&)> on_dip;  ///< when it is over

  // The meters and their pulses.
  ActiveEnergy kt = from_watt_hours(1);
  double meter_error = 0;        ///< ratio, of all
  double meter_error_per_k = 0;  ///< ratio, of the body's distance from 23 °C
  bool meter_blinks = true;
  std::optional<std::uint64_t> lost_edge;                   ///< number of a pulse that does not come
  std::optional<Fault> scan_fails;                          ///< half a second after the scan's start
  std::map<std::string, FakeMeterModel> meters{{"A", {}}};  ///< by position

  // The reference.
  ActiveEnergy reference_pulse = from_watt_hours(1e-5);
  bool reference_repeats = false;  ///< each reading takes a second try
  double reference_reads = 1;      ///< factor on what the reference reads of the current
  double reference_adds_w = 0;     ///< that its readings tell beside the load
  double pulse_factor = 1;         ///< factor on the reference pulses alone
  bool reference_overloaded = false;
  std::string reference_ranges;
  std::optional<std::string> reference_serial_number;  ///< nothing: it does not tell it

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

  /// Hears each LED edge: position, instant, pulses of the reference by then.
  using OnPulse = std::function<void(const std::string&, Instant, double)>;
  std::map<std::string, OnPulse> hear_pulses;  ///< by counter

  /// Lets energy flow for as long as there is a load.
  void flow(Reactor& reactor) {
    if (flowing_) return;
    flowing_ = true;
    last_ = reactor.now();
    tick(reactor);
  }
  /// An LED pulse without energy.
  void pulse(const std::string& position, Instant when) const {
    for (const auto& [counter, hear] : hear_pulses) hear(position, when, reference_count_);
  }

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

 private:
  static constexpr Duration kTick = std::chrono::milliseconds{20};

  void tick(Reactor& reactor) {
    reactor.after(kTick, [this, &reactor] {
      flowing_ = energised() && !tripped(reactor.now());
      if (!flowing_) return;
      climate.advance(reactor.now());
      const double seconds = in_seconds(reactor.now() - last_);
      const double counted = std::abs(power()) * seconds / reference_pulse.value() * pulse_factor;
      for (auto& [position, meter] : meters) register_energy(position, meter, seconds, counted);
      reference_count_ += counted;
      last_ = reactor.now();
      tick(reactor);
    });
  }

  void register_energy(const std::string& position, FakeMeterModel& meter, double seconds, double counted) {
    const double net = power() * (1 + error() + meter.error);
    const double energy = (std::abs(net) + meter.extra_w) * seconds;
    (net < 0 ? meter.received_j : meter.delivered_j) += energy;
    const double before = meter.led_j;
    meter.led_j += energy;
    for (double due = kt.value() - before; meter.led_j >= kt.value(); due += kt.value()) {
      meter.led_j -= kt.value();
      const double share = due / energy;
      light(position, meter, last_ + from_seconds(share * seconds), reference_count_ + share * counted);
    }
  }

  void light(const std::string& position, FakeMeterModel& meter, Instant when, double count) const {
    const std::uint64_t number = ++meter.pulses;
    const auto is_one_in = [&](std::uint64_t n) { return n > 0 && number % n == 0; };
    if (!meter_blinks || !meter.blinks || (meter.led_dies_at && when >= *meter.led_dies_at)) return;
    if (number == lost_edge || is_one_in(meter.lost_one_in)) return;
    for (const auto& [counter, hear] : hear_pulses) {
      hear(position, when, count);
      if (is_one_in(meter.doubled_one_in)) hear(position, when + std::chrono::milliseconds{3}, count);
    }
  }

  bool flowing_ = false;
  Instant last_{};
  double reference_count_ = 0;
};

}  // namespace meterbench::testing
