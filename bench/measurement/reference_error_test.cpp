#include "bench/measurement/reference_error.h"

#include <gtest/gtest.h>

#include <limits>

namespace meterbench {
namespace {

constexpr Ratio kLimit = from_percent(0.5);
const Ratio kNaN{std::numeric_limits<double>::quiet_NaN()};

SourceWitness source(double apart_percent, double accuracy_percent) {
  return {from_percent(apart_percent), from_percent(accuracy_percent)};
}

void expect_range(const ErrorRange& range, double lowest_percent, double highest_percent) {
  EXPECT_NEAR(percent(range.lowest), lowest_percent, 1e-12);
  EXPECT_NEAR(percent(range.highest), highest_percent, 1e-12);
}

TEST(SourceWitness, AgreesWithinItsAccuracyAndTheUncertaintyOfTheReference) {
  EXPECT_TRUE(source(0.27, 0.25).agrees(from_percent(0.03)));
  EXPECT_FALSE(source(0.29, 0.25).agrees(from_percent(0.03)));
  EXPECT_TRUE(source(-0.27, 0.25).agrees(from_percent(0.03)));
  EXPECT_FALSE(source(-0.29, 0.25).agrees(from_percent(0.03)));
  EXPECT_FALSE((SourceWitness{kNaN, from_percent(0.25)}).agrees(from_percent(0.03)));
}

TEST(ReferenceError, LiesAroundWhatTheSourceTells) {
  expect_range(reference_error(source(-0.25, 0.25)), -0.5, 0);
  expect_range(reference_error(source(0.1, 0.25)), -0.15, 0.35);
}

TEST(MeterError, IsHigherThanItSeemsByWhatTheReferenceReadsHigh) {
  // A meter 0.37 % fast against a reference 0.25 % low seems (1.0037/0.9975 − 1) fast: 0.6215539 %.
  const Ratio seems{1.0037 / 0.9975 - 1};
  expect_range(meter_error(seems, {from_percent(-0.25), from_percent(-0.25)}), 0.37, 0.37);
  // 0.30 % slow against one 0.22 % high.
  expect_range(meter_error(Ratio{0.9970 / 1.0022 - 1}, {from_percent(0.22), from_percent(0.22)}), -0.30,
               -0.30);
}

/// Whether a fail of `error_percent` stands with the reference's error in that range.
bool stands(double error_percent, double lowest_percent, double highest_percent) {
  return is_beyond(
      meter_error(from_percent(error_percent), {from_percent(lowest_percent), from_percent(highest_percent)}),
      kLimit);
}

TEST(MeterError, IsBeyondItsLimitWhereNoErrorOfTheReferenceBringsItBack) {
  EXPECT_TRUE(stands(0.8, -0.25, 0.25));
  EXPECT_TRUE(stands(-0.8, -0.25, 0.25));
  EXPECT_FALSE(stands(0.62, -0.5, 0));
  EXPECT_FALSE(stands(-0.62, 0, 0.5));
  // What moves it further away does not save it.
  EXPECT_TRUE(stands(0.62, 0, 0.5));
  EXPECT_TRUE(stands(-0.62, -0.5, 0));
}

TEST(MeterError, IsNotBeyondWhereItMayLieOnEitherSide) { EXPECT_FALSE(stands(0.6, -1.5, 0.5)); }

TEST(MeterError, AtItsLimitIsNotBeyond) {
  EXPECT_FALSE(is_beyond({kLimit, from_percent(0.9)}, kLimit));
  EXPECT_FALSE(is_beyond({from_percent(-0.9), -kLimit}, kLimit));
}

TEST(MeterError, OfWhatIsNoNumberIsNotBeyond) {
  EXPECT_FALSE(is_beyond(meter_error(kNaN, {Ratio{}, Ratio{}}), kLimit));
}

}  // namespace
}  // namespace meterbench
