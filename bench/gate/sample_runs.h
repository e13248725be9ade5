// Stored runs for tests, with errors that are drawn.
#pragma once

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "bench/gate/stored_run.h"

namespace meterbench::gate::sample {

/// Point of a load curve at position A: `amperes`, power factor 1 or 0.5 lag.
[[nodiscard]] inline PointKey point(double amperes, bool half = false, double temperature_c = 23) {
  return {.position = "A",
          .step = "load-curve",
          .label = "",
          .result = "percent_error",
          .temperature_c = temperature_c,
          .voltage_v = 240,
          .current_a = amperes,
          .power_factor = half ? "0.5 lag" : "1",
          .direction = "delivered",
          .circuit = "series",
          .waveform = "",
          .frequency_hz = 60};
}

[[nodiscard]] inline GateResult number(const PointKey& key, double error_percent,
                                       double own_u_percent = 0.01) {
  GateResult result;
  result.error_percent = error_percent;
  result.own_u_percent = own_u_percent;
  result.decision = Decision::pass;
  result.tan_phi = key.power_factor == "1" ? 0 : std::sqrt(3.0);
  return result;
}

[[nodiscard]] inline GateResult word(Decision decision, const std::string& told = "") {
  GateResult result;
  result.decision = decision;
  result.told = told;
  return result;
}

/// 10 A to 100 A at both power factors, at 23 °C and −40 °C.
[[nodiscard]] inline std::vector<PointKey> points() {
  std::vector<PointKey> all;
  for (const double temperature_c : {23.0, -40.0})
    for (const double amperes : {10.0, 31.6, 100.0})
      for (const bool half : {false, true}) all.push_back(point(amperes, half, temperature_c));
  return all;
}

/// `count` runs with `truth` and noise of 0.01 % in each point.
[[nodiscard]] inline std::vector<StoredRun> runs(
    int count, std::mt19937_64& random,
    const std::function<double(const PointKey&)>& truth = [](const PointKey&) { return 0.05; }) {
  std::normal_distribution<double> noise{0, 0.01};
  std::vector<StoredRun> all;
  for (int n = 0; n < count; ++n) {
    StoredRun& run = all.emplace_back();
    for (const PointKey& key : points()) run.results[key] = number(key, truth(key) + noise(random));
  }
  return all;
}

}  // namespace meterbench::gate::sample
