#include "bench/gate/two_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace meterbench::gate {
namespace {

const std::vector<double> kBaseline{1, 2, 3, 4, 5};  // mean 3, sum of squares about it 10
const std::vector<double> kCandidate{6, 8, 10};      // mean 8, sum of squares about it 8

TEST(TwoSamples, PoolsTheScatterOfBoth) {
  const TwoSamples found = compare(kBaseline, kCandidate, 1e-9, Scatter::of_both);
  EXPECT_DOUBLE_EQ(found.difference, 5);
  EXPECT_DOUBLE_EQ(found.degrees_of_freedom, 6);
  EXPECT_DOUBLE_EQ(found.standard_error, std::sqrt(18.0 / 6 * (1.0 / 5 + 1.0 / 3)));
}

TEST(TwoSamples, TakesThatOfTheBaselineSoThatAWildCandidateHidesNothing) {
  const TwoSamples found = compare(kBaseline, kCandidate, 1e-9, Scatter::of_baseline);
  EXPECT_DOUBLE_EQ(found.degrees_of_freedom, 4);
  EXPECT_DOUBLE_EQ(found.standard_error, std::sqrt(10.0 / 4 * (1.0 / 5 + 1.0 / 3)));
  const std::vector<double> wild{-400, 400, 300};
  EXPECT_DOUBLE_EQ(compare(kBaseline, wild, 1e-9, Scatter::of_baseline).standard_error, found.standard_error);
}

TEST(TwoSamples, BelievesNoScatterBelowTheFloor) {
  const std::vector<double> same(5, 1.0), rounded(2, 1.1);
  const TwoSamples found = compare(same, rounded, 0.2, Scatter::of_both);
  EXPECT_DOUBLE_EQ(found.standard_error, 0.2 * std::sqrt(1.0 / 5 + 1.0 / 2));
  EXPECT_LT(found.t(), 1);
}

TEST(TwoSamples, NeedsTwoRunsThatScatter) {
  EXPECT_THROW((void)compare(std::vector<double>{1}, kCandidate, 1, Scatter::of_both), std::invalid_argument);
  EXPECT_THROW((void)compare(kBaseline, std::vector<double>{}, 1, Scatter::of_both), std::invalid_argument);
}

}  // namespace
}  // namespace meterbench::gate
