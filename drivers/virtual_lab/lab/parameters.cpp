#include "drivers/virtual_lab/lab/parameters.h"

namespace meterbench::virtual_lab {

const std::vector<Parameter>& meter_parameters() {
  static const std::vector<Parameter> table{
      {"gain_percent", 0, -10, 10, "error of its energy; positive: over-registers"},
      {"phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less, over-registers at lag"},
      {"temperature_slope_percent_per_k", 0, -1, 1, "of its gain, from 23 °C of its body"},
      {"clock_ppm", 0, -1000, 1000, "positive: its clock is fast, over-registers"},
      {"delay_s", 0, 0, 2, "from energy to LED; at least the 0.025 s of its filter"},
      {"body_time_constant_s", 1800, 0, 86400, "with which its body follows the air"}};
  return table;
}

const std::vector<Parameter>& pickup_parameters() {
  static const std::vector<Parameter> table{
      {"jitter_us", 0, 0, 1000, "standard deviation of one edge"},
      {"missed_per_million", 0, 0, 1e6, "pulses that it does not see"},
      {"doubled_per_million", 0, 0, 1e6, "pulses that it gives twice"},
      {"level_percent", 60, 0, 100, "of the lit LED at 23 °C, of the range; below 20 it sees no pulse"},
      {"level_slope_percent_per_k", 0, -10, 10, "of the lit LED with its temperature, of the range"},
      {"flicker_percent", 0, 0, 100, "peak of the ambient light at 120 Hz; above 20 it gives edges"},
      {"bounce_us", 0, 0, 5000, "from the first to the last edge of a bouncing pulse"},
      {"debounce_us", 0, 0, 100000, "shorter pulses are swallowed"},
      {"inverted", 0, 0, 1, "1: the LED goes dark for a pulse"},
      {"wrong_led", 0, 0, 1, "1: it looks at the LED for communication"}};
  return table;
}

HostMeter::Imperfections imperfections_from(const Numbers& numbers) {
  return {.gain_percent = numbers.at("gain_percent"),
          .phase_error_arcmin = numbers.at("phase_error_arcmin"),
          .temperature_slope_percent_per_k = numbers.at("temperature_slope_percent_per_k"),
          .clock_ppm = numbers.at("clock_ppm"),
          .delay_s = numbers.at("delay_s"),
          .body_time_constant_s = numbers.at("body_time_constant_s")};
}

Pickup::Settings pickup_from(const Numbers& numbers) {
  return {.jitter_us = numbers.at("jitter_us"),
          .missed_per_million = numbers.at("missed_per_million"),
          .doubled_per_million = numbers.at("doubled_per_million"),
          .level_percent = numbers.at("level_percent"),
          .level_slope_percent_per_k = numbers.at("level_slope_percent_per_k"),
          .flicker_percent = numbers.at("flicker_percent"),
          .bounce_us = numbers.at("bounce_us"),
          .debounce_us = numbers.at("debounce_us"),
          .inverted = numbers.at("inverted") >= 0.5,
          .wrong_led = numbers.at("wrong_led") >= 0.5};
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
