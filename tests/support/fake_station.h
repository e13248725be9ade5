// A station of plain fakes in simulated time for tests of what drives one: no bytes, no physics, a log of
// every call, and faults at will. Ideal meters of known errors blink as the load asks.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "bench/station/station.h"
#include "tests/support/fake_bench.h"

namespace meterbench::testing {

class FakeSource final : public PowerSource {
 public:
  FakeSource(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  SourceCapabilities capabilities() const override {
    return {.circuits = 2,
            .maximum_voltage = Voltage{300},
            .maximum_current = Current{240},
            .minimum_frequency = Frequency{45},
            .maximum_frequency = Frequency{65},
            .settling = Seconds{2},
            .highest_harmonic = 5,
            .dips = true};
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
  void do_dip(const VoltageDip& dip, Done<void> done) override {
    bench_.calls.emplace_back("source dip");
    bench_.serve<void>(reactor_, "source", to_duration(dip.length()), std::move(done), [this, dip] {
      if (bench_.on_dip) bench_.on_dip(dip);
      return Result<void>{};
    });
  }
  void do_apply(const LoadPoint& point, Done<void> done) override {
    bench_.calls.emplace_back("source apply");
    bench_.serve<void>(reactor_, "source", std::chrono::seconds{2}, std::move(done), [this, point] {
      bench_.applied = point;
      bench_.on = true;
      bench_.flow(reactor_);
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
  std::optional<std::string> serial_number_in(const std::string&) const override {
    return bench_.reference_serial_number;
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
    reading.active = ActivePower{bench_.power() * bench_.reference_reads + bench_.reference_adds_w};
    return reading;
  }
  Reactor& reactor_;
  FakeBench& bench_;
};

class FakeCounter final : public PulseCounter {
 public:
  /// `leds`: positions by input.
  FakeCounter(Reactor& reactor, FakeBench& bench, std::string role = "counter",
              std::map<int, std::string> leds = {{1, "A"}})
      : reactor_{reactor}, bench_{bench}, role_{std::move(role)}, leds_{std::move(leds)} {}
  ~FakeCounter() override { bench_.hear_pulses.erase(role_); }
  CounterCapabilities capabilities() const override {
    return {.methods = {CountingMethod::scanned},
            .inputs = 8,
            .scan_period = std::chrono::milliseconds{1},
            .maximum_rate = Frequency{1e6}};
  }
  void start_identify(Done<std::string> done) override {
    bench_.serve<std::string>(reactor_, role_, kFakeReply, std::move(done),
                              [this] { return Result<std::string>{"fake " + role_}; });
  }
  void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) override {
    bench_.calls.push_back(role_ + " start");
    running_ = std::make_shared<bool>(true);
    const auto fail = [&](Instant when, const Fault& fault) {
      reactor_.at(when, [running = running_, on_fault, fault] {
        if (*running) on_fault(fault);
      });
    };
    if (bench_.scan_fails) fail(reactor_.now() + std::chrono::milliseconds{500}, *bench_.scan_fails);
    if (const auto lost = bench_.lost_at.find(role_); lost != bench_.lost_at.end())
      fail(lost->second, FakeBench::gone(role_).value());
    bench_.hear_pulses[role_] = [this, inputs, on_edge,
                                 numbers = std::vector<std::uint64_t>(inputs.leds.size())](
                                    const std::string& position, Instant when, double count) mutable {
      for (std::size_t led = 0; led < inputs.leds.size(); ++led)
        if (leds_.at(inputs.leds[led]) == position) on_edge(led, {numbers[led]++, when, count});
    };
    bench_.serve<void>(reactor_, role_, kFakeReply, std::move(done), [] { return Result<void>{}; });
  }
  void start_stop(Done<void> done) override {
    bench_.calls.push_back(role_ + " stop");
    bench_.hear_pulses.erase(role_);
    if (running_) *running_ = false;
    bench_.serve<void>(reactor_, role_, kFakeReply, std::move(done), [] { return Result<void>{}; });
  }

 private:
  Reactor& reactor_;
  FakeBench& bench_;
  std::string role_;
  std::map<int, std::string> leds_;
  std::shared_ptr<bool> running_;
};

/// A meter behind its optical port; the device `optical A`.
class FakeMeter : public Meter {
 public:
  FakeMeter(Reactor& reactor, FakeBench& bench, std::string position)
      : reactor_{reactor}, bench_{bench}, position_{std::move(position)} {}
  void start_identify(Done<MeterIdentity> done) override {
    serve<MeterIdentity>(std::move(done), [this] { return model().state.identity; });
  }
  void start_read_state(Done<MeterState> done) override {
    serve<MeterState>(std::move(done), [this] { return model().state; });
  }
  void start_read_registers(Done<MeterRegisters> done) override {
    serve<MeterRegisters>(std::move(done), [this] {
      const auto cut = [this](double energy_j) {
        const double step_j = model().step.value();
        return ActiveEnergy{std::floor(energy_j * model().register_gain / step_j) * step_j};
      };
      MeterRegisters registers;
      registers.delivered = cut(model().delivered_j);
      registers.received = cut(model().received_j);
      registers.step = model().step;
      return registers;
    });
  }
  void start_signal(unsigned pulses, Done<void> done) override {
    bench_.serve<void>(reactor_, device(), kReply, std::move(done), [this, pulses]() -> Result<void> {
      for (unsigned n = 1; n <= pulses; ++n)
        reactor_.after(n * std::chrono::milliseconds{50},
                       [this] { bench_.pulse(position_, reactor_.now()); });
      return {};
    });
  }
  void start_probe_echo(Done<bool> done) override { done(unable()); }
  void start_read_tables(std::vector<std::uint16_t>, Done<std::map<std::uint16_t, Bytes>> done) override {
    done(unable());
  }

 protected:
  static constexpr Duration kReply = std::chrono::seconds{1};

  template <class T>
  void serve(Done<T> done, std::function<T()> answer) {
    bench_.serve<T>(reactor_, device(), kReply, std::move(done),
                    [answer = std::move(answer)] { return Result<T>{answer()}; });
  }
  [[nodiscard]] tl::unexpected<Fault> unable() const {
    return fault(Errc::refused, device(), "read", "a fake has none");
  }
  [[nodiscard]] std::string device() const { return "optical " + position_; }
  [[nodiscard]] FakeMeterModel& model() const { return bench_.meters.at(position_); }

  Reactor& reactor_;
  FakeBench& bench_;
  std::string position_;
};

/// One position `A` with an optical port; certificate C-1 due 2026-01-01.
[[nodiscard]] inline std::unique_ptr<Station> make_fake_station(Reactor& reactor, FakeBench& bench) {
  auto station = std::make_unique<Station>("fake", reactor);
  station->source = std::make_unique<FakeSource>(reactor, bench);
  station->reference = std::make_unique<FakeReference>(reactor, bench);
  station->counters.push_back({"counter", std::make_unique<FakeCounter>(reactor, bench), 0});
  station->positions.push_back({.name = "A", .led_input = 1, .meter_firmware = "fake firmware"});
  station->meters["A"] = std::make_unique<FakeMeter>(reactor, bench, "A");
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

/// Further positions with meters and optical ports: `B`, `C`, … on the first counter, or on one of their own.
enum class FakeCounters { one, one_each };
inline void add_fake_positions(Station& station, FakeBench& bench, const std::vector<std::string>& names,
                               FakeCounters counters = FakeCounters::one) {
  std::map<int, std::string> leds{{1, "A"}};
  for (const std::string& name : names) {
    FakeMeterModel model;
    model.state.identity.serial_number = "SN-" + name;
    bench.meters[name] = model;
    Position position{.name = name, .led_input = 1, .meter_firmware = "fake firmware"};
    if (counters == FakeCounters::one) {
      position.led_input = static_cast<int>(leds.size()) + 1;
      leds[position.led_input] = name;
    } else {
      position.counter = station.counters.size();
      const std::string role = "counter_" + std::to_string(position.counter + 1);
      station.counters.push_back(
          {role,
           std::make_unique<FakeCounter>(station.reactor, bench, role, std::map<int, std::string>{{1, name}}),
           0});
    }
    station.positions.push_back(position);
    station.meters[name] = std::make_unique<FakeMeter>(station.reactor, bench, name);
  }
  if (counters == FakeCounters::one)
    station.counters.front().counter =
        std::make_unique<FakeCounter>(station.reactor, bench, "counter", std::move(leds));
}

}  // namespace meterbench::testing
