#include "bench/runner/position_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "bench/core/simulated_reactor.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// LEDs that scans see, by counter and input.
struct Optics {
  std::map<std::pair<std::size_t, int>, std::function<void(Instant)>> eyes;
  void blink(std::size_t box, int input, Instant when) const {
    if (const auto eye = eyes.find({box, input}); eye != eyes.end()) eye->second(when);
  }
};

class ScanningCounter final : public PulseCounter {
 public:
  ScanningCounter(Reactor& reactor, Optics& optics, std::size_t box)
      : reactor_{reactor}, optics_{optics}, box_{box} {}
  CounterCapabilities capabilities() const override {
    return {.methods = methods, .inputs = 8, .scan_period = std::chrono::milliseconds{1}};
  }
  void start_identify(Done<std::string> done) override { done("counter"); }
  void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) override {
    for (std::size_t led = 0; led < inputs.leds.size(); ++led)
      optics_.eyes[{box_, inputs.leds[led]}] = [led, on_edge](Instant when) { on_edge(led, {0, when, 0}); };
    if (fails_after)
      reactor_.after(*fails_after, [on_fault] {
        on_fault({Errc::disconnected, "counter", "scan", "unplugged", {}});
      });
    open = true;
    reactor_.after(std::chrono::milliseconds{10}, [done] { done({}); });
  }
  void start_stop(Done<void> done) override {
    open = false;
    std::erase_if(optics_.eyes, [&](const auto& eye) { return eye.first.first == box_; });
    reactor_.after(std::chrono::milliseconds{10}, [done] { done({}); });
  }
  void start_total(int input, Duration gate, Done<std::uint64_t> done) override {
    EXPECT_FALSE(open) << "one input at a time";
    open = true;
    const auto count = std::make_shared<std::uint64_t>(0);
    // The first look at an input takes its time.
    reactor_.after(totals++ == 0 ? std::chrono::seconds{1} : std::chrono::milliseconds{50}, [=, this] {
      optics_.eyes[{box_, input}] = [count](Instant) { ++*count; };
      reactor_.after(gate, [=, this] {
        optics_.eyes.erase({box_, input});
        open = false;
        done(*count);
      });
    });
  }
  std::vector<CountingMethod> methods{CountingMethod::scanned};
  int totals = 0;
  std::optional<Duration> fails_after;
  bool open = false;

 private:
  Reactor& reactor_;
  Optics& optics_;
  std::size_t box_;
};

class PulsingMeter final : public Meter {
 public:
  PulsingMeter(Reactor& reactor, Optics& optics) : reactor_{reactor}, optics_{optics} {}
  void start_signal(unsigned pulses, Done<void> done) override {
    asked = pulses;
    if (silent) return;
    reactor_.after(std::chrono::milliseconds{500}, [this, pulses, done] {
      if (knows_procedure)
        done({});
      else
        done(fault(Errc::refused, "optical", "signal", "procedure not known"));
      for (unsigned i = 0; knows_procedure && i < pulses; ++i)
        reactor_.after(std::chrono::milliseconds{50} * (i + 1), [this] {
          if (sees) optics_.blink(sees->first, sees->second, reactor_.now());
        });
    });
  }
  void start_probe_echo(Done<bool>) override {}
  void start_identify(Done<MeterIdentity>) override {}
  void start_read_state(Done<MeterState>) override {}
  void start_read_registers(Done<MeterRegisters>) override {}
  void start_read_tables(std::vector<std::uint16_t>, Done<std::map<std::uint16_t, Bytes>>) override {}

  unsigned asked = 0;
  bool silent = false;
  bool knows_procedure = true;
  std::optional<std::pair<std::size_t, int>> sees;  ///< the input that its LED shines on

 private:
  Reactor& reactor_;
  Optics& optics_;
};

