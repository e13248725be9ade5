// The counting methods of a point, each on plain fakes: an ideal meter of a known error.
#include "bench/runner/point_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A counter that times edges and counts within a gate, as a 53230A does.
class FakeTimer final : public PulseCounter {
 public:
  FakeTimer(Reactor& reactor, testing::FakeBench& bench) : reactor_{reactor}, bench_{bench} {}
  CounterCapabilities capabilities() const override {
    return {.methods = {CountingMethod::timestamps, CountingMethod::gated_total},
            .inputs = 2,
            .resolution = Seconds{1e-7},
            .time_base = Ratio{1e-6},
            .most_timestamps = 1000,
            .longest_gate = std::chrono::seconds{1000}};
  }
  void start_identify(Done<std::string> done) override { done(std::string{"fake timer"}); }
  void start_timestamps(int input, std::uint64_t edges, Duration limit,
                        Done<std::vector<Seconds>> done) override {
    EXPECT_EQ(input, 1);
    if (!bench_.meter_blinks) {
      reactor_.after(limit, [done] { done(fault(Errc::refused, "counter", "time stamps", "0 edges came")); });
      return;
    }
    std::vector<Seconds> stamps;
    for (std::uint64_t n = 0; n < edges; ++n)
      stamps.push_back(Seconds{1000 + interval_s() * (static_cast<double>(n) + (n == late ? 0.9 : 0))});
    reactor_.after(from_seconds(interval_s() * static_cast<double>(edges)), [done, stamps] { done(stamps); });
  }
  void start_total(int, Duration gate, Done<std::uint64_t> done) override {
    const auto counted = static_cast<std::uint64_t>(in_seconds(gate) / interval_s());
    reactor_.after(gate, [done, counted] { done(counted); });
  }
  void start_stop(Done<void> done) override { done({}); }

  std::optional<std::uint64_t> late;  ///< edge that comes near the next

 private:
  [[nodiscard]] double interval_s() const {
    return bench_.kt.value() / (1 + bench_.meter_error) / std::abs(bench_.power());
  }
  Reactor& reactor_;
  testing::FakeBench& bench_;
};

/// A reference with a calculator of its own.
class ComparingReference final : public ReferenceStandard, public ErrorCalculator {
 public:
  ComparingReference(Reactor& reactor, testing::FakeBench& bench)
      : plain_{reactor, bench}, reactor_{reactor}, bench_{bench} {}
  ReferenceDefinition definition() const override { return plain_.definition(); }
  void start_identify(Done<std::string> done) override { plain_.start_identify(std::move(done)); }
  void start_prepare(const LoadPoint& point, Done<ActiveEnergy> done) override {
    plain_.start_prepare(point, std::move(done));
  }
  void start_read(Done<ReferenceReading> done) override { plain_.start_read(std::move(done)); }
  ErrorCalculator* error_calculator() override { return this; }
  void start_compare(ActiveEnergy kt, std::uint64_t pulses, Duration, OnProgress progress,
                     Done<Comparison> done) override {
    const double target = static_cast<double>(pulses) * kt.value() / constant.value();
    progress(1);
    reactor_.after(std::chrono::seconds{12}, [this, target, done] {
      if (aborts) return done(fault(Errc::implausible, "reference", "compare", "its range changed"));
      done(Comparison{Ratio{bench_.meter_error}, target / (1 + bench_.meter_error), constant});
    });
  }
  void start_abort(Done<void> done) override { done({}); }

  ActiveEnergy constant = from_watt_hours(4e-4);
  bool aborts = false;

 private:
  testing::FakeReference plain_;
  Reactor& reactor_;
  testing::FakeBench& bench_;
};

class PointRunTest : public ::testing::Test {
 protected:
  PointRunTest() {
    auto timer = std::make_unique<FakeTimer>(reactor_, bench_);
    timer_ = timer.get();
    station_->counters.front().counter = std::move(timer);
    auto reference = std::make_unique<ComparingReference>(reactor_, bench_);
    reference_ = reference.get();
    station_->reference = std::move(reference);
    station_->uncertainty.reading_noise = from_percent(0.01);
    station_->source->start_set_limits(station_->limits, [](const Result<void>& set) { ASSERT_TRUE(set); });
    reactor_.wait_until(instant_at(1));
    bench_.meter_error = 0.002;
    meters_["A"].latency = Seconds{1};
  }

