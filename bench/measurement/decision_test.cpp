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

}  // namespace
}  // namespace meterbench
