#include "bench/cli/number_format.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

TEST(NumberFormat, AnUncertaintyHasTwoFigures) {
  EXPECT_EQ(uncertainty_text(0.03142), "0.031");
  EXPECT_EQ(uncertainty_text(0.1), "0.10");
  EXPECT_EQ(uncertainty_text(1.26), "1.3");
  EXPECT_EQ(uncertainty_text(12.6), "13");
}

TEST(NumberFormat, RoundingUpToTheNextDecadeKeepsTwoFigures) {
  EXPECT_EQ(uncertainty_text(0.0996), "0.10");
  EXPECT_EQ(uncertainty_text(0.00996), "0.010");
  EXPECT_EQ(uncertainty_text(0.9951), "1.0");
}

TEST(NumberFormat, AnErrorEndsAtTheLastDigitOfItsUncertainty) {
  EXPECT_EQ(error_text(0.09132, 0.03142), "+0.091");
  EXPECT_EQ(error_text(-0.5, 0.126), "-0.50");
  EXPECT_EQ(error_text(0.1234, 0.0), "+0.123");
}

TEST(NumberFormat, FiguresForPeopleHaveNoExponent) {
  EXPECT_EQ(figures_text(1e-5, 6), "0.00001");
  EXPECT_EQ(figures_text(0.00012345, 3), "0.000123");
  EXPECT_EQ(figures_text(1234.5, 3), "1230");
  EXPECT_EQ(figures_text(119.98765, 6), "119.988");
  EXPECT_EQ(figures_text(-2.50001, 4), "-2.5");
  EXPECT_EQ(figures_text(9.9996, 4), "10");
  EXPECT_EQ(figures_text(48e6, 4), "48000000");
  EXPECT_EQ(figures_text(0, 4), "0");
}

TEST(NumberFormat, TimesAreShortAndHonest) {
  EXPECT_EQ(time_text(0.4), "0 s");
  EXPECT_EQ(time_text(119.4), "119 s");
  EXPECT_EQ(time_text(150), "3 min");
  EXPECT_EQ(time_text(12000), "3 h 20 min");
}

}  // namespace
}  // namespace meterbench
