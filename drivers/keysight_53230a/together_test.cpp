#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <set>

#include "bench/core/simulated_reactor.h"
#include "drivers/keysight_53230a/driver.h"
#include "drivers/keysight_53230a/simulator.h"
#include "drivers/link/memory_link.h"

namespace meterbench::keysight_53230a {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using virtual_lab::ScriptedFault;

/// Edges at n·period from the start of the world, until `ends`.
class Steady final : public virtual_lab::PulseSignal {
 public:
  explicit Steady(Duration period) : period_{period} {}
  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::min(t, ends).time_since_epoch() / period_, 0));
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    std::vector<Instant> edges;
    for (auto n = edges_until(after) + 1; n <= edges_until(until); ++n)
      edges.push_back(Instant{static_cast<std::int64_t>(n) * period_});
    return edges;
  }
  Instant ends = Instant::max();

 private:
  Duration period_;
};

/// Driver and simulator over USB: a meter's slow LED at input 0, the reference's pulses at input 1.
class Counter53230aTogether : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}, const std::map<std::string, double>& changed = {}) {
    world.add_signal("led.A", led);
    world.add_signal("reference.pulses", reference);
    virtual_lab::SimulatorSettings settings;
    settings.role = "counter";
    for (const auto& parameter : simulator_model().parameters)
      settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : changed) settings.numbers.at(key) = value;
    settings.wiring = {{"input_0", "led.A"}, {"input_1", "reference.pulses"}};
    settings.faults = std::move(faults);
    far_end = std::get<std::shared_ptr<UsbFarEnd>>(simulator_model().make(world, settings));
    link = std::make_unique<MemoryUsbLink>(reactor, "counter", *far_end);
    counter = std::make_unique<Counter53230a>(*link);
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
  }
  Result<std::vector<Seconds>> timestamps(std::uint64_t edges, Duration limit) {
    return await<std::vector<Seconds>>(reactor, "counter", "time stamps", 10'000s, [&](auto done) {
      counter->start_timestamps(0, edges, limit, std::move(done));
    });
  }
  Result<std::uint64_t> total(int input, Duration gate) {
    return await<std::uint64_t>(reactor, "counter", "total", 10'000s,
                                [&](auto done) { counter->start_total(input, gate, std::move(done)); });
  }
  void run_for(Duration time) { ASSERT_TRUE(reactor.wait_until(reactor.now() + time)); }

  Steady led{370ms};
  Steady reference{770ns};
  virtual_lab::World world{1, {}};
  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::shared_ptr<UsbFarEnd> far_end;
  std::unique_ptr<MemoryUsbLink> link;
  std::unique_ptr<Counter53230a> counter;
};

TEST_F(Counter53230aTogether, Identifies) {
  make();
  const auto identity = await<std::string>(reactor, "counter", "identify", 10s,
                                           [&](auto done) { counter->start_identify(std::move(done)); });
  ASSERT_TRUE(identity);
  EXPECT_THAT(*identity, HasSubstr("53230A"));
}

