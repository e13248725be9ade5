#include "drivers/virtual_lab/lab/parameters.h"

namespace meterbench::virtual_lab {

const std::vector<Parameter>& meter_parameters() {
  static const std::vector<Parameter> table{
      {"gain_percent", 0, -10, 10, "error of its energy; positive: over-registers"},
      {"phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less, over-registers at lag"},
      {"temperature_slope_percent_per_k", 0, -1, 1, "of its gain, from 23 °C of its body"},
      {"clock_ppm", 0, -1000, 1000, "positive: its clock is fast, over-registers"},
      {"delay_s", 0, 0, 2, "from energy to LED; at least the 0.025 s of its filter"}};
  return table;
}

const std::vector<Parameter>& pickup_parameters() {
  static const std::vector<Parameter> table{{"jitter_us", 0, 0, 1000, "standard deviation of one edge"},
                                            {"missed_per_million", 0, 0, 1e6, "edges that it does not see"},
                                            {"doubled_per_million", 0, 0, 1e6, "edges that it gives twice"}};
  return table;
}

HostMeter::Imperfections imperfections_from(const Numbers& numbers) {
  return {.gain_percent = numbers.at("gain_percent"),
          .phase_error_arcmin = numbers.at("phase_error_arcmin"),
          .temperature_slope_percent_per_k = numbers.at("temperature_slope_percent_per_k"),
          .clock_ppm = numbers.at("clock_ppm"),
          .delay_s = numbers.at("delay_s")};
}

Pickup::Settings pickup_from(const Numbers& numbers) {
  return {.jitter_us = numbers.at("jitter_us"),
          .missed_per_million = numbers.at("missed_per_million"),
          .doubled_per_million = numbers.at("doubled_per_million")};
}

SourceOutput::Settings source_from(const Numbers& numbers) {
  return {.settle_s = numbers.at("settle_s"),
          .voltage_gain_percent = numbers.at("voltage_gain_percent"),
          .current_gain_percent = numbers.at("current_gain_percent"),
          .phase_error_arcmin = numbers.at("phase_error_arcmin"),
          .drift_percent_per_h = numbers.at("drift_percent_per_h"),
          .noise_percent = numbers.at("noise_percent")};
}

}  // namespace meterbench::virtual_lab
