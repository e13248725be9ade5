#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "drivers/mcc_usb_ctr08/driver.h"
#include "drivers/mcc_usb_ctr08/simulator.h"

namespace meterbench::mcc_usb_ctr08 {
namespace {

using namespace std::chrono_literals;
using virtual_lab::ScriptedFault;

class Steady final : public virtual_lab::PulseSignal {
 public:
  explicit Steady(double hertz) : hertz_{hertz} {}
  std::uint64_t edges_until(Instant t) override { return static_cast<std::uint64_t>(in_seconds(t) * hertz_); }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    std::vector<Instant> edges;
    for (auto n = edges_until(after) + 1; n <= edges_until(until); ++n)
      edges.push_back(instant_at(static_cast<double>(n) / hertz_));
    return edges;
  }

 private:
  double hertz_;
};

constexpr double kReference = 1'300'000;  // Hz: 48 kW at 1e-5 Wh
constexpr double kLedA = 2.7;
constexpr double kLedB = 2500;  // several within one scan period

/// Driver and simulator over USB: the reference at input 0, LEDs A and B at inputs 2 and 7.
class UsbCtr08Together : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}, double clock_ppm = 0) {
    world.add_signal("reference.pulses", reference);
    world.add_signal("led.A", led_a);
    world.add_signal("led.B", led_b);
    virtual_lab::SimulatorSettings settings;
    for (const auto& parameter : simulator_model().parameters)
      settings.numbers[parameter.key] = parameter.fallback;
    settings.numbers["clock_ppm"] = clock_ppm;
    settings.wiring = {{"input_0", "reference.pulses"}, {"input_2", "led.A"}, {"input_7", "led.B"}};
    settings.faults = std::move(faults);
    far_end = std::get<std::shared_ptr<UsbFarEnd>>(simulator_model().make(world, settings));
    link = std::make_unique<MemoryUsbLink>(reactor, "counter", *far_end);
    counter = std::make_unique<UsbCtr08>(*link);
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
  }
  Result<void> start(std::vector<int> leds) {
    edges.assign(leds.size(), {});
    return await<void>(reactor, "counter", "start", 1s, [&](auto done) {
      counter->start_scan(
          {0, leds}, [this](std::size_t led, const Edge& edge) { edges[led].push_back(edge); },
          [this](Fault fault) { faults_seen.push_back(std::move(fault)); }, std::move(done));
    });
  }
  Result<void> stop_scan() {
    return await<void>(reactor, "counter", "stop", 1s,
                       [&](auto done) { counter->start_stop(std::move(done)); });
  }
  void run_for(Duration time) { ASSERT_TRUE(reactor.wait_until(reactor.now() + time)); }

  Steady reference{kReference};
  Steady led_a{kLedA};
  Steady led_b{kLedB};
  virtual_lab::World world{1, {}};
  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::shared_ptr<UsbFarEnd> far_end;
  std::unique_ptr<MemoryUsbLink> link;
  std::unique_ptr<UsbCtr08> counter;
  std::vector<std::vector<Edge>> edges;
  std::vector<Fault> faults_seen;
};

/// Each edge is where the signal has one, within half a scan period, in time and in the reference's count.
void expect_edges_of(double hertz, Instant began, const std::vector<Edge>& edges, double clock = 1) {
  const double first_scan = in_seconds(began) + 1e-3 / clock;
  // The first edge of the signal after the first scan.
  const double before = std::floor(first_scan * hertz);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    EXPECT_EQ(edges[i].number, i);
    const double truth = (before + 1 + static_cast<double>(i)) / hertz;
    const double seen = in_seconds(began) + in_seconds(edges[i].time - began) / clock;
    ASSERT_NEAR(seen, truth, 0.5001e-3);
    ASSERT_NEAR(edges[i].reference_count, (truth - first_scan) * kReference, 0.5001e-3 * kReference + 1);
  }
}