class PositionMapTest : public ::testing::Test {
 protected:
  /// Up to seven positions a counter, beside the reference on input 0.
  void stand(std::size_t meters) {
    for (std::size_t i = 0; i < meters; ++i) {
      const std::size_t box = i / 7;
      const int input = static_cast<int>(i % 7) + 1;
      if (box == station_.counters.size()) {
        auto counter = std::make_unique<ScanningCounter>(reactor_, optics_, box);
        counters_.push_back(counter.get());
        station_.counters.push_back({"counter", std::move(counter), 0});
      }
      Position position;
      position.name = std::string{static_cast<char>('A' + i / 26)} + static_cast<char>('A' + i % 26);
      position.counter = box;
      position.led_input = input;
      auto meter = std::make_unique<PulsingMeter>(reactor_, optics_);
      meter->sees = {box, input};
      meters_.push_back(meter.get());
      station_.meters[position.name] = std::move(meter);
      station_.positions.push_back(position);
      positions_.push_back(i);
    }
  }
  Result<PositionMap> prove() {
    InterlockKeeper keeper{station_};
    auto proven = prove_position_map(station_, keeper, positions_);
    for (const ScanningCounter* counter : counters_) EXPECT_FALSE(counter->open) << "a scan was left open";
    return proven;
  }
  [[nodiscard]] std::string refusal() {
    const auto proven = prove();
    return proven ? "proven" : proven.error().text();
  }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  Optics optics_;
  Station station_{"fake", reactor_};
  std::vector<ScanningCounter*> counters_;
  std::vector<PulsingMeter*> meters_;
  std::vector<std::size_t> positions_;
};

TEST_F(PositionMapTest, FortyMetersInTheirPlacesAreProvenWithinFifteenSeconds) {
  stand(40);
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_TRUE(proven->unproven.empty());
  EXPECT_LT(reactor_.now(), Instant{std::chrono::seconds{15}});
  std::set<unsigned> numbers;
  for (const PulsingMeter* meter : meters_) numbers.insert(meter->asked);
  EXPECT_EQ(numbers.size(), 40U) << "each a number of its own";
  EXPECT_LE(*numbers.rbegin(), 100U) << "what the procedure gives at most";
}

TEST_F(PositionMapTest, AMeterAloneIsProvenToo) {
  stand(1);
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_TRUE(proven->unproven.empty());
  EXPECT_GT(meters_.front()->asked, 0U);
}

TEST_F(PositionMapTest, AMeterAloneWhosePickupLooksAtNothingIsUnproven) {
  stand(1);
  meters_[0]->sees.reset();
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AA", "its LED gave 0 of 2 pulses")));
}

TEST_F(PositionMapTest, AMeterAloneThatShinesIntoAnEmptySocketIsImplausible) {
  stand(2);
  positions_ = {0};
  meters_[0]->sees = meters_[1]->sees;
  EXPECT_THAT(refusal(), HasSubstr("position AB: prove position map: its LED gives the 2 pulses"));
}

TEST_F(PositionMapTest, ACounterThatSeesOneInputAtATimeProvesItsPositionsInTurn) {
  stand(3);
  counters_[0]->methods = {CountingMethod::timestamps, CountingMethod::gated_total};
  meters_[2]->sees.reset();
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AC", "its LED gave 0 of 6 pulses")));
}

TEST_F(PositionMapTest, AStopRequestEndsAGateToo) {
  stand(1);
  counters_[0]->methods = {CountingMethod::gated_total};
  reactor_.after(std::chrono::seconds{3}, [&] { stop_.request(); });
  const auto proven = prove();
  ASSERT_FALSE(proven);
  EXPECT_EQ(proven.error().code, Errc::stopped);
}

TEST_F(PositionMapTest, TwoExchangedPickupsAreImplausibleAndBothNamed) {
  stand(9);
  std::swap(meters_[1]->sees, meters_[8]->sees);  // on two counters
  const std::string told = refusal();
  EXPECT_THAT(told, HasSubstr("position AB"));
  EXPECT_THAT(told, HasSubstr("optical port of position AI"));
}

