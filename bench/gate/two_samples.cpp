#include "bench/gate/two_samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace meterbench::gate {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares(std::span<const double> values, double about) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double sum, double v) { return sum + (v - about) * (v - about); });
}

}  // namespace

TwoSamples compare(std::span<const double> baseline, std::span<const double> candidate, double floor,
                   Scatter scatter) {
  if (baseline.size() < 2 || candidate.empty())
    throw std::invalid_argument{
        "a difference between runs needs two of the baseline and one of the candidate"};
  const double b = mean(baseline), c = mean(candidate);
  const auto n_b = static_cast<double>(baseline.size()), n_c = static_cast<double>(candidate.size());
  double degrees = n_b - 1, sum = squares(baseline, b);
  if (scatter == Scatter::of_both) {
    degrees += n_c - 1;
    sum += squares(candidate, c);
  }
  const double deviation = std::max(std::sqrt(sum / degrees), floor);
  return {c - b, deviation * std::sqrt(1 / n_b + 1 / n_c), degrees};
}

}  // namespace meterbench::gate
