// A station of plain fakes in simulated time for tests of what drives one: no bytes, no physics, a log of
// every call, and faults at will. An ideal meter of a known error blinks as the load asks.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <string>

#include "bench/core/simulated_reactor.h"
#include "bench/station/station.h"
#include "tests/support/fake_bench.h"

namespace meterbench::testing {

class FakeSource final : public PowerSource {
 public:
  FakeSource(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  SourceCapabilities capabilities() const override {
    return {2, Voltage{300}, Current{240}, Frequency{45}, Frequency{65}, Seconds{2}};
  }
  void start_identify(Done<std::string> done) override {
    bench_.serve<std::string>(reactor_, "source", kFakeReply, std::move(done),
                              [this]() -> Result<std::string> {
                                if (bench_.identify_fails) return tl::unexpected{*bench_.identify_fails};
                                return "fake source";
                              });
  }
  void start_off(Done<void> done) override {
    bench_.calls.emplace_back("source off");
    bench_.serve<void>(reactor_, "source", kFakeReply, std::move(done), [this]() -> Result<void> {
      if (bench_.off_fails) return tl::unexpected{*bench_.off_fails};
      bench_.on = false;
      return {};
    });
  }
  void start_status(Done<SourceStatus> done) override {
    bench_.serve<SourceStatus>(reactor_, "source", kFakeReply, std::move(done),
                               [this]() -> Result<SourceStatus> {
                                 if (bench_.tripped(reactor_.now())) {
                                   bench_.on = false;
                                   return SourceStatus{OutputState::trip, "overload"};
                                 }
                                 if (bench_.on && !bench_.enabled())
                                   return SourceStatus{OutputState::trip, "output disabled"};
                                 return SourceStatus{bench_.on ? OutputState::on : OutputState::off, ""};
                               });
  }

 private:
  void do_set_limits(const SourceLimits&, Done<void> done) override {
    bench_.calls.emplace_back("source limits");
    bench_.serve<void>(reactor_, "source", kFakeReply, std::move(done), [] { return Result<void>{}; });
  }
  void do_apply(const LoadPoint& point, Done<void> done) override {
    bench_.calls.emplace_back("source apply");
    bench_.serve<void>(reactor_, "source", std::chrono::seconds{2}, std::move(done), [this, point] {
      bench_.applied = point;
      bench_.on = true;
      return Result<void>{};
    });
  }
  Reactor& reactor_;
  FakeBench& bench_;
};

class FakeReference final : public ReferenceStandard {
 public:
  FakeReference(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  ReferenceDefinition definition() const override { return ReferenceDefinition::two_element; }
  void start_identify(Done<std::string> done) override {
    bench_.serve<std::string>(reactor_, "reference", kFakeReply, std::move(done),
                              [] { return Result<std::string>{"fake reference"}; });
  }
  void start_prepare(const LoadPoint&, Done<ActiveEnergy> done) override {
    bench_.serve<ActiveEnergy>(reactor_, "reference", kFakeReply, std::move(done),
                               [this] { return Result<ActiveEnergy>{bench_.reference_pulse}; });
  }
  void start_read(Done<ReferenceReading> done) override {
    bench_.serve<ReferenceReading>(reactor_, "reference", kFakeReply, std::move(done),
                                   [this] { return Result<ReferenceReading>{reading()}; });
  }

 private:
  [[nodiscard]] ReferenceReading reading() const {
    if (bench_.reference_repeats) repeated({Errc::garbled, "reference", "read", "half a reply", {}});
    ReferenceReading reading;
    reading.frequency = bench_.applied.frequency;
    reading.overloaded = bench_.reference_overloaded;
    reading.ranges = bench_.reference_ranges;
    if (!bench_.energised() || bench_.tripped(reactor_.now())) return reading;
    for (std::size_t i = 0; i < reading.circuits.size(); ++i) {
      const CircuitLoad& load = bench_.applied.circuits[i];
      const Angle lag = load.voltage_phase - bench_.applied.current_phase(i);
      const Current current = load.current * bench_.reference_reads;
      reading.circuits[i] = {load.voltage, current, active_part(load.voltage * current, lag),
                             reactive_part(load.voltage * current, lag)};
    }
    reading.active = ActivePower{bench_.power() * bench_.reference_reads};
    return reading;
  }
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
    bench_.serve<std::string>(reactor_, "counter", kFakeReply, std::move(done),
                              [] { return Result<std::string>{"fake counter"}; });
  }
  void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) override {
    bench_.calls.emplace_back("counter start");
    bench_.climate.advance(reactor_.now());
    running_ = std::make_shared<bool>(true);
    begin_ = reactor_.now();
    error_ = bench_.error();
    const auto fail = [&](Instant when, const Fault& fault) {
      reactor_.at(when, [running = running_, on_fault, fault] {
        if (*running) on_fault(fault);
      });
    };
    if (bench_.scan_fails) fail(begin_ + std::chrono::milliseconds{500}, *bench_.scan_fails);
    if (const auto lost = bench_.lost_at.find("counter"); lost != bench_.lost_at.end())
      fail(lost->second, bench_.gone("counter").value());
    if (bench_.meter_blinks)
      for (std::size_t led = 0; led < inputs.leds.size(); ++led) next_edge(led, 1, 0, on_edge);
    bench_.serve<void>(reactor_, "counter", kFakeReply, std::move(done), [] { return Result<void>{}; });
  }
  void start_stop(Done<void> done) override {
    bench_.calls.emplace_back("counter stop");
    if (running_) *running_ = false;
    bench_.serve<void>(reactor_, "counter", kFakeReply, std::move(done), [] { return Result<void>{}; });
  }

 private:
  void next_edge(std::size_t led, std::uint64_t beat, std::uint64_t number, const OnEdge& on_edge) {
    const double energy = bench_.kt.value() * static_cast<double>(beat) / (1 + error_);
    const Instant when = begin_ + from_seconds(energy / std::abs(bench_.power()));
    reactor_.at(when, [this, running = running_, led, beat, number, energy, when, on_edge] {
      if (!*running || !bench_.energised()) return;
      const bool lost = bench_.lost_edge == beat;
      if (!lost) on_edge(led, {number, when, energy / bench_.reference_pulse.value() * bench_.pulse_factor});
      next_edge(led, beat + 1, lost ? number : number + 1, on_edge);
    });
  }
  Reactor& reactor_;
  FakeBench& bench_;
  std::shared_ptr<bool> running_;
  Instant begin_{};
  double error_ = 0;
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
  station->uncertainty = {.reference_drift = from_percent(0.01),
                          .reference_linearity = from_percent(0.006),
                          .pickup_jitter = Seconds{20e-6},
                          .repeatability = from_percent(0.003),
                          .repeatability_dof = 50,
                          .meter_delay_limit = Seconds{0.5}};
  for (const char* role : {"source", "reference", "counter"})
    station->instruments.push_back({role, "fake", "fake:", "test", true, "", ""});
  return station;
}

}  // namespace meterbench::testing
