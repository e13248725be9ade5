#include "bench/measurement/repeatability.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/core/quantity_text.h"
#include "bench/measurement/components.h"

namespace meterbench {
namespace {

TEST(Repeatability, IsTheStandardDeviationOfAFewRuns) {
  // By hand: mean 0.02 %, squares 1, 0, 1, 4, 4 in (0.01 %)²; 10/4.
  const std::vector<Ratio> errors{from_percent(0.01), from_percent(0.02), from_percent(0.03),
                                  from_percent(0.00), from_percent(0.04)};
  EXPECT_NEAR(percent(standard_deviation(errors)), 0.01 * std::sqrt(2.5), 1e-12);
}

TEST(Repeatability, OfTenRunsIsKnownToAQuarterOfItself) {
  const Budget budget = repeatability_budget(from_percent(0.1), 10, Ratio{});
  // 1/√18, 24 % (JCGM 100 table E.1), with 9 degrees of freedom: k 2.32.
  EXPECT_NEAR(budget.combined_percent(), 0.1 * 0.2357, 1e-5);
  EXPECT_NEAR(budget.expanded_percent(), 0.1 * 0.2357 * 2.320, 1e-4);
}

TEST(Repeatability, MayBeTheBenchInPart) {
  // 0.05² − 0.03² = 0.04²: a hundredth of a percent of s may not be the meter's.
  const Budget budget = repeatability_budget(from_percent(0.05), 10, from_percent(0.03));
  ASSERT_EQ(budget.components.size(), 2U);
  EXPECT_NEAR(budget.components[1].contribution_percent(), 0.01 / std::sqrt(3.0), 1e-9);
  // A bench that scatters more than what came out: all of it.
  EXPECT_NEAR(
      repeatability_budget(from_percent(0.05), 10, from_percent(1)).components[1].contribution_percent(),
      0.05 / std::sqrt(3.0), 1e-9);
}

TEST(ScatterOfBench, IsWhatIsDrawnAnewWithEachWindowButTheMeters) {
  const Budget run{{{.name = kScanPeriod, .standard_uncertainty = 0.3},
                    {.name = kPickupJitter, .standard_uncertainty = 0.4},
                    {.name = kRepeatability, .standard_uncertainty = 5},
                    {.name = "reference certificate", .standard_uncertainty = 7}}};
  EXPECT_NEAR(percent(scatter_of_bench(run)), 0.5, 1e-12);
}

}  // namespace
}  // namespace meterbench