  PointRecord run(CountingMethod method) {
    point_.method = method;
    const std::vector<std::size_t> positions{0};
    LoadPeriod period{*station_, positions};
    PointAttempt attempt = run_point(*station_, meters_, point_, 0, period, observer_, conditions_);
    fault_ = attempt.fault;
    return attempt.records.at(0);
  }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  FakeTimer* timer_ = nullptr;
  ComparingReference* reference_ = nullptr;
  RunObserver observer_;
  PointConditions conditions_;
  std::map<std::string, MeterType> meters_{{"A", sample::meter_type()}};
  PlannedPoint point_ = sample::point("001", 50, 40);  // 12 kW, 1 Wh: 0.3 s each
  std::optional<Fault> fault_;
};

TEST_F(PointRunTest, TimeStampsAgainstTheMeanPowerGiveTheMetersError) {
  const PointRecord record = run(CountingMethod::timestamps);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_EQ(record.method, "timestamps");
  EXPECT_EQ(record.pulses, 40U);
  EXPECT_NEAR(record.error_percent.value(), 0.2, 1e-6);
  EXPECT_EQ(record.edges.size(), 42U);  // the window opens on the second
  EXPECT_NEAR(record.duration_s.value(), 40 * 0.3 / 1.002, 1e-6);
  EXPECT_TRUE(record.events.empty());
  EXPECT_EQ(record.verdict.decision, Decision::pass);
}

TEST_F(PointRunTest, AGateCountsWholePulses) {
  point_.gate = Seconds{300.1};  // 1002.33 pulses
  const PointRecord record = run(CountingMethod::gated_total);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_EQ(record.pulses, 1002U);
  // 1002 Wh against 12 kW · 300.1 s = 1000.33 Wh.
  EXPECT_NEAR(record.error_percent.value(), 100 * (1002 / (12000 * 300.1 / 3600) - 1), 1e-6);
  EXPECT_TRUE(record.edges.empty());
  EXPECT_LT(std::abs(record.error_percent.value() - 0.2), record.budget.value().expanded_percent());
}

TEST_F(PointRunTest, PulsesThatNobodySawOneByOneMakeNoFail) {
  bench_.meter_error = 0.02;
  point_.gate = Seconds{300};
  const PointRecord gated = run(CountingMethod::gated_total);
  EXPECT_NEAR(gated.error_percent.value(), 2, 1e-6);
  EXPECT_EQ(gated.verdict.decision, Decision::inconclusive);
  ASSERT_EQ(gated.events.size(), 1U);
  EXPECT_EQ(gated.events[0].kind, "pulses_unseen");
  EXPECT_THAT(gated.events[0].text, HasSubstr("timestamps"));
  EXPECT_EQ(run(CountingMethod::timestamps).verdict.decision, Decision::fail);
  station_->counters.clear();
  EXPECT_EQ(run(CountingMethod::error_calculator).verdict.decision, Decision::inconclusive);
}

TEST_F(PointRunTest, AWaveformIsADoubtOfWhatIsMeasuredUnderIt) {
  EXPECT_TRUE(run(CountingMethod::timestamps).verdict.basis.verified());
  point_.load.waveform = {.name = "fifth",
                          .harmonics = {{.order = 5, .current = from_percent(5)}},
                          .source = "a standard",
                          .mark = Mark::knowledge};
  point_.reference.of_waveform = false;
  EXPECT_THAT(run(CountingMethod::timestamps).verdict.basis.reasons,
              ElementsAre("the waveform fifth of a standard is an unverified figure",
                          "the reference's certificate is for sine, the load has harmonics"));
  point_.load.waveform.mark = Mark::read;
  station_->uncertainty.reference_harmonics = from_percent(0.03);
  const PointRecord record = run(CountingMethod::timestamps);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_TRUE(record.verdict.basis.verified());
  EXPECT_EQ(std::ranges::count(record.budget->components, "reference with harmonics", &Component::name), 1);
  point_.reference.of_waveform = true;
  station_->uncertainty.reference_harmonics.reset();
  EXPECT_TRUE(run(CountingMethod::timestamps).verdict.basis.verified()) << "certified for it";
}

