#include "drivers/virtual_lab/world/world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace meterbench::virtual_lab {
namespace {

class Recorder final : public Observer {
 public:
  void on_segment(const Segment& segment) override { segments.push_back(segment); }
  std::vector<Segment> segments;
};

Terminals load(double volts, double amperes) {
  Terminals t;
  t.voltage = {Phasor{volts}, Phasor{-volts}};
  t.current = {Phasor{amperes}, Phasor{-amperes}};
  return t;
}

TEST(World, CutsSegmentsWithoutGapOrOverlapAtEveryCell) {
  World world{1, {}};
  Recorder seen;
  world.attach(seen);
  for (const double t : {0.001, 0.0199, 0.0201, 0.1, 0.05, 0.1033}) world.advance_to(instant_at(t));
  Instant end{};
  for (const Segment& s : seen.segments) {
    EXPECT_EQ(s.begin, end);
    EXPECT_LT(s.begin, s.end);
    EXPECT_EQ(static_cast<std::int64_t>(s.cell), s.begin.time_since_epoch() / World::kCell);
    EXPECT_LE(s.end.time_since_epoch(), (static_cast<std::int64_t>(s.cell) + 1) * World::kCell);
    end = s.end;
  }
  EXPECT_EQ(end, instant_at(0.1033));
  EXPECT_EQ(world.now(), end);  // 0.05 lay in the past
}

TEST(World, IsTheSameHoweverOftenTheBenchLooks) {
  const SourceOutput::Settings rough{.settle_s = 1, .drift_percent_per_h = 1, .noise_percent = 1};
  const auto energy = [&](int steps) {
    World world{5, rough};
    Recorder seen;
    world.attach(seen);
    world.source().apply(Instant{}, load(120, 10));
    for (int n = 1; n <= steps; ++n) world.advance_to(instant_at(3.0 * n / steps));
    double sum = 0;
    for (const Segment& s : seen.segments)
      sum +=
          (s.terminals.voltage[0] * std::conj(s.terminals.current[0])).real() * in_seconds(s.end - s.begin);
    return sum;
  };
  EXPECT_NEAR(energy(1) / energy(1777), 1, 1e-12);
}

/// Bursts of two periods of 50 Hz, 60° late: current 1 crosses zero upwards 1/6 of a period after the origin.
TEST(World, CutsBurstsWhereTheCurrentCrossesZero) {
  for (const int steps : {1, 777}) {
    World world{1, {.settle_s = 0}};
    Recorder seen;
    world.attach(seen);
    Terminals bursts = load(120, 10);
    bursts.frequency = Frequency{50};
    bursts.burst = {2, 1};
    bursts.current = {std::polar(10.0, -std::numbers::pi / 3), -std::polar(10.0, -std::numbers::pi / 3)};
    world.source().apply(Instant{}, bursts);
    for (int n = 1; n <= steps; ++n) world.advance_to(instant_at(0.6 * n / steps));
    Instant end{};
    double flows_s = 0;
    for (const Segment& s : seen.segments) {
      EXPECT_EQ(s.begin, end);
      EXPECT_LT(s.begin, s.end);
      end = s.end;
      EXPECT_EQ(s.terminals.voltage[0], Phasor{120}) << "the voltage stands";
      const double periods = 50 * in_seconds(s.begin + (s.end - s.begin) / 2) - 1.0 / 6 + 3;
      const bool flows = std::fmod(periods, 3) < 2;
      EXPECT_NEAR(std::abs(s.terminals.current[0]), flows ? 10 : 0, 1e-12) << in_seconds(s.begin);
      if (flows) flows_s += in_seconds(s.end - s.begin);
    }
    EXPECT_EQ(end, instant_at(0.6));
    EXPECT_NEAR(flows_s, 0.4, 2e-9) << "ten sets of three periods, within a nanosecond an edge";
  }
}

/// From the next upward crossing of the origin on: 50 Hz, told at 0.11 s + a quarter of a period.
TEST(World, CutsDipsWhereTheyBeginAndEnd) {
  for (const int steps : {1, 777}) {
    World world{1, {.settle_s = 0}};
    Recorder seen;
    world.attach(seen);
    Terminals sine = load(120, 10);
    sine.frequency = Frequency{50};
    world.source().apply(Instant{}, sine);
    world.advance_to(instant_at(0.115));
    const VoltageDip dip{Ratio{0.4}, Seconds{0.05}, 2, Seconds{0.03}};
    world.source().dip(world.now(), dip);
    EXPECT_EQ(world.source().dips_left(world.now()), 2);
    for (int n = 1; n <= steps; ++n) world.advance_to(instant_at(0.115 + 0.3 * n / steps));
    EXPECT_EQ(world.source().dips_left(world.now()), 0);
    double dipped_s = 0;
    for (const Segment& s : seen.segments) {
      const double middle = in_seconds(s.begin + (s.end - s.begin) / 2);
      const bool dipped = (middle > 0.12 && middle < 0.17) || (middle > 0.20 && middle < 0.25);
      EXPECT_NEAR(std::abs(s.terminals.voltage[0]), dipped ? 48 : 120, 1e-9) << middle;
      EXPECT_EQ(s.terminals.voltage_left, dipped ? 0.4 : 1);
      EXPECT_NEAR(std::abs(s.terminals.current[0]), 10, 1e-9) << "the current stands";
      if (dipped) dipped_s += in_seconds(s.end - s.begin);
    }
    EXPECT_NEAR(dipped_s, 0.1, 1e-8);
  }
}

TEST(SourceOutput, LetsNothingDipThatIsOffOrOnItsWay) {
  const VoltageDip dip{Ratio{0}, Seconds{1}};
  SourceOutput source{1, {.settle_s = 2}};
  source.dip(instant_at(1), dip);
  EXPECT_EQ(source.dips_left(instant_at(1)), 0);
  source.apply(instant_at(1), load(120, 10));
  source.dip(instant_at(2), dip);
  EXPECT_EQ(source.dips_left(instant_at(2)), 0);
  source.dip(instant_at(4), dip);
  EXPECT_EQ(source.dips_left(instant_at(4)), 1);
  source.off(instant_at(4.5));
  EXPECT_EQ(source.dips_left(instant_at(4.5)), 0);
}

TEST(World, GoesOnInPhaseWhenTheFrequencyChanges) {
  World world{1, {.settle_s = 0}};
  Terminals fifty = load(120, 10);
  fifty.frequency = Frequency{50};
  world.source().apply(Instant{}, load(120, 10));
  const Instant change = instant_at(1.2345);
  const double before = world.source().at(change, 0).periods_until(in_seconds(change));
  world.source().apply(change, fifty);
  const double after = world.source().at(change, 0).periods_until(in_seconds(change));
  EXPECT_NEAR(std::remainder(after - before, 1), 0, 1e-7);
  world.source().apply(change + std::chrono::seconds{1}, fifty);
  EXPECT_EQ(world.source().at(change, 0).periods_until(in_seconds(change)), after) << "it goes on";
}

TEST(World, RestsInOneSegmentAndGoesOnInCells) {
  World world{1, {}};
  Recorder seen;
  world.attach(seen);
  world.rest_until(instant_at(72'000.005));
  world.rest_until(instant_at(1));  // lies in the past
  ASSERT_EQ(seen.segments.size(), 1U);
  EXPECT_TRUE(seen.segments[0].terminals.dark());
  world.advance_to(instant_at(72'000.03));
  ASSERT_EQ(seen.segments.size(), 3U);
  EXPECT_EQ(seen.segments[1].begin, seen.segments[0].end);
  EXPECT_EQ(seen.segments[1].end, instant_at(72'000.02));
  EXPECT_EQ(seen.segments[2].cell, 3'600'001U);
}

TEST(World, KnowsItsSignalsByName) {
  struct Silent final : PulseSignal {
    std::uint64_t edges_until(Instant) override { return 0; }
    std::vector<Instant> edges_between(Instant, Instant) override { return {}; }
  } silent;
  World world{1, {}};
  EXPECT_EQ(world.signal("led.A"), nullptr);
  world.add_signal("led.A", silent);
  EXPECT_EQ(world.signal("led.A"), &silent);
}

TEST(SourceOutput, IsWithinAHundredthOfAPercentOfItsStepAfterSettling) {
  SourceOutput source{1, {.settle_s = 2}};
  source.apply(instant_at(10), load(120, 10));
  EXPECT_EQ(std::abs(source.at(instant_at(10), 0).current[0]), 0);
  const double at_half = std::abs(source.at(instant_at(11), 0).current[0]);
  EXPECT_NEAR(at_half, 10 * (1 - 1e-2), 1e-9);  // exponential: half the time, the root of what is left
  EXPECT_NEAR(std::abs(source.at(instant_at(12), 0).current[0]), 10 * (1 - 1e-4), 1e-9);
  EXPECT_FALSE(source.settled(instant_at(11.99)));
  EXPECT_TRUE(source.settled(instant_at(12)));
}

TEST(SourceOutput, MovesFromWhereItStandsWhenToldAgain) {
  SourceOutput source{1, {.settle_s = 2}};
  source.apply(instant_at(0), load(120, 10));
  source.apply(instant_at(1), load(120, 20));
  EXPECT_NEAR(std::abs(source.at(instant_at(1), 0).current[0]), 9.9, 1e-9);
  EXPECT_NEAR(std::abs(source.at(instant_at(3), 0).current[0]), 20 - 10.1e-4, 1e-9);
  EXPECT_FALSE(source.settled(instant_at(2.5)));
}

TEST(SourceOutput, LetsHarmonicsComeAndGoAsTheFundamentalDoes) {
  Terminals distorted = load(120, 10);
  distorted.harmonics = {{.order = 3, .voltage = {}, .current = {3, -3}},
                         {.order = 7, .voltage = {6, -6}, .current = {1, -1}}};
  SourceOutput source{1, {.settle_s = 2}};
  source.apply(instant_at(0), load(120, 10));
  source.apply(instant_at(10), distorted);
  const Terminals coming = source.at(instant_at(11), 0);
  ASSERT_EQ(coming.harmonics.size(), 2U);
  EXPECT_EQ(coming.harmonics[0].order, 3);
  EXPECT_NEAR(coming.harmonics[0].current[1].real(), -3 * 0.99, 1e-9);
  EXPECT_NEAR(coming.harmonics[1].voltage[0].real(), 6 * 0.99, 1e-9);

  Terminals other = load(120, 10);
  other.harmonics = {{.order = 5, .voltage = {}, .current = {2, -2}}};
  source.apply(instant_at(20), other);
  const Terminals changing = source.at(instant_at(21), 0);
  ASSERT_EQ(changing.harmonics.size(), 3U);
  EXPECT_NEAR(changing.harmonics[0].current[0].real(), 3 * 0.01, 1e-9);
  EXPECT_NEAR(changing.harmonics[1].current[0].real(), 2 * 0.99, 1e-9);
  EXPECT_NEAR(changing.harmonics[2].current[0].real(), 1 * 0.01, 1e-9);
  const Terminals after = source.at(instant_at(28), 0);
  ASSERT_EQ(after.harmonics.size(), 1U) << "what has gone costs nothing any more";
  EXPECT_EQ(after.harmonics[0].order, 5);
}

TEST(SourceOutput, HasTheErrorsOfAChannelInAllItsOrders) {
  Terminals distorted = load(100, 10);
  distorted.harmonics = {{.order = 5, .voltage = {10, -10}, .current = {4, -4}}};
  SourceOutput source{1,
                      {.settle_s = 0,
                       .voltage_gain_percent = 0.1,
                       .current_gain_percent = -0.2,
                       .phase_error_arcmin = 60,
                       .noise_percent = 1}};
  source.apply(instant_at(0), distorted);
  const Terminals out = source.at(instant_at(1), 50);
  for (std::size_t i : {0U, 1U}) {
    EXPECT_NEAR(std::abs(out.harmonics[0].voltage[i] / out.voltage[i]), 0.1, 1e-12);
    EXPECT_NEAR(std::abs(out.harmonics[0].current[i] / out.current[i]), 0.4, 1e-12);
    EXPECT_NEAR(std::arg(out.harmonics[0].current[i] / out.harmonics[0].voltage[i]),
                -5 * std::numbers::pi / 180, 1e-12);
  }
}

TEST(SourceOutput, IsGoneAtOnceWhenSwitchedOff) {
  SourceOutput source{1, {.noise_percent = 1}};
  Terminals distorted = load(120, 10);
  distorted.harmonics = {{.order = 3, .voltage = {}, .current = {3, -3}}};
  source.apply(instant_at(0), distorted);
  EXPECT_TRUE(source.energised());
  EXPECT_FALSE(source.at(instant_at(4), 200).dark());
  source.off(instant_at(5));
  EXPECT_FALSE(source.energised());
  EXPECT_FALSE(source.settled(instant_at(100)));
  for (std::size_t i : {0U, 1U}) {
    EXPECT_EQ(std::abs(source.at(instant_at(5), 250).voltage[i]), 0);
    EXPECT_EQ(std::abs(source.at(instant_at(5), 250).current[i]), 0);
  }
  EXPECT_TRUE(source.at(instant_at(5), 250).dark());
}

TEST(SourceOutput, DeliversItsGainErrorsAndItsPhaseError) {
  SourceOutput source{
      1,
      {.settle_s = 1, .voltage_gain_percent = 0.1, .current_gain_percent = -0.2, .phase_error_arcmin = 60}};
  source.apply(instant_at(0), load(100, 10));
  const Terminals out = source.at(instant_at(100), 0);
  EXPECT_NEAR(std::abs(out.voltage[0]), 100.1, 1e-9);
  EXPECT_NEAR(std::abs(out.current[0]), 9.98, 1e-9);
  EXPECT_NEAR(std::arg(out.current[0] / out.voltage[0]), -std::numbers::pi / 180, 1e-12);  // 60′ of lag
}

TEST(SourceOutput, DriftsInCurrentFromItsFirstSwitchingOn) {
  SourceOutput source{1, {.settle_s = 1, .drift_percent_per_h = 0.01}};
  source.apply(instant_at(1000), load(100, 10));
  source.apply(instant_at(2000), load(100, 10));
  EXPECT_NEAR(std::abs(source.at(instant_at(1000 + 7200), 0).current[0]), 10 * 1.0002, 1e-9);
  EXPECT_NEAR(std::abs(source.at(instant_at(1000 + 7200), 0).voltage[0]), 100, 1e-9);
}

TEST(SourceOutput, FluctuatesFromCellToCellAndChannelToChannel) {
  SourceOutput source{1, {.settle_s = 0, .noise_percent = 0.5}};
  source.apply(instant_at(0), load(100, 10));
  constexpr int kCells = 10'000;
  double variance = 0, common = 0;
  for (std::uint64_t cell = 0; cell < kCells; ++cell) {
    const Terminals out = source.at(instant_at(1), cell);
    const double u = std::abs(out.voltage[0]) / 100 - 1, i1 = std::abs(out.current[0]) / 10 - 1,
                 i2 = std::abs(out.current[1]) / 10 - 1;
    variance += i1 * i1 / kCells;
    common += (i1 * i2 + i1 * u) / kCells;
  }
  EXPECT_NEAR(std::sqrt(variance), 0.005, 4 * 0.005 / std::sqrt(2.0 * kCells));
  EXPECT_NEAR(common, 0, 8 * 0.005 * 0.005 / std::sqrt(kCells));
}

}  // namespace
}  // namespace meterbench::virtual_lab
