#include "bench/gate/trends.h"

#include <cmath>
#include <numeric>

namespace meterbench::gate {
namespace {

/// A trend of which less than this share is its own, after those before it, cannot be told.
constexpr double kOwnShare = 0.05;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// What the trend does to the error of one point, for a trend of 1.
double effect(Trend trend, const PointKey& key, const GateResult& result) {
  switch (trend) {
    case Trend::uniform_shift: return 1;
    case Trend::slope_over_current: return std::log10(key.current_a);
    case Trend::phase: return result.tan_phi;
    case Trend::temperature: return key.temperature_c;
  }
  return 0;
}

}  // namespace

std::string_view to_text(Trend trend) {
  switch (trend) {
    case Trend::uniform_shift: return "uniform shift";
    case Trend::slope_over_current: return "slope over current";
    case Trend::phase: return "phase";
    case Trend::temperature: return "temperature";
  }
  return "unknown";
}

std::string_view unit_of(Trend trend) {
  switch (trend) {
    case Trend::uniform_shift: return "%";
    case Trend::slope_over_current: return "%/decade";
    case Trend::phase: return "% at tan φ = 1";
    case Trend::temperature: return "%/K";
  }
  return "";
}

std::vector<PointKey> trend_points(const StoredRun& run, const std::string& position) {
  std::vector<PointKey> points;
  for (const auto& [key, result] : run.results)
    if (key.position == position && key.result == "percent_error" && key.circuit == "series" &&
        key.waveform.empty() && result.error_percent && key.current_a > 0)
      points.push_back(key);
  return points;
}

std::vector<TrendWeights> trends_of(const StoredRun& run, const std::vector<PointKey>& points) {
  std::vector<TrendWeights> trends;
  for (const Trend trend :
       {Trend::uniform_shift, Trend::slope_over_current, Trend::phase, Trend::temperature}) {
    std::vector<double> own;
    for (const PointKey& key : points) own.push_back(effect(trend, key, run.results.at(key)));
    const double whole = dot(own, own);
    for (const TrendWeights& before : trends) {
      // The weights are orthogonal to each other; of length 1/√(their own square).
      const double share = dot(own, before.weights) / dot(before.weights, before.weights);
      for (std::size_t i = 0; i < own.size(); ++i) own[i] -= share * before.weights[i];
    }
    const double square = dot(own, own);
    if (points.empty() || square <= kOwnShare * kOwnShare * whole) continue;
    for (double& weight : own) weight /= square;
    trends.push_back({trend, std::move(own)});
  }
  return trends;
}

std::vector<double> without_trends(const std::vector<TrendWeights>& trends, std::vector<double> values) {
  for (const TrendWeights& one : trends) {
    const double square = dot(one.weights, one.weights);
    const double size = dot(values, one.weights) / square;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] -= size * one.weights[i];
  }
  return values;
}

}  // namespace meterbench::gate
