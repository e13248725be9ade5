#include "bench/gate/student.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace meterbench::gate {
namespace {

// With 1 degree of freedom it is Cauchy's distribution, with 2 P(T > t) = (1 − t/√(2 + t²))/2.
TEST(Student, IsTheClosedFormWhereThereIsOne) {
  for (const double t : {0.1, 1.0, 5.0, 300.0}) {
    EXPECT_NEAR(student_two_sided(t, 1), 1 - 2 * std::atan(t) / std::numbers::pi, 1e-12) << t;
    // 1 − t/√(2 + t²), without what cancels in it.
    const double root = std::sqrt(2 + t * t);
    EXPECT_NEAR(student_two_sided(t, 2) / (2 / (root * (root + t))), 1, 1e-9) << t;
    EXPECT_NEAR(student_exceeded(student_two_sided(t, 2) / 2, 2), t, 1e-6 * t) << t;
  }
  EXPECT_EQ(student_two_sided(-1.5, 7), student_two_sided(1.5, 7));
  EXPECT_EQ(student_two_sided(0, 7), 1);
  EXPECT_EQ(student_two_sided(std::numeric_limits<double>::infinity(), 7), 0);
}

TEST(Student, IsAsTabulated) {  // Fisher and Yates, Statistical Tables, table III
  EXPECT_NEAR(student_exceeded(0.05, 10), 1.812, 0.0005);
  EXPECT_NEAR(student_exceeded(0.025, 30), 2.042, 0.0005);
  EXPECT_NEAR(student_two_sided(3.646, 30), 0.001, 2e-6);
}

}  // namespace
}  // namespace meterbench::gate
