#include "bench/model/source_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::HasSubstr;

SourceCapabilities able() {
  return {.circuits = 2,
          .maximum_voltage = Voltage{300},
          .maximum_current = Current{240},
          .highest_harmonic = 31,
          .harmonic_band = Frequency{1900},
          .direct_current = true,
          .bursts = true};
}

LoadPoint load(const Waveform& waveform, double hertz = 60, double amperes = 100) {
  LoadPoint point{.frequency = Frequency{hertz}};
  point.circuits[0] = {Voltage{120}, {}, Current{amperes}, {}};
  point.waveform = waveform;
  return point;
}

Waveform with_order(int order) {
  return {.name = "w", .harmonics = {{.order = order, .current = from_percent(10)}}};
}

std::string why_not(const SourceCapabilities& can, const LoadPoint& point) {
  return beyond_shape(can, point).value_or("");
}

TEST(BeyondShape, IsNothingThatTheSourceHas) {
  EXPECT_EQ(why_not({}, load({}, 60)), "") << "a sine has no shape";
  for (const Waveform& waveform :
       {with_order(0), with_order(2), with_order(31), Waveform{.name = "b", .burst = {2, 2}}})
    EXPECT_EQ(why_not(able(), load(waveform)), "");
}

TEST(BeyondShape, IsAHarmonicBeyondTheOrdersOrTheBand) {
  SourceCapabilities can = able();
  can.highest_harmonic = 13;
  EXPECT_THAT(why_not(can, load(with_order(15))), HasSubstr("up to order 15; the source gives up to 13"));
  EXPECT_EQ(able().highest_harmonic_of(Frequency{60}), 31);
  EXPECT_EQ(able().highest_harmonic_of(Frequency{65}), 29) << "29 · 65 Hz = 1885 Hz, 30 · 65 Hz = 1950 Hz";
  EXPECT_EQ(why_not(able(), load(with_order(29), 65)), "");
  EXPECT_THAT(why_not(able(), load(with_order(31), 65)),
              HasSubstr("up to order 31; the source gives up to 29"));
  can.highest_harmonic = 1;
  EXPECT_THAT(why_not(can, load(with_order(3))), HasSubstr("the source gives sines alone"));
}

TEST(BeyondShape, IsWhatTheSourceDoesNotDeclare) {
  SourceCapabilities can = able();
  can.direct_current = false;
  EXPECT_EQ(why_not(can, load(with_order(0))), "waveform w has direct current; the source gives none");
  can.bursts = false;
  EXPECT_EQ(why_not(can, load({.name = "b", .burst = {2, 2}})),
            "waveform b has bursts; the source gives none");
  const Waveform constant{.name = "w", .harmonics = {{.order = 0, .voltage = from_percent(1)}}};
  EXPECT_THAT(why_not(able(), load(constant)), HasSubstr("direct voltage"));
}

TEST(BeyondShape, IsAPeak) {
  // 10 % of a third harmonic takes 10 % from the crest or, at 180°, adds it: 240 A · 1.1 · √2 = 373.4 A.
  Waveform crest = with_order(3);
  EXPECT_EQ(why_not(able(), load(crest, 60, 240)), "");
  crest.harmonics[0].current_phase = from_degrees(180);
  EXPECT_THAT(why_not(able(), load(crest, 60, 240)), HasSubstr("circuit 1: waveform w has peaks of"));
  EXPECT_EQ(why_not(able(), load(crest, 60, 218)), "");
  SourceCapabilities can = able();
  can.peak_current = Current{374};
  EXPECT_EQ(why_not(can, load(crest, 60, 240)), "");
}

}  // namespace
}  // namespace meterbench
