#include "bench/model/budget.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

namespace meterbench {
namespace {

struct TableRow {
  double degrees;
  double k;
  double last_digit;  ///< of the table

  friend void PrintTo(const TableRow& row, std::ostream* out) { *out << row.degrees << " degrees"; }
};

class StudentK : public testing::TestWithParam<TableRow> {};
TEST_P(StudentK, IsThatOfJcgm100TableG2For95Point45Percent) {
  EXPECT_NEAR(student_k(GetParam().degrees), GetParam().k, 0.5001 * GetParam().last_digit);
}
INSTANTIATE_TEST_SUITE_P(Table, StudentK,
                         testing::Values(TableRow{1, 13.97, 0.01}, TableRow{2, 4.53, 0.01},
                                         TableRow{3, 3.31, 0.01}, TableRow{4, 2.87, 0.01},
                                         TableRow{5, 2.65, 0.01}, TableRow{6, 2.52, 0.01},
                                         TableRow{7, 2.43, 0.01}, TableRow{8, 2.37, 0.01},
                                         TableRow{9, 2.32, 0.01}, TableRow{10, 2.28, 0.01},
                                         TableRow{20, 2.13, 0.01}, TableRow{50, 2.05, 0.01},
                                         TableRow{100, 2.025, 0.001}, TableRow{INFINITY, 2, 1e-9}));

TEST(StudentK, HasTheClosedFormsOfOneAndTwoDegrees) {
  const double p = std::erf(std::sqrt(2.0));  // within ± 2 u of a normal distribution
  EXPECT_NEAR(student_k(1), std::tan(p * 3.14159265358979324 / 2), 1e-9);
  EXPECT_NEAR(student_k(2), p * std::sqrt(2 / (1 - p * p)), 1e-9);
}

TEST(StudentK, FallsSteadilyBetweenTheRowsOfTheTable) {
  for (double degrees = 1; degrees < 200; degrees *= 1.1)
    EXPECT_GT(student_k(degrees), student_k(degrees * 1.1));
}

Component normal(double u, double degrees) {
  return {.name = "x", .standard_uncertainty = u, .degrees_of_freedom = degrees, .origin = "test"};
}

TEST(Budget, AgreesWithTheExampleH1OfJcgm100) {
  // End-gauge calibration, nm: 25 (18 degrees), 9.7 (25.6), 2.9 (50), 16.6 (2) give u_c = 32 and 16.7
  // degrees.
  const Budget budget{{normal(25, 18), normal(9.7, 25.6), normal(2.9, 50), normal(16.6, 2)}};
  EXPECT_NEAR(budget.combined_percent(), 32, 0.5);
  EXPECT_NEAR(budget.effective_degrees_of_freedom(), 16.7, 0.1);
}

TEST(Budget, AgreesWithTheExampleOfTheFacts) {
  // type-approval.md 6.1: the first items give U = 0.027 % with k = 2.
  Budget budget;
  for (const double u : {0.010, 0.0058, 0.0035, 0.0006, 0.005, 0.0029})
    budget.components.push_back(normal(u, INFINITY));
  EXPECT_EQ(budget.coverage_factor(), 2);
  EXPECT_NEAR(budget.expanded_percent(), 0.027, 0.0005);
}

TEST(Budget, WeighsEachInputByItsSensitivity) {
  Budget budget{{normal(3, INFINITY), normal(2, INFINITY)}};
  budget.components[1].sensitivity = -2;  // contributes −4
  EXPECT_DOUBLE_EQ(budget.combined_percent(), 5);
}

TEST(Budget, OfOneComponentHasItsDegreesOfFreedom) {
  const Budget budget{{normal(0.1, 4)}};
  EXPECT_NEAR(budget.effective_degrees_of_freedom(), 4, 1e-9);
  EXPECT_NEAR(budget.expanded_percent(), 0.287, 0.0005);
}

Component uniform(double half_width) {
  return {.name = "x",
          .distribution = Distribution::rectangular,
          .standard_uncertainty = half_width / std::sqrt(3.0)};
}

TEST(Budget, IsDominatedByOneThatIsNotNormalAndExceedsHalfOfTheWhole) {
  EXPECT_FALSE((Budget{{normal(1, INFINITY), uniform(0.99)}}.dominated()));  // u 0.57 of 1.15
  EXPECT_TRUE((Budget{{normal(1, INFINITY), uniform(1.01)}}.dominated()));
  EXPECT_FALSE((Budget{{normal(1, INFINITY), normal(0.1, INFINITY)}}.dominated()));
}

/// What the Monte Carlo method leaves to chance, three times over.
constexpr double kChance = 0.012;

TEST(PropagatedCoverageFactor, HasTheClosedFormsOfSingleDistributions) {
  const double p = std::erf(std::sqrt(2.0));
  EXPECT_NEAR(propagated_coverage_factor({{normal(3, INFINITY)}}), 2, kChance);
  EXPECT_NEAR(propagated_coverage_factor({{uniform(0.2)}}), p * std::sqrt(3.0), kChance);
  const Component triangle{
      .name = "x", .distribution = Distribution::triangular, .standard_uncertainty = 1 / std::sqrt(6.0)};
  EXPECT_NEAR(propagated_coverage_factor({{triangle}}), (1 - std::sqrt(1 - p)) * std::sqrt(6.0), kChance);
  EXPECT_NEAR(propagated_coverage_factor({{normal(1, 5)}}), student_k(5), 3 * kChance);
}

TEST(PropagatedCoverageFactor, OfTwoEqualUniformOnesIsThatOfATriangle) {
  const double p = std::erf(std::sqrt(2.0));
  EXPECT_NEAR(propagated_coverage_factor({{uniform(1), uniform(1)}}), (1 - std::sqrt(1 - p)) * std::sqrt(6.0),
              kChance);
}

TEST(PropagatedCoverageFactor, DoesNotHangOnTheShapeOfSmallComponents) {
  // Each small rectangle has 0.19 of u_c; the same as normal ones.
  Budget shaped{{uniform(1)}}, plain{{uniform(1)}};
  for (int i = 0; i < 5; ++i) {
    shaped.components.push_back(uniform(0.21));
    plain.components.push_back(normal(0.21 / std::sqrt(3.0), INFINITY));
  }
  EXPECT_NEAR(propagated_coverage_factor(shaped), propagated_coverage_factor(plain), 1e-12);
}

TEST(PropagatedCoverageFactor, IsThatOfTheExampleOfJcgm101) {
  // JCGM 101 9.2.4: four uniform inputs, one ten times as wide as the others. Their sum is that one blurred:
  // of u² = 100 + 3, the largest alone would give p·√3 = 1.653.
  const double k = propagated_coverage_factor({{uniform(10), uniform(1), uniform(1), uniform(1)}});
  EXPECT_GT(k, 1.653);
  EXPECT_LT(k, 1.70);
}

TEST(PropagatedCoverage, IsThatOfTheDistribution) {
  EXPECT_NEAR(propagated_coverage({{uniform(1)}}, 0.5), 0.5, 0.004);
  EXPECT_NEAR(propagated_coverage({{normal(1, INFINITY)}}, 1), 0.6827, 0.004);
}

TEST(Budget, TakesItsFactorByPropagationWhereOneDominates) {
  const Budget budget{{uniform(1), normal(0.1, INFINITY)}};
  EXPECT_EQ(budget.coverage_factor(), propagated_coverage_factor(budget));
  EXPECT_EQ(budget.coverage_factor(), budget.coverage_factor()) << "a fixed seed";
  Budget wider = budget;
  wider.components[1].standard_uncertainty = 0.3;
  EXPECT_NE(wider.coverage_factor(), budget.coverage_factor());
  EXPECT_GT(budget.expanded_as_if_normal_percent(), budget.expanded_percent());
}

TEST(Budget, OfNothingIsZero) {
  EXPECT_EQ(Budget{}.combined_percent(), 0);
  EXPECT_EQ(Budget{}.expanded_percent(), 0);
  EXPECT_EQ((Budget{{normal(0, 3)}}.expanded_percent()), 0);
}

}  // namespace
}  // namespace meterbench