TEST_F(UsbCtr08Together, EveryEdgeIsSeenWithinHalfAScanPeriod) {
  make();
  run_for(300ms);
  ASSERT_TRUE(start({2, 7}));
  const Instant began = reactor.now();
  run_for(100s);
  ASSERT_TRUE(stop_scan());
  ASSERT_GE(edges[0].size(), 269U);
  ASSERT_GE(edges[1].size(), 249000U);  // the 16-bit count wraps three times
  expect_edges_of(kLedA, began, edges[0]);
  expect_edges_of(kLedB, began, edges[1]);
  EXPECT_TRUE(faults_seen.empty());
}

TEST_F(UsbCtr08Together, TheClockOfTheCounterDoesNotTouchTheRatioOfCounts) {
  make({}, 200);
  ASSERT_TRUE(start({2}));
  const Instant began = reactor.now();
  run_for(100s);
  expect_edges_of(kLedA, began, edges[0], 1.0002);
  const Edge& first = edges[0].front();
  const Edge& last = edges[0].back();
  const double ratio = (last.reference_count - first.reference_count) / static_cast<double>(last.number);
  EXPECT_NEAR(ratio / (kReference / kLedA), 1, 1e-3 / 90);  // one scan period in the whole window
}

TEST_F(UsbCtr08Together, AWholeUsbPacketWithOrWithoutItsEmptyTransferLosesNothing) {
  make({{.at = Instant{2s}, .command = {}, .what = "missing_zlp"}});
  ASSERT_TRUE(start({1, 2, 3, 4, 5, 7}));
  const Instant began = reactor.now();
  run_for(5s);
  ASSERT_GE(edges[1].size(), 13U);
  expect_edges_of(kLedA, began, edges[1]);
  EXPECT_TRUE(edges[0].empty()) << "nothing is wired there";
  EXPECT_TRUE(faults_seen.empty());
}

struct Failure {
  const char* what;
  Errc code;

  friend std::ostream& operator<<(std::ostream& out, const Failure& failure) { return out << failure.what; }
};
class UsbCtr08TogetherFaults : public UsbCtr08Together, public testing::WithParamInterface<Failure> {};

TEST_P(UsbCtr08TogetherFaults, EndTheScanOnce) {
  make({{.at = Instant{2s}, .command = {}, .what = GetParam().what}});
  ASSERT_TRUE(start({7}));
  run_for(10s);
  ASSERT_EQ(faults_seen.size(), 1U);
  EXPECT_EQ(faults_seen[0].code, GetParam().code);
  EXPECT_LE(edges[0].size(), 2.05 * kLedB);
  EXPECT_GE(edges[0].size(), 1.90 * kLedB);
}
INSTANTIATE_TEST_SUITE_P(Each, UsbCtr08TogetherFaults,
                         testing::Values(Failure{"fifo_overrun", Errc::garbled},
                                         Failure{"no_fpga", Errc::refused},
                                         Failure{"latch_wrap", Errc::implausible},
                                         Failure{"stall", Errc::refused}, Failure{"silence", Errc::timeout}),
                         [](const auto& failure) { return std::string{failure.param.what}; });

TEST_F(UsbCtr08Together, ADebounceThatWentWrongSwallowsPulsesAndNothingTells) {
  make({{.at = Instant{5s}, .command = {}, .what = "debounce"}});
  ASSERT_TRUE(start({2}));
  run_for(20s);
  EXPECT_EQ(edges[0].size(), 13U);  // 2.7 Hz, pulses of 10 ms against 25.5 ms
  EXPECT_TRUE(faults_seen.empty()) << "it is for the guardian to miss them";
}

TEST_F(UsbCtr08Together, AScanAfterAnOverrunIsSound) {
  make({{.at = Instant{2s}, .command = {}, .what = "fifo_overrun"}});
  ASSERT_TRUE(start({7}));
  run_for(3s);
  ASSERT_EQ(faults_seen.size(), 1U);
  ASSERT_TRUE(start({7}));
  const Instant began = reactor.now();
  run_for(3s);
  ASSERT_GE(edges[0].size(), 7000U);
  expect_edges_of(kLedB, began, edges[0]);
  EXPECT_EQ(faults_seen.size(), 1U);
}

}  // namespace
}  // namespace meterbench::mcc_usb_ctr08
