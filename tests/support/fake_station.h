// A station of plain fakes in simulated time for tests of what drives one: no bytes, no physics, a log of
// every call, and faults at will. An ideal meter of `error` blinks as the load asks.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "bench/model/meter_type.h"
#include "bench/station/station.h"

namespace meterbench::testing {

struct FakeBench {
  std::vector<std::string> calls;  ///< `source off`, `source limits`, …
  LoadPoint applied;
  bool on = false;
  Form form = Form::s2;
  ActiveEnergy kt = from_watt_hours(1);
  ActiveEnergy reference_pulse = from_watt_hours(1e-5);
  double meter_error = 0;  ///< ratio
  bool meter_blinks = true;
  std::optional<std::uint64_t> lost_edge;  ///< number of an edge that does not come
  std::optional<Instant> trips_at;
  std::optional<Fault> off_fails;
  std::optional<Fault> identify_fails;
  std::optional<Fault> scan_fails;  ///< half a second after the scan's start
  bool reference_repeats = false;   ///< each reading takes a second try
  double reference_reads = 1;       ///< factor on what the reference reads of the current
  double pulse_factor = 1;          ///< factor on the reference pulses alone

  [[nodiscard]] bool tripped(Instant now) const { return trips_at && now >= *trips_at; }
  [[nodiscard]] double power() const { return on ? metered_power(form, applied).value() : 0.0; }
};

inline constexpr Duration kFakeReply = std::chrono::milliseconds{10};

class FakeSource final : public PowerSource {
 public:
  FakeSource(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  SourceCapabilities capabilities() const override {
    return {2, Voltage{300}, Current{240}, Frequency{45}, Frequency{65}, Seconds{2}};
  }
  void start_identify(Done<std::string> done) override {
    reply([this, done] {
      if (bench_.identify_fails) return done(tl::unexpected{*bench_.identify_fails});
      done(std::string{"fake source"});
    });
  }
  void start_off(Done<void> done) override {
    bench_.calls.emplace_back("source off");
    reply([this, done] {
      if (bench_.off_fails) return done(tl::unexpected{*bench_.off_fails});
      bench_.on = false;
      done({});
    });
  }
  void start_status(Done<SourceStatus> done) override {
    reply([this, done] {
      if (bench_.tripped(reactor_.now())) {
        bench_.on = false;
        return done(SourceStatus{OutputState::trip, "overload"});
      }
      done(SourceStatus{bench_.on ? OutputState::on : OutputState::off, ""});
    });
  }

 private:
  void do_set_limits(const SourceLimits&, Done<void> done) override {
    bench_.calls.emplace_back("source limits");
    reply([done] { done({}); });
  }
  void do_apply(const LoadPoint& point, Done<void> done) override {
    bench_.calls.emplace_back("source apply");
    reactor_.after(std::chrono::seconds{2}, [this, point, done] {
      bench_.applied = point;
      bench_.on = true;
      done({});
    });
  }
  void reply(std::function<void()> action) { reactor_.after(kFakeReply, std::move(action)); }
  Reactor& reactor_;
  FakeBench& bench_;
};

class FakeReference final : public ReferenceStandard {
 public:
  FakeReference(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  ReferenceDefinition definition() const override { return ReferenceDefinition::two_element; }
  void start_identify(Done<std::string> done) override {
    reactor_.after(kFakeReply, [done] { done(std::string{"fake reference"}); });
  }
  void start_prepare(const LoadPoint&, Done<ActiveEnergy> done) override {
    reactor_.after(kFakeReply, [this, done] { done(bench_.reference_pulse); });
  }
  void start_read(Done<ReferenceReading> done) override {
    reactor_.after(kFakeReply, [this, done] {
      if (bench_.reference_repeats) repeated({Errc::garbled, "reference", "read", "half a reply", {}});
      ReferenceReading reading;
      reading.frequency = bench_.applied.frequency;
      if (bench_.on && !bench_.tripped(reactor_.now())) {
        for (std::size_t i = 0; i < reading.circuits.size(); ++i) {
          const CircuitLoad& load = bench_.applied.circuits[i];
          const Angle lag = load.voltage_phase - bench_.applied.current_phase(i);
          const Current current = load.current * bench_.reference_reads;
          reading.circuits[i] = {load.voltage, current, active_part(load.voltage * current, lag),
                                 reactive_part(load.voltage * current, lag)};
        }
        reading.active = ActivePower{bench_.power() * bench_.reference_reads};
      }
      done(reading);
    });
  }

 private:
  Reactor& reactor_;
  FakeBench& bench_;
};

class FakeCounter final : public PulseCounter {
 public:
  FakeCounter(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  CounterCapabilities capabilities() const override {
    return {.methods = {CountingMethod::scanned},
            .inputs = 8,
            .scan_period = std::chrono::milliseconds{1},
            .maximum_rate = Frequency{1e6}};
  }
  void start_identify(Done<std::string> done) override {
    reactor_.after(kFakeReply, [done] { done(std::string{"fake counter"}); });
  }
  void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) override {
    bench_.calls.emplace_back("counter start");
    running_ = std::make_shared<bool>(true);
    begin_ = reactor_.now();
    if (bench_.scan_fails)
      reactor_.after(std::chrono::milliseconds{500}, [running = running_, on_fault, this] {
        if (*running) on_fault(*bench_.scan_fails);
      });
    if (bench_.meter_blinks)
      for (std::size_t led = 0; led < inputs.leds.size(); ++led) next_edge(led, 1, 0, on_edge);
    reactor_.after(kFakeReply, [done] { done({}); });
  }
  void start_stop(Done<void> done) override {
    bench_.calls.emplace_back("counter stop");
    if (running_) *running_ = false;
    reactor_.after(kFakeReply, [done] { done({}); });
  }

 private:
  void next_edge(std::size_t led, std::uint64_t beat, std::uint64_t number, const OnEdge& on_edge) {
    const double energy = bench_.kt.value() * static_cast<double>(beat) / (1 + bench_.meter_error);
    const Instant when = begin_ + from_seconds(energy / std::abs(bench_.power()));
    reactor_.at(when, [this, running = running_, led, beat, number, energy, when, on_edge] {
      if (!*running || !bench_.on) return;
      const bool lost = bench_.lost_edge == beat;
      if (!lost) on_edge(led, {number, when, energy / bench_.reference_pulse.value() * bench_.pulse_factor});
      next_edge(led, beat + 1, lost ? number : number + 1, on_edge);
    });
  }
  Reactor& reactor_;
  FakeBench& bench_;
  std::shared_ptr<bool> running_;
  Instant begin_{};
};

/// One position `A`; certificate C-1 due 2026-01-01.
[[nodiscard]] inline std::unique_ptr<Station> make_fake_station(Reactor& reactor, FakeBench& bench) {
  auto station = std::make_unique<Station>("fake", reactor);
  station->source = std::make_unique<FakeSource>(reactor, bench);
  station->reference = std::make_unique<FakeReference>(reactor, bench);
  station->counter = std::make_unique<FakeCounter>(reactor, bench);
  station->positions = {{"A", 1, "fake firmware", true}};
  station->limits = {Voltage{300}, Current{240}};
  station->reference_calibration.certificate = "C-1";
  static_cast<void>(parse_utc("2026-01-01", station->reference_calibration.due));
  station->uncertainty = {from_percent(0.01), from_percent(0.006), Seconds{20e-6}, from_percent(0.003), 50,
                          Seconds{0.5}};
  for (const char* role : {"source", "reference", "counter"})
    station->instruments.push_back({role, "fake", "fake:", "test", true, "", ""});
  return station;
}

}  // namespace meterbench::testing
