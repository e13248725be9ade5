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
  return {.name = "x", .standard_uncertainty_percent = u, .degrees_of_freedom = degrees, .origin = "test"};
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

TEST(Budget, OfNothingIsZero) {
  EXPECT_EQ(Budget{}.combined_percent(), 0);
  EXPECT_EQ(Budget{}.expanded_percent(), 0);
  EXPECT_EQ((Budget{{normal(0, 3)}}.expanded_percent()), 0);
}

}  // namespace
}  // namespace meterbench
