#include "bench/measurement/function_budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace meterbench {
namespace {

TEST(StartingBudget, IsTheSourcesWordOnTheLoad) {
  const Budget budget = starting_budget(from_percent(0.3));
  EXPECT_NEAR(budget.combined_percent(), 0.3 / std::sqrt(3.0), 1e-12);
  EXPECT_LT(budget.expanded_percent(), 0.3) << "95.45 % of a rectangle";
}

TEST(NoLoadBudget, IsThatOfTheTime) {
  // 0.2 s of 750 s, triangular.
  EXPECT_NEAR(no_load_budget(Seconds{750}, Seconds{0.2}).combined_percent(), 0.026666667 / std::sqrt(6.0),
              1e-8);
}

}  // namespace
}  // namespace meterbench