TEST_F(PositionMapTest, AnLedThatShinesIntoAnEmptySocketIsImplausible) {
  stand(3);
  positions_ = {0, 1};
  meters_[1]->sees = meters_[2]->sees;
  EXPECT_THAT(refusal(),
              HasSubstr("position AC: prove position map: its LED gives the 4 pulses that the meter at the "
                        "optical port of position AB"));
}

TEST_F(PositionMapTest, ADeadLedCostsOnlyItself) {
  stand(4);
  meters_[2]->sees.reset();
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AC", "its LED gave 0 of 6 pulses")));
}

TEST_F(PositionMapTest, AMeterWithoutTheProcedureCostsOnlyItself) {
  stand(3);
  meters_[0]->knows_procedure = false;
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AA", HasSubstr("procedure not known"))));
}

TEST_F(PositionMapTest, ASilentPortCostsOnlyItself) {
  stand(3);
  meters_[1]->silent = true;
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AB", HasSubstr("not done in time"))));
}

TEST_F(PositionMapTest, APositionWithoutAPortIsTold) {
  stand(3);
  station_.meters.erase("AC");
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AC", "it has no optical port")));
}

TEST_F(PositionMapTest, StrayPulsesMakeTheirPositionUnproven) {
  stand(3);
  reactor_.after(std::chrono::milliseconds{700}, [&] { optics_.blink(0, 2, reactor_.now()); });
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AB", "its LED gave 5 of 4 pulses")));
}

TEST_F(PositionMapTest, AnInputThatNeverFallsQuietDoesNotHoldTheRunUp) {
  stand(2);
  for (int i = 0; i < 10'000; ++i)
    reactor_.after(std::chrono::milliseconds{10} * i, [&] { optics_.blink(0, 1, reactor_.now()); });
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, ElementsAre(Pair("AA", HasSubstr("of 2 pulses"))));
  EXPECT_LT(reactor_.now(), Instant{std::chrono::seconds{20}});
}

TEST_F(PositionMapTest, ACounterThatCannotScanProvesNothing) {
  stand(2);
  counters_[0]->methods = {CountingMethod::timestamps};
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_THAT(proven->unproven, UnorderedElementsAre(Pair("AA", HasSubstr("cannot be counted")),
                                                     Pair("AB", HasSubstr("cannot be counted"))));
  EXPECT_EQ(meters_[0]->asked, 0U) << "nobody is asked for what nobody counts";
}

TEST_F(PositionMapTest, AStationWithoutCountersProvesNothing) {
  stand(2);
  station_.counters.clear();
  counters_.clear();
  const auto proven = prove();
  ASSERT_TRUE(proven) << proven.error().text();
  EXPECT_EQ(proven->unproven.size(), 2U);
}

TEST_F(PositionMapTest, ACounterThatIsLostIsAFaultOfTheBench) {
  stand(9);
  counters_[1]->fails_after = std::chrono::milliseconds{800};
  EXPECT_THAT(refusal(), HasSubstr("unplugged"));
}

TEST_F(PositionMapTest, AStopRequestEndsIt) {
  stand(3);
  reactor_.after(std::chrono::milliseconds{600}, [&] { stop_.request(); });
  const auto proven = prove();
  ASSERT_FALSE(proven);
  EXPECT_EQ(proven.error().code, Errc::stopped);
}

TEST(PositionMapJudgement, APulseOfAnotherNumberWhoseOwnerIsProvenIsAStray) {
  const auto map = judge_position_map({{"A", 2, "", 4}, {"B", 4, "", 4}});
  ASSERT_TRUE(map);
  EXPECT_THAT(map->unproven, ElementsAre(Pair("A", "its LED gave 4 of 2 pulses")));
}

TEST(PositionMapJudgement, ALostAnswerDoesNotHideAnExchange) {
  const auto map = judge_position_map({{"A", 2, "optical A: signal: no answer", 4}, {"B", 4, "", 2}});
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().code, Errc::implausible);
}

}  // namespace
}  // namespace meterbench
