#include "bench/runner/load_period.h"

#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "tests/support/fake_station.h"

namespace meterbench {
namespace {

class Period : public ::testing::Test {
 protected:
  void open(LoadPeriod& period) { ASSERT_TRUE(period.open(interlock_)); }
  void at(double seconds) { reactor_.wait_until(instant_at(seconds)); }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  InterlockKeeper interlock_{*station_};
  const std::vector<std::size_t> one_{0};
};

TEST_F(Period, CountsEveryPulseAndKeepsTheEdgesThatSomebodyAsksFor) {
  LoadPeriod period{*station_, one_};
  open(period);
  bench_.pulse("A", instant_at(1));
  period.keep_edges_from(instant_at(2));
  bench_.pulse("A", instant_at(1.9));  // told late
  bench_.pulse("A", instant_at(2));
  bench_.pulse("A", instant_at(3));
  period.keep_no_more();
  bench_.pulse("A", instant_at(4));
  EXPECT_EQ(period.pulses(0), 5U);
  ASSERT_EQ(period.edges(0).size(), 2U);
  EXPECT_EQ(period.edges(0)[0].time, instant_at(2));
  period.keep_edges_from(instant_at(5));
  EXPECT_TRUE(period.edges(0).empty());
}

TEST_F(Period, BeginsWithTheLastEdgeOfBeforeWhereThatIsOfTheLoadToo) {
  for (const auto& [opened_by, kept] : {std::pair{1.5, 3U}, std::pair{1.95, 2U}}) {
    LoadPeriod period{*station_, one_};
    open(period);
    bench_.pulse("A", instant_at(1));
    period.keep_edges_from(instant_at(2), instant_at(opened_by));
    bench_.pulse("A", instant_at(1.9));  // told late
    bench_.pulse("A", instant_at(2));
    bench_.pulse("A", instant_at(3));
    ASSERT_EQ(period.edges(0).size(), kept) << opened_by;
    EXPECT_EQ(period.edges(0).front().time, instant_at(kept == 3 ? 1.9 : 2));
    EXPECT_EQ(period.edges(0).back().time, instant_at(3));
  }
}

TEST_F(Period, AskForOnlyThePositionsInUse) {
  testing::add_fake_positions(*station_, bench_, {"B"}, testing::FakeCounters::one_each);
  LoadPeriod period{*station_, one_};
  open(period);
  EXPECT_EQ(bench_.calls, std::vector<std::string>{"counter start"});
  EXPECT_THROW(static_cast<void>(period.place_of("B")), std::out_of_range);
}

TEST_F(Period, TellsOfAScanThatFails) {
  bench_.scan_fails = Fault{Errc::garbled, "counter", "scan", "FIFO overrun", {}};
  LoadPeriod period{*station_, one_};
  open(period);
  at(1);
  ASSERT_TRUE(period.fault());
  EXPECT_EQ(period.fault()->detail, "FIFO overrun");
}

TEST_F(Period, EndsAllScansThoughTheFirstFails) {
  testing::add_fake_positions(*station_, bench_, {"B"}, testing::FakeCounters::one_each);
  const std::vector<std::size_t> both{0, 1};
  LoadPeriod period{*station_, both};
  open(period);
  bench_.lost_at["counter"] = instant_at(0);
  EXPECT_FALSE(period.close());
  EXPECT_EQ(bench_.calls.back(), "counter_2 stop");
}

/// Counts within gates alone, as a frequency counter does.
class GatedCounter final : public PulseCounter {
 public:
  explicit GatedCounter(Reactor& reactor) : reactor_{reactor} {}
  CounterCapabilities capabilities() const override {
    return {.methods = {CountingMethod::gated_total},
            .inputs = 2,
            .maximum_rate = Frequency{1e6},
            .longest_gate = std::chrono::seconds{1000}};
  }
  void start_identify(Done<std::string> done) override { done(std::string{"gated"}); }
  void start_scan(const Inputs&, OnEdge, OnFault, Done<void> done) override {
    done(fault(Errc::refused, "counter", "scan", "cannot"));
  }
  void start_total(int, Duration gate, Done<std::uint64_t> done) override {
    reactor_.after(gate, [this, done = std::move(done)] { done(total); });
  }
  void start_stop(Done<void> done) override { done({}); }
  Result<std::uint64_t> total = 500;

 private:
  Reactor& reactor_;
};

class GatedPeriod : public Period {
 protected:
  GatedPeriod() {
    auto counter = std::make_unique<GatedCounter>(reactor_);
    counter_ = counter.get();
    station_->counters.front().counter = std::move(counter);
  }
  GatedCounter* counter_ = nullptr;
};

TEST_F(GatedPeriod, CountsTheWholeWithinAGateThatOutlastsTheLoad) {
  LoadPeriod period{*station_, one_};
  ASSERT_TRUE(period.open(interlock_, std::chrono::seconds{100}));
  at(60);
  EXPECT_FALSE(period.counts(0)) << "nobody knows yet";
  ASSERT_TRUE(period.close());
  EXPECT_EQ(reactor_.now(), instant_at(100));
  EXPECT_TRUE(period.counts(0));
  EXPECT_EQ(period.pulses(0), 500U);
}

TEST_F(GatedPeriod, HasCountedNothingOfUseWhereTheGateEndedUnderTheLoad) {
  LoadPeriod period{*station_, one_};
  ASSERT_TRUE(period.open(interlock_, std::chrono::seconds{100}));
  at(101);
  ASSERT_TRUE(period.close());
  EXPECT_FALSE(period.counts(0));
}

TEST_F(GatedPeriod, CountsNothingWithoutAGateOrWithOneThatTheCounterCannot) {
  for (const int seconds : {0, 1001}) {
    LoadPeriod period{*station_, one_};
    ASSERT_TRUE(period.open(interlock_, std::chrono::seconds{seconds}));
    ASSERT_TRUE(period.close());
    EXPECT_FALSE(period.counts(0)) << seconds;
  }
}

TEST_F(GatedPeriod, TellsOfACountThatFails) {
  counter_->total = tl::unexpected{Fault{Errc::garbled, "counter", "total", "overflow", {}}};
  LoadPeriod period{*station_, one_};
  ASSERT_TRUE(period.open(interlock_, std::chrono::seconds{100}));
  const auto closed = period.close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().detail, "overflow");
}

TEST_F(Period, PulsesThatComeAfterItIsGoneAreNobodys) {
  {
    LoadPeriod period{*station_, one_};
    open(period);
  }
  bench_.pulse("A", instant_at(1));  // must not touch what is gone
}

}  // namespace
}  // namespace meterbench