TEST_F(PointRunTest, TheReferencesOwnCalculatorIsTakenWithItsConstant) {
  const PointRecord record = run(CountingMethod::error_calculator);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_NEAR(record.error_percent.value(), 0.2, 1e-9);
  EXPECT_DOUBLE_EQ(record.reference_pulse_wh, 4e-4);
  EXPECT_NEAR(record.reference_count.value(), 40 / 4e-4 / 1.002, 1e-3);
  EXPECT_NEAR(record.duration_s.value(), 40 * 0.3 / 1.002, 1e-6);
}

TEST_F(PointRunTest, ACounterThatStampsTheLedWhileTheReferenceComparesSeesOddIntervals) {
  EXPECT_EQ(run(CountingMethod::error_calculator).verdict.decision, Decision::pass);
  timer_->late = 20;
  PointRecord record = run(CountingMethod::error_calculator);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_EQ(record.verdict.decision, Decision::inconclusive);
  EXPECT_FALSE(record.events.empty());
  EXPECT_TRUE(record.edges.empty()) << "the comparison is the reference's own";
  bench_.meter_error = 0.02;
  EXPECT_EQ(run(CountingMethod::error_calculator).verdict.decision, Decision::inconclusive)
      << "no fail is made of it either";
  timer_->late.reset();
  EXPECT_EQ(run(CountingMethod::error_calculator).verdict.decision, Decision::fail);
}

TEST_F(PointRunTest, AComparisonThatNobodyElseSeesCostsNoResult) {
  station_->counters.clear();
  const PointRecord record = run(CountingMethod::error_calculator);
  ASSERT_FALSE(fault_) << fault_->text();
  EXPECT_NEAR(record.error_percent.value(), 0.2, 1e-9);
}

TEST_F(PointRunTest, TheCertificatesErrorIsTakenOutWhateverTheMethod) {
  point_.reference.error = from_percent(0.05);
  point_.gate = Seconds{300};
  for (const CountingMethod method : {CountingMethod::timestamps, CountingMethod::error_calculator})
    EXPECT_NEAR(run(method).error_percent.value(), 100 * (1.002 * 1.0005 - 1), 1e-6) << to_text(method);
}

TEST_F(PointRunTest, AMeterThatDoesNotBlinkIsNoFaultOfTheBench) {
  bench_.meter_blinks = false;
  const PointRecord record = run(CountingMethod::timestamps);
  EXPECT_FALSE(fault_);
  EXPECT_FALSE(record.error_percent);
  ASSERT_EQ(record.events.size(), 1U);
  EXPECT_EQ(record.events[0].kind, "no_pulse");
  EXPECT_THAT(record.events[0].text, HasSubstr("0 edges came"));
  EXPECT_EQ(record.verdict.decision, Decision::inconclusive);
}

TEST_F(PointRunTest, AnAbortedComparisonIsAFaultOfTheBench) {
  reference_->aborts = true;
  const PointRecord record = run(CountingMethod::error_calculator);
  ASSERT_TRUE(fault_);
  EXPECT_EQ(fault_->code, Errc::implausible);
  EXPECT_FALSE(record.error_percent);
}

TEST_F(PointRunTest, AGateTooShortForAReadingGivesNoFigure) {
  point_.gate = Seconds{0.4};
  const PointRecord record = run(CountingMethod::gated_total);
  ASSERT_TRUE(fault_);
  EXPECT_THAT(fault_->detail, HasSubstr("too short"));
  EXPECT_FALSE(record.error_percent);
}

}  // namespace
}  // namespace meterbench
