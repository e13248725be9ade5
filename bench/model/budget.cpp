#include "bench/model/budget.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

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

/// JCGM 101 7.2.1 asks for 10⁴/(1 − p) trials at least.
constexpr std::size_t kTrials = 250'000;

/// With fewer, the tails of Student's t show whatever the share.
constexpr double kFewDegrees = 10;

/// Draws of one component, of standard uncertainty 1 (of a normal one: of scale 1).
class Draws {
 public:
  double of(const Component& c) {
    switch (c.distribution) {
      case Distribution::rectangular: return std::numbers::sqrt3 * (2 * uniform() - 1);
      case Distribution::triangular:
        return std::numbers::sqrt2 * std::numbers::sqrt3 * (uniform() + uniform() - 1);
      case Distribution::normal: break;
    }
    // Bailey (1994): a polar method for Student's t, which ends in that of Box and Muller.
    const double u = 1 - uniform();
    const double nu = c.degrees_of_freedom;
    const double square = std::isinf(nu) ? -2 * std::log(u) : nu * std::expm1(-2 / nu * std::log(u));
    return std::sqrt(square) * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  /// In [0, 1).
  double uniform() { return static_cast<double>(random_() >> 11U) * 0x1p-53; }

  std::mt19937_64 random_{2008};
};

/// Below that share of u_c the shape of a component no longer shows: what it adds to the excess kurtosis of
/// the sum, −1.2 of a rectangle at most in size, is weighed by the fourth power.
constexpr double kShapeless = 0.2;

/// Its components, where those that are normal with infinite degrees of freedom, or shapeless, are one.
std::vector<Component> condensed(const Budget& budget) {
  const double most = kShapeless * budget.combined_percent();
  std::vector<Component> few;
  double square = 0;
  for (const Component& c : budget.components) {
    const bool plain = c.distribution == Distribution::normal && std::isinf(c.degrees_of_freedom);
    if (plain || (std::abs(c.contribution_percent()) <= most && c.degrees_of_freedom > kFewDegrees))
      square += c.contribution_percent() * c.contribution_percent();
    else
      few.push_back(c);
  }
  if (square > 0) few.push_back({.name = "normal", .standard_uncertainty = std::sqrt(square)});
  return few;
}

/// Whether both give the same trials, whatever their names.
bool draws_alike(const Component& a, const Component& b) {
  return a.distribution == b.distribution && a.contribution_percent() == b.contribution_percent() &&
         a.degrees_of_freedom == b.degrees_of_freedom;
}

/// Sizes of the errors that the components of a budget make.
std::vector<double> trials_of(const std::vector<Component>& components) {
  Draws draws;
  std::vector<double> errors(kTrials);
  for (double& error : errors) {
    double sum = 0;
    for (const Component& c : components) sum += c.contribution_percent() * draws.of(c);
    error = std::abs(sum);
  }
  return errors;
}

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

bool Budget::dominated() const {
  const double half = combined_percent() / 2;
  return std::ranges::any_of(components, [&](const Component& c) {
    return c.distribution != Distribution::normal && std::abs(c.contribution_percent()) > half;
  });
}

double Budget::coverage_factor() const {
  return dominated() ? propagated_coverage_factor(*this) : student_k(effective_degrees_of_freedom());
}

double Budget::expanded_as_if_normal_percent() const {
  return student_k(effective_degrees_of_freedom()) * combined_percent();
}

double propagated_coverage_factor(const Budget& budget) {
  const double u = budget.combined_percent();
  if (u == 0) return 2;
  // It takes tens of milliseconds, and one result is asked for several times on end: decision, record, views.
  struct Known {
    std::vector<Component> components;
    double factor = 0;
  };
  static thread_local Known last;
  std::vector<Component> components = condensed(budget);
  if (std::ranges::equal(components, last.components, draws_alike)) return last.factor;
  std::vector<double> errors = trials_of(components);
  const auto bound = errors.begin() + static_cast<std::ptrdiff_t>(kCoverage * static_cast<double>(kTrials));
  std::ranges::nth_element(errors, bound);
  last = {std::move(components), *bound / u};
  return last.factor;
}

double propagated_coverage(const Budget& budget, double expanded_percent) {
  const auto inside = std::ranges::count_if(trials_of(condensed(budget)),
                                            [&](double error) { return error <= expanded_percent; });
  return static_cast<double>(inside) / static_cast<double>(kTrials);
}

}  // namespace meterbench
