// Forty meters, each read through its own optical port at the same time, in one process.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "drivers/c1218_meter/driver.h"
#include "drivers/link/memory_link.h"
#include "drivers/virtual_lab/meter/optical_port.h"
#include "tests/optical_port/meter_type.h"

namespace meterbench::c1218_meter {
namespace {

using virtual_lab::OpticalPort;
using virtual_lab::VirtualMeter;

constexpr std::size_t kMeters = 40;

/// A meter in the world, its port, a line of 9,600 baud and who talks through it.
struct Place {
  Place(virtual_lab::World& world, SimulatedReactor& reactor, const std::string& name)
      : host{meter_type(), {}, [this](Instant at) { lit.push_back(at); }, name},
        port{host},
        link{reactor, "optical." + name, port, WireTime::serial(9600, 1)},
        meter{link, {}} {
    world.attach(host);
  }

  std::vector<Instant> lit;
  VirtualMeter host;
  OpticalPort port;
  MemoryLink link;
  C1218Meter meter;
};

class FortyPorts : public testing::Test {
 protected:
  FortyPorts() {
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
    for (std::size_t n = 1; n <= kMeters; ++n)
      places.push_back(std::make_unique<Place>(world, reactor, fmt::format("{:02}", n)));
  }

  /// Starts the same on the first `count` meters at once; when the last of them is done, in seconds from now.
  template <class T, class Start, class Check>
  double at_once(std::size_t count, Start start, Check check) {
    const Instant begin = reactor.now();
    Instant end = begin;
    std::size_t done = 0;
    for (std::size_t n = 0; n < count; ++n)
      start(*places[n], n, [&, n](Result<T> result) {
        ++done;
        end = std::max(end, reactor.now());
        EXPECT_TRUE(result) << result.error().text();
        if (result) check(*places[n], n, result);
      });
    EXPECT_EQ(reactor.run_until([&] { return done == count; }, begin + std::chrono::minutes{1}),
              Reactor::Waited::done);
    EXPECT_TRUE(reactor.wait_until(reactor.now() + std::chrono::seconds{1}));  // the last acknowledges
    return in_seconds(end - begin);
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {.settle_s = 0}};
  std::vector<std::unique_ptr<Place>> places;
};

TEST_F(FortyPorts, TellTheStateOfTheirOwnMeterAllInTheTimeOfOne) {
  std::set<std::string> hashes;
  const auto read = [](Place& place, std::size_t, Done<MeterState> done) {
    place.meter.start_read_state(std::move(done));
  };
  const auto check = [&](Place&, std::size_t n, const Result<MeterState>& state) {
    EXPECT_EQ(state->identity.serial_number, fmt::format("VIRTUAL-{:02}", n + 1));
    hashes.insert(state->sha256());
  };
  const double one = at_once<MeterState>(1, read, check);
  hashes.clear();
  const double all = at_once<MeterState>(kMeters, read, check);
  fmt::print("a state read at 9600 Bd: {:.3f} s, {} at once: {:.3f} s\n", one, kMeters, all);
  RecordProperty("state_read_ms", static_cast<int>(1000 * one));
  EXPECT_EQ(hashes.size(), kMeters);
  EXPECT_LT(one, 2);  // s, 24 tables
  EXPECT_NEAR(all, one, 0.01);
}

TEST_F(FortyPorts, SignalEachWithItsOwnLed) {
  at_once<void>(
      kMeters,
      [](Place& place, std::size_t n, Done<void> done) {
        place.meter.start_signal(static_cast<unsigned>(n + 1), std::move(done));
      },
      [](Place&, std::size_t, const Result<void>&) {});
  EXPECT_TRUE(reactor.wait_until(reactor.now() + std::chrono::seconds{3}));
  for (std::size_t n = 0; n < kMeters; ++n) EXPECT_EQ(places[n]->lit.size(), n + 1) << n;
}

TEST_F(FortyPorts, OneThatIsPulledLeavesTheOthersAlone) {
  const std::size_t pulled = 17;
  std::size_t done = 0, lost = 0;
  for (auto& place : places)
    place->meter.start_read_state([&](const Result<MeterState>& state) { ++(state ? done : lost); });
  EXPECT_TRUE(reactor.wait_until(instant_at(0.3)));
  places[pulled]->link.close();
  EXPECT_TRUE(reactor.wait_until(instant_at(5)));
  EXPECT_EQ(done, kMeters - 1);
  EXPECT_EQ(lost, 1U);
}

}  // namespace
}  // namespace meterbench::c1218_meter
