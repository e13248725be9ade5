#include "bench/gate/student.h"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace meterbench::gate {

double student_exceeded(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t{degrees_of_freedom}, p));
}

double student_two_sided(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return 0;
  return 2 *
         boost::math::cdf(boost::math::complement(boost::math::students_t{degrees_of_freedom}, std::abs(t)));
}

}  // namespace meterbench::gate
