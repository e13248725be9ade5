#include "bench/measurement/mean_of_two.h"

#include <gtest/gtest.h>

#include <cmath>

namespace meterbench {
namespace {

Component component(const char* name, double u, double sensitivity = 1) {
  return {.name = name, .standard_uncertainty = u, .sensitivity = sensitivity};
}

TEST(BudgetOfMean, AveragesWhatScattersAndKeepsWhatIsTheSame) {
  const Budget first{{component("reference calibration", 0.01), component("scan period", 0.004)}};
  const Budget second{{component("reference calibration", 0.01), component("scan period", 0.003)}};
  const Budget mean = budget_of_mean(first, second);
  ASSERT_EQ(mean.components.size(), 2U);
  EXPECT_NEAR(mean.components[0].contribution_percent(), 0.01, 1e-12);
  EXPECT_NEAR(mean.components[1].contribution_percent(), 0.0025, 1e-12);  // √(0.004² + 0.003²)/2
}

TEST(BudgetOfMean, TakesHalfOfWhatOnlyOneHas) {
  const Budget mean =
      budget_of_mean({{component("angle deviation", 0.2, 0.1)}}, {{component("time base", 0.01)}});
  ASSERT_EQ(mean.components.size(), 2U);
  EXPECT_NEAR(mean.components[0].contribution_percent(), 0.01, 1e-12);
  EXPECT_NEAR(mean.components[1].contribution_percent(), 0.005, 1e-12);
}

}  // namespace
}  // namespace meterbench
