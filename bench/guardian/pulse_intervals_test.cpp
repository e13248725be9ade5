#include "bench/guardian/pulse_intervals.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

using Kind = OddInterval::Kind;

/// Edges at these instants, an interval of 2 s expected.
std::vector<OddInterval> odd(const std::vector<double>& seconds) {
  std::vector<Edge> edges;
  for (const double t : seconds) edges.push_back({edges.size(), instant_at(t), 0});
  return odd_intervals(edges, Seconds{2});
}

TEST(PulseIntervals, WithinHalfOfTheExpectedOneAreNotOdd) {
  EXPECT_TRUE(odd({0, 2, 4.001, 5.002, 8}).empty());  // 1, 1.0005, 0.5005, 1.499 times
}

TEST(PulseIntervals, NearKTimesTheExpectedOneKMinusOnePulsesWereMissed) {
  const auto found = odd({0, 2, 6, 12.19, 14});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::missed_pulse);
  EXPECT_EQ(found[0].pulse, 2U);
  EXPECT_EQ(found[0].missed, 1U);
  EXPECT_EQ(found[0].text(), "LED pulse 2 came after 2.00 times the expected interval: 1 pulse was missed");
  EXPECT_EQ(found[1].missed, 2U) << "3.095 times";
  EXPECT_EQ(found[1].text(), "LED pulse 3 came after 3.10 times the expected interval: 2 pulses were missed");
}

TEST(PulseIntervals, VeryShortOnesAreDoublePulses) {
  const auto found = odd({0, 2, 2.01, 4});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Kind::double_pulse);
  EXPECT_EQ(found[0].pulse, 2U);
}

TEST(PulseIntervals, TooShortForAPulseAndTooLongForADoubleIsEarly) {
  const auto found = odd({0, 0.9});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, Kind::early_pulse);
}

TEST(PulseIntervals, NearNoWholeNumberIsLate) {
  for (const double t : {3.1, 3.7, 4.3, 5.0}) {
    const auto found = odd({0, t});
    ASSERT_EQ(found.size(), 1U) << t;
    EXPECT_EQ(found[0].kind, Kind::late_pulse) << t;
    EXPECT_EQ(found[0].missed, 0U);
  }
}

TEST(PulseIntervals, OfFewerThanTwoEdgesThereAreNone) {
  EXPECT_TRUE(odd({}).empty());
  EXPECT_TRUE(odd({1}).empty());
}

TEST(PulseIntervals, ShorterThanAnyCanBeAreOddWhereNoneCanBeExpected) {
  std::vector<Edge> edges;
  for (const double t : {0.0, 100.0, 100.01, 102.0, 103.9, 1000.0})  // at least 1.95 s apart
    edges.push_back({edges.size(), instant_at(t), 0});
  const auto found = short_intervals(edges, Seconds{1.95});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, Kind::double_pulse);
  EXPECT_EQ(found[0].text("that in series"),
            "LED pulse 2 came after 0.01 times that in series: one pulse was counted twice");
  EXPECT_EQ(found[1].kind, Kind::early_pulse);
  EXPECT_EQ(found[1].pulse, 4U);
}

TEST(PulseIntervals, AreNamedAsEvents) {
  EXPECT_EQ(to_text(Kind::missed_pulse), "missed_pulse");
  EXPECT_EQ(to_text(Kind::double_pulse), "double_pulse");
  EXPECT_EQ(to_text(Kind::early_pulse), "early_pulse");
  EXPECT_EQ(to_text(Kind::late_pulse), "late_pulse");
}

}  // namespace
}  // namespace meterbench
