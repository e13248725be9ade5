// What every pulse counter keeps by the methods that it declares, whoever made it. Here each driver meets its
// simulator; beside each driver its driver_test meets the golden bytes of the facts.
#include <algorithm>
#include <cmath>

#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"
#include "tests/contract/steady_signal.h"

namespace meterbench::contract {
namespace {

// The longest that anything may take, beside the time of a measurement.
constexpr Duration kIdentifyLimit = 20s;
constexpr Duration kStartLimit = 20s;
constexpr Duration kStopLimit = 20s;
constexpr Duration kGrace = 30s;

constexpr int kReferenceInput = 0;
constexpr int kLedInput = 1;
constexpr Duration kReferencePeriod = 10us;
constexpr Duration kLedPeriod = 97ms;

struct CounterRig : Surroundings {
  explicit CounterRig(const DriverEntry& driver)
      : Surroundings{{}},
        line{*this, driver,
             make_simulator(driver, wired_world(),
                            {{{"input_0", "reference.pulses"}, {"input_1", "led.A"}}, {}})},
        counter{std::get<CounterDriver>(driver.driver).make(line.link)} {}

  SteadySignal reference{kReferencePeriod};
  SteadySignal led{kLedPeriod};
  Line<UsbLink> line;
  std::unique_ptr<PulseCounter> counter;
  std::vector<Edge> edges;
  std::optional<Fault> scan_fault;

  [[nodiscard]] bool can(CountingMethod method) const {
    return std::ranges::count(counter->capabilities().methods, method) > 0;
  }
  Result<std::string> identify() {
    return finish<std::string>("identify", kIdentifyLimit,
                               [&](auto done) { counter->start_identify(std::move(done)); });
  }
  Result<void> start_scan() {
    edges.clear();
    scan_fault.reset();
    return finish<void>("start a scan", kStartLimit, [&](auto done) {
      counter->start_scan(
          {kReferenceInput, {kLedInput}},
          [this](std::size_t at, const Edge& edge) {
            EXPECT_EQ(at, 0U);
            edges.push_back(edge);
          },
          [this](Fault fault) {
            EXPECT_FALSE(scan_fault) << "told again: " << fault.text();
            scan_fault = std::move(fault);
          },
          std::move(done));
    });
  }
  Result<std::vector<Seconds>> timestamps(std::uint64_t count, Duration limit = 20s) {
    return finish<std::vector<Seconds>>("time stamps", limit + kGrace, [&](auto done) {
      counter->start_timestamps(kLedInput, count, limit, std::move(done));
    });
  }
  Result<std::uint64_t> total(int input, Duration gate) {
    return finish<std::uint64_t>("total", gate + kGrace,
                                 [&](auto done) { counter->start_total(input, gate, std::move(done)); });
  }
  Result<void> stop_counting() {
    return finish<void>("stop", kStopLimit, [&](auto done) { counter->start_stop(std::move(done)); });
  }

  /// A scan of `length`, whose fault is the result's.
  Result<void> scan_for(Duration length) {
    if (auto started = start_scan(); !started) return started;
    const Instant began = reactor.now();
    const auto wanted = static_cast<std::size_t>(length / kLedPeriod);
    reactor.run_until([&] { return scan_fault || edges.size() >= wanted; }, began + length + kGrace);
    expect_edges(began);
    if (scan_fault) return tl::unexpected{*scan_fault};
    EXPECT_GE(edges.size(), wanted) << "edges are missing, and no fault says so";
    EXPECT_LE(reactor.now() - began, length + 1s) << "edges are late";
    return stop_counting();
  }
  /// Each edge lies where the LED has one, within one scan period, and none is missing between two.
  void expect_edges(Instant began) const {
    const double period = in_seconds(counter->capabilities().scan_period);
    for (std::size_t i = 0; i < edges.size(); ++i) {
      EXPECT_EQ(edges[i].number, i);
      const double periods = in_seconds(edges[i].time) / in_seconds(kLedPeriod);
      EXPECT_LE(std::abs(periods - std::round(periods)) * in_seconds(kLedPeriod), period);
      const double pulses = in_seconds(edges[i].time - began) / in_seconds(kReferencePeriod);
      EXPECT_NEAR(edges[i].reference_count, pulses, 2 * period / in_seconds(kReferencePeriod));
      if (i > 0) {
        EXPECT_NEAR(in_seconds(edges[i].time - edges[i - 1].time), in_seconds(kLedPeriod), period);
      }
    }
  }
  void expect_stamps(const std::vector<Seconds>& stamps, std::size_t count) const {
    ASSERT_EQ(stamps.size(), count);
    for (std::size_t i = 1; i < stamps.size(); ++i)
      EXPECT_NEAR((stamps[i] - stamps[i - 1]).value(), in_seconds(kLedPeriod), 1e-6);
  }
  static void expect_total(std::uint64_t count, Duration gate) {
    EXPECT_NEAR(static_cast<double>(count), in_seconds(gate) / in_seconds(kReferencePeriod), 1.01);
  }

