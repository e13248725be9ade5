// The link of each instrument is lost at every stage of a run: each time the load goes off, the run ends as a
// bench fault and what was finished is kept.
#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "bench/runner/runner.h"
#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

struct Ended {
  RunOutcome outcome;
  testing::FakeBench bench;
  std::size_t stored = 0;  ///< finished points in the ledger
};

class LostLink : public ::testing::TestWithParam<const char*> {
 protected:
  static Plan two_points() {
    return sample::plan({sample::point("001", 50, 20), sample::point("002", 100, 20)});
  }

  Ended run(const Plan& plan, testing::FakeBench bench) {
    StopSignal stop;
    SimulatedReactor reactor{stop, UtcTime{}};
    auto station = testing::make_fake_station(reactor, bench);
    testing::add_fake_surroundings(*station, bench);
    station->interlock_timing = {std::chrono::seconds{5}, std::chrono::seconds{15}};
    RunObserver silent;
    Ended ended;
    ended.outcome = Runner{*station, ledger_, silent}.run(plan, RunRecord{});
    ended.bench = bench;
    for (const PointRecord& p : ledger_.points(ended.outcome.run_id))
      ended.stored += p.error_percent.has_value();
    return ended;
  }

  testing::TemporaryFolder folder_;
  Ledger ledger_{folder_.path() / "ledger.sqlite", Ledger::Mode::write};
};

TEST_P(LostLink, AfterAnyMessageEndsSafe) {
  const std::string device = GetParam();
  const Ended whole = run(two_points(), {});
  ASSERT_EQ(whole.outcome.end, RunEnd::passed);
  const std::size_t messages = whole.bench.requests.at(device);
  // Every message of the beginning and of the end, some between.
  const std::size_t between = std::max<std::size_t>(1, messages / 12);
  std::size_t stored = 0;
  for (std::size_t n = 0; n < messages;
       n += n < 4 || n + 5 > messages ? 1 : std::min(between, messages - 4 - n)) {
    SCOPED_TRACE(n);
    testing::FakeBench bench;
    bench.lost_after[device] = n;
    const Ended ended = run(two_points(), bench);
    EXPECT_FALSE(ended.bench.energised());
    EXPECT_FALSE(ended.outcome.not_off);
    // A reading whose answer was due after the last window had closed is nobody's loss.
    if (ended.outcome.end == RunEnd::passed) {
      EXPECT_EQ(n, messages - 1);
      EXPECT_TRUE(device == "reference" || device == "pickups");
    } else {
      EXPECT_EQ(ended.outcome.end, RunEnd::bench_fault);
      ASSERT_TRUE(ended.outcome.fault);
      EXPECT_EQ(ended.outcome.fault->device, device);
    }
    EXPECT_GE(ended.stored, stored) << "a finished point was lost";
    stored = ended.stored;
  }
  EXPECT_GE(stored, 1U);
}

TEST_P(LostLink, AtAnyTimeOfASoakOrItsPointEndsSafe) {
  const std::string device = GetParam();
  Plan plan = two_points();
  plan.soaks = {sample::soak(1, 33)};
  testing::FakeBench quick;
  quick.climate.body_lag_s = 400;
  const Ended whole = run(plan, quick);
  ASSERT_EQ(whole.outcome.end, RunEnd::passed);
  const double last_load_s = whole.outcome.points.back().ended_s;
  for (const double share : {0.002, 0.01, 0.1, 0.5, 0.9, 0.99, 0.997}) {
    SCOPED_TRACE(share);
    testing::FakeBench bench = quick;
    bench.lost_at[device] = instant_at(share * last_load_s);
    const Ended ended = run(plan, bench);
    EXPECT_FALSE(ended.bench.energised());
    EXPECT_FALSE(ended.outcome.not_off);
    EXPECT_EQ(ended.outcome.end, RunEnd::bench_fault);
    EXPECT_EQ(ended.stored, ended.outcome.points.empty() ? 0
                            : ended.outcome.points.back().error_percent.has_value()
                                ? ended.outcome.points.size()
                                : ended.outcome.points.size() - 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Instruments, LostLink,
                         ::testing::Values("source", "reference", "counter", "chamber", "interlock",
                                           "pickups"),
                         [](const auto& of) { return std::string{of.param}; });

}  // namespace
}  // namespace meterbench
