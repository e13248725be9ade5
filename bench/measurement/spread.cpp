// Whether the parts of one window scatter as they should.
//
// Consecutive parts share an edge: an edge that came late by δ makes the part before it longer and the part
// after it shorter. With δ independent from edge to edge, variance σ² = τ²/12 (scan) + t_j² (pickup) + the
// resolution of one reference count, under bursts what one of them is ahead of the mean, and a noise w of the
// meter that is independent from part to part, the errors of parts of lengths T_j have the covariance
//   C(j, j) = 2σ²/T_j² + w_j²,   C(j, j ± 1) = −σ²/(T_j·T_j±1),   else 0.
// This covariance is used as it is: Q = min over μ of (e − μ)ᵀ C⁻¹ (e − μ) has the χ² distribution with
// n − 1 degrees of freedom when the noise is normal; the scan's is uniform, with lighter tails, so a sound
// window is flagged in at most 1 of 1000. For w_j the pooled repeatability s of a whole window is taken as
// white: w_j = s·√(N/N_j). Where it is slower than a window it scatters the parts less than that, again to
// the safe side. s counts as known; its own degrees of freedom do not widen the bound.
#include <cmath>
#include <limits>

#include "bench/measurement/components.h"
#include "bench/measurement/energy_error.h"
#include "bench/measurement/window.h"

namespace meterbench {
namespace {

/// Parts j = 0 … n − 1 are the pulses from part_begin(j) to part_begin(j + 1), as equal as whole pulses
/// allow.
std::uint64_t part_begin(std::uint64_t pulses, std::size_t parts, std::size_t j) {
  return pulses * j / parts;
}

/// 99.9 % quantile of χ² by Wilson and Hilferty (1931); 3 % above the exact value at one degree of freedom
/// and nearer from there on.
double chi_squared_bound(double degrees_of_freedom) {
  constexpr double kNormalQuantile = 3.0902323061678132;  // of 99.9 %
  const double a = 2 / (9 * degrees_of_freedom);
  return degrees_of_freedom * std::pow(1 - a + kNormalQuantile * std::sqrt(a), 3);
}

/// A symmetric tridiagonal matrix.
struct Covariance {
  std::vector<double> diagonal;
  std::vector<double> beside;  // between j and j + 1

  /// C⁻¹·right by Thomas's elimination.
  [[nodiscard]] std::vector<double> solve(std::vector<double> right) const {
    std::vector<double> pivot = diagonal;
    for (std::size_t j = 1; j < pivot.size(); ++j) {
      const double factor = beside[j - 1] / pivot[j - 1];
      pivot[j] -= factor * beside[j - 1];
      right[j] -= factor * right[j - 1];
    }
    for (std::size_t j = pivot.size(); j-- > 0;) {
      if (j + 1 < pivot.size()) right[j] -= beside[j] * right[j + 1];
      right[j] /= pivot[j];
    }
    return right;
  }
};

Covariance expected_covariance(const WindowConditions& c, std::uint64_t pulses, std::size_t parts) {
  const double count_s = (c.reference_pulse / (c.power * c.circuit_factor)).value();
  const auto squared = [](double x) { return x * x; };
  // A latched edge lies anywhere within one scan, a stamped one within ± its resolution.
  const double timing_variance = c.method == CountingMethod::scanned
                                     ? squared(in_seconds(c.scan_period)) / 12
                                     : squared(c.stamp_resolution.value()) / 3;
  const double edge_variance = timing_variance + squared(count_s) / 12 +
                               squared(c.station.pickup_jitter.value()) +
                               squared(burst_half_width(c.waveform.burst, c.frequency).value()) / 3;
  Covariance covariance;
  double previous_s = 0;
  for (std::size_t j = 0; j < parts; ++j) {
    const std::uint64_t own = part_begin(pulses, parts, j + 1) - part_begin(pulses, parts, j);
    const double part_s = window_time(c, own).value();
    double white =
        squared(c.station.repeatability.value()) * static_cast<double>(pulses) / static_cast<double>(own);
    // The mean power of the window stands for that of each part.
    if (by_readings(c.method))
      white += squared(c.station.reading_noise.value()) * c.reading_period.value() / part_s;
    covariance.diagonal.push_back(2 * edge_variance / (part_s * part_s) + white);
    if (j > 0) covariance.beside.push_back(-edge_variance / (previous_s * part_s));
    previous_s = part_s;
  }
  return covariance;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

}  // namespace

std::vector<Ratio> partial_errors(std::span<const Edge> edges, PulseComparison part, std::size_t parts) {
  if (edges.size() < 3 || parts < 2) return {};
  const std::uint64_t pulses = edges.size() - 1;
  parts = std::min<std::size_t>(parts, pulses);
  std::vector<Ratio> errors;
  for (std::size_t j = 0; j < parts; ++j) {
    const std::uint64_t first = part_begin(pulses, parts, j);
    const std::uint64_t last = part_begin(pulses, parts, j + 1);
    part.meter_pulses = last - first;
    part.reference_pulses = edges[last].reference_count - edges[first].reference_count;
    errors.push_back(part.reference_pulses > 0 ? energy_error(part)
                                               : Ratio{std::numeric_limits<double>::quiet_NaN()});
  }
  return errors;
}

bool spread_as_expected(std::span<const Ratio> errors, const WindowConditions& c, std::uint64_t pulses) {
  const std::size_t parts = errors.size();
  if (parts < 2) return true;
  const Covariance covariance = expected_covariance(c, pulses, parts);
  std::vector<double> values;
  for (const Ratio error : errors) values.push_back(error.value());
  // The best common error μ, weighted by C⁻¹; then what remains of each part.
  const std::vector<double> weights = covariance.solve(std::vector<double>(parts, 1.0));
  double mean = 0;
  for (std::size_t j = 0; j < parts; ++j) mean += weights[j] * values[j] / sum(weights);
  for (double& value : values) value -= mean;
  const std::vector<double> weighted = covariance.solve(values);
  double q = 0;
  for (std::size_t j = 0; j < parts; ++j) q += values[j] * weighted[j];
  return q <= chi_squared_bound(static_cast<double>(parts - 1));  // false for NaN
}

}  // namespace meterbench