 private:
  virtual_lab::World& wired_world() {
    world.add_signal("reference.pulses", reference);
    world.add_signal("led.A", led);
    return world;
  }
};

class PulseCounterContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  CounterRig rig{*GetParam()};
};

TEST_P(PulseCounterContract, TellsTheSameIdentityWheneverItIsAsked) { expect_steady_identity(rig); }

TEST_P(PulseCounterContract, DeclaresWhatItCanDoAndRefusesTheRest) {
  EXPECT_FALSE(rig.counter->capabilities().methods.empty());
  EXPECT_GE(rig.counter->capabilities().inputs, 2);
  if (!rig.can(CountingMethod::scanned)) {
    EXPECT_EQ(rig.start_scan().error().code, Errc::refused);
  }
  if (!rig.can(CountingMethod::timestamps)) {
    EXPECT_EQ(rig.timestamps(2).error().code, Errc::refused);
  }
  if (!rig.can(CountingMethod::gated_total)) {
    EXPECT_EQ(rig.total(kReferenceInput, 1s).error().code, Errc::refused);
  }
  EXPECT_EQ(rig.plot.messages(), 0U);
}

TEST_P(PulseCounterContract, ScansEveryEdgeInTheOrderOfTime) {
  if (!rig.can(CountingMethod::scanned)) GTEST_SKIP() << "no scans";
  rig.pass(1234567us);
  for (int n = 0; n < 2; ++n) {
    const auto scanned = rig.scan_for(20s);
    ASSERT_TRUE(scanned) << scanned.error().text();
    EXPECT_GT(rig.edges.size(), 200U);
    const std::size_t before = rig.edges.size();
    rig.pass(5s);
    EXPECT_EQ(rig.edges.size(), before) << "none after stop";
  }
}

TEST_P(PulseCounterContract, OpensOneScanAtATimeAndSurvivesTheSecond) {
  if (!rig.can(CountingMethod::scanned)) GTEST_SKIP() << "no scans";
  ASSERT_TRUE(rig.start_scan());
  const Instant began = rig.reactor.now();
  std::optional<Result<void>> second;
  rig.counter->start_scan(
      {kReferenceInput, {kLedInput}}, [](std::size_t, const Edge&) { FAIL() << "an edge of the second"; },
      [](const Fault& fault) { FAIL() << fault.text(); }, [&](Result<void> result) { second = result; });
  rig.pass(2s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->error().code, Errc::refused);
  EXPECT_GT(rig.edges.size(), 15U);
  rig.expect_edges(began);
}

TEST_P(PulseCounterContract, ScansAgainAfterTheLinkWasLostInAScan) {
  if (!rig.can(CountingMethod::scanned)) GTEST_SKIP() << "no scans";
  ASSERT_TRUE(rig.start_scan());
  rig.pass(1s);
  rig.line.link.close();
  rig.pass(1s);
  ASSERT_TRUE(rig.scan_fault);
  EXPECT_EQ(rig.scan_fault->code, Errc::disconnected);
  EXPECT_TRUE(rig.stop_counting()) << "stop is harmless";
  EXPECT_TRUE(rig.scan_for(2s));
}

TEST_P(PulseCounterContract, StampsEveryEdge) {
  if (!rig.can(CountingMethod::timestamps)) GTEST_SKIP() << "no time stamps";
  for (const std::uint64_t count : {1U, 2U, 100U}) {
    const auto stamps = rig.timestamps(count);
    ASSERT_TRUE(stamps) << stamps.error().text();
    rig.expect_stamps(*stamps, count);
  }
}

TEST_P(PulseCounterContract, FewerEdgesInTimeAreARefusalThatLeavesTheLinkOpen) {
  if (!rig.can(CountingMethod::timestamps)) GTEST_SKIP() << "no time stamps";
  rig.led.ends = instant_at(4);
  const auto stamps = rig.timestamps(100, 10s);
  ASSERT_FALSE(stamps);
  EXPECT_EQ(stamps.error().code, Errc::refused) << stamps.error().text();
  EXPECT_TRUE(rig.line.link.is_open());
}

TEST_P(PulseCounterContract, CountsWhatComesWithinAGate) {
  if (!rig.can(CountingMethod::gated_total)) GTEST_SKIP() << "no gates";
  for (const Duration gate : {Duration{1s}, Duration{10s}}) {
    const auto count = rig.total(kReferenceInput, gate);
    ASSERT_TRUE(count) << count.error().text();
    CounterRig::expect_total(*count, gate);
  }
}

TEST_P(PulseCounterContract, SendsNothingForWhatItHasNot) {
  const CounterCapabilities can = rig.counter->capabilities();
  if (rig.can(CountingMethod::gated_total)) {
    EXPECT_EQ(rig.total(can.inputs, 1s).error().code, Errc::out_of_range);
    EXPECT_EQ(rig.total(0, can.longest_gate * 2).error().code, Errc::out_of_range);
  }
  if (rig.can(CountingMethod::timestamps)) {
    EXPECT_EQ(rig.timestamps(can.most_timestamps + 1).error().code, Errc::out_of_range);
    EXPECT_EQ(rig.timestamps(0).error().code, Errc::out_of_range);
  }
  if (rig.can(CountingMethod::scanned)) {
    for (const PulseCounter::Inputs& inputs :
         {PulseCounter::Inputs{can.inputs, {1}}, {0, {can.inputs}}, {0, {}}, {1, {1}}, {0, {-1}}})
      EXPECT_EQ(rig.finish<void>(
                       "scan", kStartLimit,
                       [&](auto done) { rig.counter->start_scan(inputs, nullptr, nullptr, std::move(done)); })
                    .error()
                    .code,
                Errc::out_of_range);
  }
  EXPECT_EQ(rig.plot.messages(), 0U);
}

/// Starts the longest thing that the counter can do. `ended` is told when it ends by itself.
void start_something(CounterRig& rig, const std::function<void(Fault)>& ended) {
  const auto hear = [ended](const auto& result) {
    if (!result) ended(result.error());
  };
  if (rig.can(CountingMethod::timestamps)) return rig.counter->start_timestamps(kLedInput, 5000, 600s, hear);
  if (rig.can(CountingMethod::gated_total)) return rig.counter->start_total(kReferenceInput, 600s, hear);
  rig.counter->start_scan(
      {kReferenceInput, {kLedInput}}, [](std::size_t, const Edge&) {}, ended, hear);
}
/// Something short that must come through.
Result<void> do_something(CounterRig& rig) {
  if (rig.can(CountingMethod::scanned)) return rig.scan_for(1s);
  if (rig.can(CountingMethod::timestamps))
    return rig.timestamps(5).map([&](const auto& stamps) { rig.expect_stamps(stamps, 5); });
  return rig.total(kReferenceInput, 1s).map([](std::uint64_t count) { CounterRig::expect_total(count, 1s); });
}

TEST_P(PulseCounterContract, StopIsHarmlessWhenNothingIsUnderWay) {
  EXPECT_TRUE(rig.stop_counting());
  EXPECT_TRUE(do_something(rig));
  EXPECT_TRUE(rig.stop_counting());
  EXPECT_TRUE(rig.stop_counting());
  EXPECT_TRUE(do_something(rig));
}

TEST_P(PulseCounterContract, StopEndsWhateverIsUnderWayAtAnyInstant) {
  for (Duration when{}; when < 2s; when += when < 100ms ? 3ms : 170ms) {
    SCOPED_TRACE(when.count());
    CounterRig one{*GetParam()};
    std::vector<Fault> ends;
    start_something(one, [&](const Fault& fault) { ends.push_back(fault); });
    one.pass(when);
    const auto stopped = one.stop_counting();
    EXPECT_TRUE(stopped) << stopped.error().text();
    ASSERT_LE(ends.size(), 1U);
    for (const Fault& fault : ends) EXPECT_EQ(fault.code, Errc::stopped) << fault.text();
    const auto next = do_something(one);
    EXPECT_TRUE(next) << next.error().text();
  }
}

TEST_P(PulseCounterContract, RefusesWhatIsAskedWhileItIsBusy) {
  std::optional<Fault> ended;
  start_something(rig, [&](Fault fault) { ended = std::move(fault); });
  rig.pass(3s);
  std::optional<Fault> second;
  start_something(rig, [&](Fault fault) { second = std::move(fault); });
  rig.pass(3s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->code, Errc::refused);
  EXPECT_FALSE(ended) << ended->text();
  EXPECT_TRUE(rig.stop_counting());
}

INSTANTIATE_TEST_SUITE_P(Every, PulseCounterContract, testing::ValuesIn(drivers_of<CounterDriver>()),
                         DriverName{});

// --- One message spoilt ---

class SpoiltCounterSession : public SpoiltSession {};

TEST_P(SpoiltCounterSession, NeverGivesAWrongCount) {
  std::vector<Step<CounterRig>> session{identified<CounterRig>()};
  const CounterRig declared{driver()};
  if (declared.can(CountingMethod::scanned))
    session.push_back({"scan", [](CounterRig& rig) { return rig.scan_for(600ms); }});
  if (declared.can(CountingMethod::timestamps))
    session.push_back({"time stamps", [](CounterRig& rig) {
                         return rig.timestamps(5).map(
                             [&](const auto& stamps) { rig.expect_stamps(stamps, 5); });
                       }});
  if (declared.can(CountingMethod::gated_total))
    session.push_back({"total", [](CounterRig& rig) {
                         return rig.total(kReferenceInput, 500ms).map([](std::uint64_t count) {
                           CounterRig::expect_total(count, 500ms);
                         });
                       }});
  expect_survival<CounterRig>([] { return std::make_unique<CounterRig>(driver()); }, session, how());
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltCounterSession,
                         testing::Combine(testing::ValuesIn(drivers_of<CounterDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
