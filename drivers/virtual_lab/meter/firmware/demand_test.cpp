#include "drivers/virtual_lab/meter/firmware/demand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace meterbench::firmware {
namespace {

constexpr std::uint32_t kLength = 10;  // seconds of a subinterval

/// Seconds of steady power, and the energies of the demands that they formed.
struct Load {
  explicit Load(std::uint32_t subintervals) : demand{kLength, subintervals} { demand.restart(kLength, true); }

  void go(std::uint32_t seconds, std::uint64_t delivered, std::uint64_t received = 0) {
    for (std::uint32_t n = 0; n < seconds; ++n) {
      demand.add(kDelivered, delivered);
      demand.add(kReceived, received);
      const Demand::Formed formed = demand.end_second();
      if (formed.demand) energies.push_back(formed.energy.quanta[kDelivered]);
      if (formed.one_tier) in_tier.push_back(formed.energy.quanta[kDelivered]);
      last = formed;
    }
  }

  Demand demand;
  std::vector<std::uint64_t> energies;
  std::vector<std::uint64_t> in_tier;
  Demand::Formed last;
};

using Energies = std::vector<std::uint64_t>;

TEST(Demand, OfABlockIsTheEnergyOfTheWholeInterval) {
  Load run{1};
  run.go(5, 1);
  run.go(5, 3);
  EXPECT_EQ(run.energies, Energies{20});
  run.go(10, 7, 2);
  EXPECT_EQ(run.energies, (Energies{20, 70}));
  EXPECT_EQ(run.last.energy.quanta[kReceived], 20U);
}

TEST(Demand, OfADefectiveMeterIsNotTheEnergy) {
  Demand demand{kLength, 1, -20};
  demand.restart(kLength, true);
  for (std::uint32_t n = 1; n < kLength; ++n) {
    demand.add(kDelivered, 100);
    EXPECT_FALSE(demand.end_second().demand);
  }
  EXPECT_EQ(demand.so_far().quanta[kDelivered], 882U);  // 2 % less than 900
  demand.add(kDelivered, 100);
  EXPECT_EQ(demand.end_second().energy.quanta[kDelivered], 980U);
}

TEST(Demand, RollsOnBySubintervals) {
  Load run{3};
  for (const std::uint64_t power : {1U, 2U, 3U, 4U, 5U}) run.go(kLength, power);
  EXPECT_EQ(run.energies, (Energies{60, 90, 120}));
}

// A rectangular load of one interval's length at the worst phase: 5/6 of it with 3 subintervals, a half in
// blocks (type-approval.md 8).
TEST(Demand, CapturesFiveSixthsOfALoadThatThreeSubintervalsSplit) {
  Load rolling{3};
  rolling.go(35, 0);
  rolling.go(30, 6);
  rolling.go(60, 0);
  EXPECT_EQ(*std::max_element(rolling.energies.begin(), rolling.energies.end()), 150U);  // of 180
  Load block{1};
  block.go(5, 0);
  block.go(10, 6);
  block.go(15, 0);
  EXPECT_EQ(*std::max_element(block.energies.begin(), block.energies.end()), 30U);  // of 60
}

TEST(Demand, IsNotFormedByAnIntervalThatBeganLate) {
  Load run{1};
  run.demand.restart(4, false);
  run.go(4, 100);
  EXPECT_TRUE(run.energies.empty());
  run.go(10, 1);
  EXPECT_EQ(run.energies, Energies{10});
}

TEST(Demand, IsNotFormedByAnIntervalThatWasCutShort) {
  Load run{1};
  run.go(9, 100);
  run.demand.restart(kLength, true);
  run.go(10, 1);
  EXPECT_EQ(run.energies, Energies{10});
}

TEST(Demand, NeedsAFullSetOfSubintervalsAfterACut) {
  Load run{3};
  run.go(30, 1);
  run.demand.restart(5, false);
  run.go(5, 100);
  run.go(20, 2);
  EXPECT_EQ(run.energies, Energies{30});
  run.go(10, 2);
  EXPECT_EQ(run.energies, (Energies{30, 60}));
}

TEST(Demand, GoesOnOverAResetInBlockMode) {
  Load run{1};
  run.go(5, 1);
  run.demand.forget_ended();
  run.go(5, 1);
  EXPECT_EQ(run.energies, Energies{10});
}

TEST(Demand, LosesEndedSubintervalsOnlyToAResetInRollingMode) {
  Load run{3};
  run.go(20, 100);  // two ended ones
  run.go(5, 1);
  run.demand.forget_ended();
  run.go(5, 1);  // the one under way goes on
  run.go(10, 2);
  EXPECT_TRUE(run.energies.empty());
  run.go(10, 3);
  EXPECT_EQ(run.energies, Energies{60});
}

TEST(Demand, OfAnIntervalOverTwoTiersIsOfNeither) {
  Load run{1};
  run.go(5, 1);
  run.demand.tier_changed();
  run.go(5, 1);
  EXPECT_EQ(run.energies, Energies{10});
  EXPECT_TRUE(run.in_tier.empty());
  run.go(10, 2);
  EXPECT_EQ(run.in_tier, Energies{20});
}

TEST(Demand, BelongsToTheTierThatBeganWithTheInterval) {
  Load run{1};
  run.go(10, 1);
  run.demand.tier_changed();
  run.go(10, 2);
  EXPECT_EQ(run.in_tier, (Energies{10, 20}));
}

TEST(Demand, OfATierNeedsAllSubintervalsInIt) {
  Load run{2};
  run.go(20, 1);
  run.demand.tier_changed();
  run.go(10, 1);
  EXPECT_EQ(run.in_tier, Energies{20});
  run.go(10, 1);
  EXPECT_EQ(run.in_tier, (Energies{20, 20}));
  EXPECT_EQ(run.energies, (Energies{20, 20, 20}));
}

TEST(Demand, IsNotFormedWhileItIsHeld) {
  Load run{1};
  run.demand.hold(15);
  run.go(20, 100);  // neither the first nor the second, in which the hold ends
  EXPECT_TRUE(run.energies.empty());
  run.go(10, 1);
  EXPECT_EQ(run.energies, Energies{10});
}

TEST(Demand, IsFormedFromTheEndOfTheHoldOn) {
  Load run{1};
  run.demand.hold(10);
  run.go(20, 1);
  EXPECT_EQ(run.energies, Energies{10});
}

TEST(Demand, TellsOfTheIntervalUnderWay) {
  Load run{3};
  run.go(40, 1);
  EXPECT_EQ(run.demand.seconds_left(), kLength);
  EXPECT_EQ(run.demand.so_far().quanta[kDelivered], 20U) << "two of the next three are over";
  run.go(4, 5, 1);
  EXPECT_EQ(run.demand.seconds_left(), 6U);
  EXPECT_EQ(run.demand.so_far().quanta[kDelivered], 40U);
  EXPECT_EQ(run.demand.so_far().quanta[kReceived], 4U);
}

}  // namespace
}  // namespace meterbench::firmware
