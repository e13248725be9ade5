// Fakes of what stands around the measurement: chamber, interlock, pickup box.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bench/station/station.h"
#include "tests/support/fake_bench.h"

namespace meterbench::testing {

class FakeChamber final : public Chamber {
 public:
  FakeChamber(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  void start_identify(Done<std::string> done) override {
    bench_.serve<std::string>(reactor_, "chamber", kFakeReply, std::move(done),
                              [] { return Result<std::string>{"fake chamber"}; });
  }
  void start_condition(Temperature target, Done<void> done) override {
    bench_.calls.emplace_back("chamber condition");
    set(target.value(), true, std::move(done));
  }
  void start_read(Done<ChamberReading> done) override {
    bench_.serve<ChamberReading>(reactor_, "chamber", kFakeReply, std::move(done), [this] {
      FakeClimate& c = bench_.climate;
      c.advance(reactor_.now());
      ChamberReading reading{Temperature{c.air}, std::nullopt, Temperature{c.target}, c.running};
      if (c.body_sensor) reading.body = Temperature{c.body};
      return Result<ChamberReading>{reading};
    });
  }
  void start_stop(Done<void> done) override {
    bench_.calls.emplace_back("chamber stop");
    set(kFakeRoom, false, std::move(done));
  }

 private:
  void set(double target, bool running, Done<void> done) {
    bench_.serve<void>(reactor_, "chamber", kFakeReply, std::move(done), [this, target, running] {
      bench_.climate.advance(reactor_.now());
      bench_.climate.target = target;
      bench_.climate.running = running;
      return Result<void>{};
    });
  }
  Reactor& reactor_;
  FakeBench& bench_;
};

class FakeInterlock final : public Interlock {
 public:
  FakeInterlock(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {
    bench_.has_interlock = true;
  }
  void start_identify(Done<std::string> done) override {
    serve<std::string>(std::move(done), [] { return Result<std::string>{"fake interlock"}; });
  }
  void start_arm(Duration limit, Done<void> done) override {
    bench_.calls.emplace_back("interlock arm");
    serve<void>(std::move(done), [this, limit]() -> Result<void> {
      if (!state().hindrance().empty())
        return fault(Errc::refused, "interlock", "arm", std::string{state().hindrance()});
      limit_ = limit;
      bench_.relay_closed = bench_.watchdog_running = true;
      expect_trigger();
      return {};
    });
  }
  void start_trigger(Done<InterlockState> done) override {
    serve<InterlockState>(std::move(done), [this] {
      if (bench_.watchdog_running) expect_trigger();
      return Result<InterlockState>{state()};
    });
  }
  void start_read(Done<InterlockState> done) override {
    serve<InterlockState>(std::move(done), [this] { return Result<InterlockState>{state()}; });
  }
  void start_disarm(Done<void> done) override {
    bench_.calls.emplace_back("interlock disarm");
    serve<void>(std::move(done), [this]() -> Result<void> {
      open_relay();
      bench_.watchdog_running = false;
      bench_.when_relay_opens();
      if (bench_.relay_closed)
        return fault(Errc::implausible, "interlock", "disarm", "the relay reads back closed");
      return {};
    });
  }

 private:
  template <class T>
  void serve(Done<T> done, std::function<Result<T>()> act) {
    bench_.serve<T>(reactor_, "interlock", bench_.interlock_reply, std::move(done), std::move(act));
  }
  [[nodiscard]] InterlockState state() const {
    return {bench_.emergency_stop_healthy, bench_.door_closed, bench_.meters_seated, bench_.relay_closed,
            bench_.watchdog_running};
  }
  void open_relay() { bench_.relay_closed = bench_.relay_closed && bench_.relay_sticks; }
  void expect_trigger() {
    reactor_.after(limit_, [this, number = ++triggers_] {
      if (number != triggers_ || !bench_.watchdog_running) return;
      open_relay();
      bench_.watchdog_running = false;
    });
  }
  Reactor& reactor_;
  FakeBench& bench_;
  Duration limit_{};
  std::uint64_t triggers_ = 0;
};

class FakePhotodiode final : public Photodiode {
 public:
  FakePhotodiode(Reactor& reactor, FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  void start_identify(Done<std::string> done) override {
    bench_.serve<std::string>(reactor_, "pickups", kFakeReply, std::move(done),
                              [] { return Result<std::string>{"fake pickups"}; });
  }
  void start_read(const std::string&, Done<PickupReading> done) override {
    bench_.serve<PickupReading>(reactor_, "pickups", kFakeReply, std::move(done),
                                [] { return Result<PickupReading>{PickupReading{}}; });
  }
  void start_set_debounce(const std::string&, Seconds, Done<void> done) override {
    bench_.serve<void>(reactor_, "pickups", kFakeReply, std::move(done), [] { return Result<void>{}; });
  }

 private:
  Reactor& reactor_;
  FakeBench& bench_;
};

/// Chamber, interlock and pickup box.
inline void add_fake_surroundings(Station& station, FakeBench& bench) {
  station.chamber = std::make_unique<FakeChamber>(station.reactor, bench);
  station.interlock = std::make_unique<FakeInterlock>(station.reactor, bench);
  station.photodiode = std::make_unique<FakePhotodiode>(station.reactor, bench);
  for (const char* role : {"chamber", "interlock", "pickups"})
    station.instruments.push_back({role, "fake", "fake:", "test", true, "", ""});
}

}  // namespace meterbench::testing
