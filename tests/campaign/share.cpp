#include "tests/campaign/share.h"

#include <cmath>

#include <fmt/format.h>

namespace meterbench::campaign {
namespace {

/// P(X ≤ k) of n draws.
double binomial_below(std::size_t k, std::size_t n, double p) {
  double sum = 0;
  for (std::size_t i = 0; i <= k; ++i)
    sum += std::exp(std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(i) + 1) -
                    std::lgamma(static_cast<double>(n - i) + 1) + static_cast<double>(i) * std::log(p) +
                    static_cast<double>(n - i) * std::log1p(-p));
  return sum;
}

}  // namespace

std::pair<double, double> clopper_pearson(std::size_t k, std::size_t n) {
  if (n == 0) return {0, 1};
  const auto solve = [&](auto holds) {
    double low = 0, high = 1;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (holds(middle) ? low : high) = middle;
    }
    return (low + high) / 2;
  };
  const double lower = k == 0 ? 0 : solve([&](double p) { return 1 - binomial_below(k - 1, n, p) < 0.025; });
  const double upper = k == n ? 1 : solve([&](double p) { return binomial_below(k, n, p) > 0.025; });
  return {lower, upper};
}

std::string limits_text(std::size_t k, std::size_t n) {
  const auto [low, high] = clopper_pearson(k, n);
  return n == 0 ? "-" : fmt::format("{:.2f} … {:.2f}", 100 * low, 100 * high);
}

}  // namespace meterbench::campaign
