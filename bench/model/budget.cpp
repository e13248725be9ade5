#include "bench/model/budget.h"

#include <cmath>

namespace meterbench {
namespace {

/// Regularised incomplete beta I_x(a, b) by Lentz's continued fraction (DLMF 8.17.22).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(b, a, 1 - x);
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) /
      a;
  constexpr double kTiny = 1e-300;
  double f = 1, c = 1, d = 0;
  for (int i = 0; i <= 300; ++i) {
    const int m = i / 2;
    double numerator = 1;
    if (i > 0)
      numerator = i % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                             : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + numerator * d;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = 1 + numerator / c;
    if (std::abs(c) < kTiny) c = kTiny;
    f *= c * d;
    if (std::abs(1 - c * d) < 1e-15) break;
  }
  return front * (f - 1);
}

/// P(|T| ≤ t) for Student's t.
double within(double t, double degrees) {
  return 1 - incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

constexpr double kCoverage = 0.9544997361036416;  // of a normal distribution within ±2 u

}  // namespace

std::string_view to_text(Distribution distribution) {
  switch (distribution) {
    case Distribution::normal: return "normal";
    case Distribution::rectangular: return "rectangular";
    case Distribution::triangular: return "triangular";
  }
  return "unknown";
}

double student_k(double degrees_of_freedom) {
  if (degrees_of_freedom > 1e6) return 2;
  double low = 1.9, high = 15;  // 13.97 at one degree of freedom
  while (high - low > 1e-12) {
    const double middle = (low + high) / 2;
    (within(middle, degrees_of_freedom) < kCoverage ? low : high) = middle;
  }
  return (low + high) / 2;
}

double Budget::combined_percent() const {
  double sum = 0;
  for (const Component& c : components) sum += c.contribution_percent() * c.contribution_percent();
  return std::sqrt(sum);
}

double Budget::effective_degrees_of_freedom() const {
  const double u = combined_percent();
  double sum = 0;
  for (const Component& c : components) sum += std::pow(c.contribution_percent(), 4) / c.degrees_of_freedom;
  return sum == 0 ? std::numeric_limits<double>::infinity() : std::max(1.0, std::pow(u, 4) / sum);
}

double Budget::coverage_factor() const { return student_k(effective_degrees_of_freedom()); }

}  // namespace meterbench
