#include "bench/measurement/decision.h"

#include <gtest/gtest.h>

#include <limits>

namespace meterbench {
namespace {

TEST(SimpleAcceptance, PassesUpToAndAtTheLimitOnBothSides) {
  EXPECT_EQ(simple_acceptance(Ratio{0}, Ratio{0.005}), Decision::pass);
  EXPECT_EQ(simple_acceptance(Ratio{0.005}, Ratio{0.005}), Decision::pass);
  EXPECT_EQ(simple_acceptance(Ratio{-0.005}, Ratio{0.005}), Decision::pass);
}

TEST(SimpleAcceptance, FailsAHairBeyondTheLimitThoughPrintedAlike) {
  EXPECT_EQ(simple_acceptance(Ratio{0.0050001}, Ratio{0.005}), Decision::fail);
  EXPECT_EQ(simple_acceptance(Ratio{-0.0050001}, Ratio{0.005}), Decision::fail);
}

TEST(SimpleAcceptance, DecidesNothingOnWhatIsNoNumber) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(simple_acceptance(Ratio{kNaN}, Ratio{0.005}), Decision::inconclusive);
  EXPECT_EQ(simple_acceptance(Ratio{0}, Ratio{kNaN}), Decision::inconclusive);
  EXPECT_EQ(simple_acceptance(Ratio{kInfinity}, Ratio{0.005}), Decision::inconclusive);
  EXPECT_EQ(simple_acceptance(Ratio{0}, Ratio{kInfinity}), Decision::inconclusive);
}

TEST(TooUncertain, IsWhatDoesNotResolveItsLimit) {
  EXPECT_FALSE(too_uncertain(from_percent(0.03), from_percent(0.5)));
  EXPECT_FALSE(too_uncertain(from_percent(0.5), from_percent(0.5)));
  EXPECT_EQ(too_uncertain(from_percent(5.2), from_percent(0.5)),
            "U of 5.2 % is larger than the limit of 0.5 %: neither pass nor fail can be taken");
  EXPECT_TRUE(too_uncertain(Ratio{std::numeric_limits<double>::quiet_NaN()}, from_percent(0.5)));
}

}  // namespace
}  // namespace meterbench