TEST_F(Counter53230aTogether, TimeStampsOfSlowPulsesMissNone) {
  make({}, {{"jitter_ps", 100'000}});
  const auto stamps = timestamps(200, 300s);
  ASSERT_TRUE(stamps) << stamps.error().text();
  ASSERT_EQ(stamps->size(), 200U);
  for (std::size_t i = 1; i < stamps->size(); ++i)
    ASSERT_NEAR(((*stamps)[i] - (*stamps)[i - 1]).value(), 0.370, 1e-6) << i;
}

TEST_F(Counter53230aTogether, ALongRecordComesInManyParts) {
  make();
  // 200,000 edges at 770 ns would be divided by a real counter; here only their number counts.
  led = Steady{5ms};
  const auto stamps = timestamps(20'000, 200s);
  ASSERT_TRUE(stamps) << stamps.error().text();
  EXPECT_NEAR((stamps->back() - stamps->front()).value(), 19'999 * 5e-3, 1e-6);
}

TEST_F(Counter53230aTogether, ATotalIsThatOfTheGate) {
  make();
  const auto count = total(1, 10s);
  ASSERT_TRUE(count) << count.error().text();
  EXPECT_NEAR(static_cast<double>(*count), 10 / 770e-9, 1);
}

TEST_F(Counter53230aTogether, AFastClockShortensTheGateAndStretchesTheStamps) {
  make({}, {{"time_base_ppm", 50}});
  const auto count = total(1, 10s);
  ASSERT_TRUE(count);
  EXPECT_NEAR(static_cast<double>(*count), 10 / 770e-9 * (1 - 50e-6), 2);
  const auto stamps = timestamps(100, 300s);
  ASSERT_TRUE(stamps);
  EXPECT_NEAR((stamps->back() - stamps->front()).value(), 99 * 0.37 * (1 + 50e-6), 1e-8);
}

TEST_F(Counter53230aTogether, AMeterThatStopsBlinkingIsRefusedWithHowManyCame) {
  make();
  led.ends = instant_at(5);
  const auto stamps = timestamps(100, 60s);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::refused);
  EXPECT_THAT(stamps.error().detail, HasSubstr("only 11 came"));  // at 1.11 s to 4.81 s
  EXPECT_TRUE(link->is_open());
}

TEST_F(Counter53230aTogether, AStopInTheMiddleLeavesAHealthyCounter) {
  make();
  std::optional<Result<std::vector<Seconds>>> stamps;
  counter->start_timestamps(0, 1000, 1000s, [&](Result<std::vector<Seconds>> r) { stamps = std::move(r); });
  run_for(20s);
  ASSERT_TRUE(
      await<void>(reactor, "counter", "stop", 10s, [&](auto done) { counter->start_stop(std::move(done)); }));
  ASSERT_TRUE(stamps);
  EXPECT_EQ(stamps->error().code, Errc::stopped);
  EXPECT_TRUE(timestamps(10, 60s));
}

TEST_F(Counter53230aTogether, EndsWithinASecondOfTheLastEdge) {
  make();
  const Instant begin = reactor.now();
  const auto stamps = timestamps(100, 60s);
  ASSERT_TRUE(stamps);
  EXPECT_LT(in_seconds(reactor.now() - begin) - stamps->back().value(), 2) << "a second of it for the relays";
}

struct Failure {
  const char* what;
  std::uint64_t command;  ///< from 1; 0: none of them
  std::optional<Errc> code;

  friend std::ostream& operator<<(std::ostream& out, const Failure& failure) { return out << failure.what; }
};
class Counter53230aTogetherFaults : public Counter53230aTogether,
                                    public testing::WithParamInterface<Failure> {};

TEST_P(Counter53230aTogetherFaults, AreSurvivedOrToldAndOverAfterwards) {
  std::vector<ScriptedFault> faults{{.at = {}, .command = GetParam().command, .what = GetParam().what}};
  make(faults);
  const auto stamps = timestamps(20, 60s);
  if (!GetParam().code) {
    ASSERT_TRUE(stamps) << stamps.error().text();
    ASSERT_EQ(stamps->size(), 20U);
    return;
  }
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, *GetParam().code) << stamps.error().text();
  EXPECT_GT(stamps.error().detail.size(), 3U);
  const bool lasts =
      std::set<std::string_view>{"protection", "time_base", "abort_never"}.contains(GetParam().what);
  EXPECT_EQ(timestamps(20, 60s).has_value(), !lasts);
}
// The set-up is 12 commands, each with its SYST:ERR?; then INIT (25), *OPC, *ESR? (27), FETC? (28).
INSTANTIATE_TEST_SUITE_P(
    Each, Counter53230aTogetherFaults,
    testing::Values(Failure{"reading_timeout", 25, Errc::refused},
                    Failure{"auto_level", 25, Errc::implausible}, Failure{"protection", 25, Errc::tripped},
                    Failure{"time_base", 25, Errc::implausible}, Failure{"prescaler", 25, Errc::refused},
                    Failure{"refuse", 7, Errc::refused}, Failure{"garble", 28, Errc::garbled},
                    Failure{"silence", 28, Errc::timeout}, Failure{"wrong_tag", 28, Errc::garbled},
                    Failure{"wrong_msgid", 28, Errc::garbled}, Failure{"eom_missing", 28, Errc::timeout},
                    Failure{"transfer_size", 28, Errc::garbled}, Failure{"empty_packet", 28, {}},
                    Failure{"stall", 28, Errc::refused}, Failure{"srq_storm", 26, {}},
                    Failure{"abort_never", 28, {}}),
    [](const auto& failure) { return std::string{failure.param.what}; });

TEST_F(Counter53230aTogether, ARolloverSpoilsATotal) {
  make({{.at = {}, .command = 25, .what = "rollover"}});
  const auto count = total(1, 1s);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, Errc::garbled);
  EXPECT_TRUE(total(1, 1s));
}

TEST_F(Counter53230aTogether, AnAbortThatNeverSucceedsStillEndsInAClosedLink) {
  make({{.at = {}, .command = 28, .what = "silence"}, {.at = {}, .command = 27, .what = "abort_never"}});
  const Instant begin = reactor.now();
  const auto stamps = timestamps(20, 60s);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::timeout);
  EXPECT_THAT(stamps.error().detail, HasSubstr("could not be aborted"));
  EXPECT_FALSE(link->is_open());
  EXPECT_LT(reactor.now() - begin, 30s);
  const auto again = timestamps(20, 60s);
  ASSERT_FALSE(again) << "it cannot be cleared either";
  EXPECT_FALSE(link->is_open());
}

}  // namespace
}  // namespace meterbench::keysight_53230a
