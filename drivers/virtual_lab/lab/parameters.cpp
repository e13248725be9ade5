#include "drivers/virtual_lab/lab/parameters.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace meterbench::virtual_lab {

namespace {

/// What a certified standard in a meter's place may have too.
std::vector<Parameter> common_parameters() {
  return {{"gain_percent", 0, -10, 10, "error of its energy; positive: over-registers"},
          {"phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less, over-registers at lag"},
          {"clock_ppm", 0, -1000, 1000, "positive: its clock is fast, over-registers"},
          {"delay_s", 0, 0, 2, "from energy to LED; at least the 0.025 s of its filter"}};
}

std::vector<Parameter> meter_parameters() {
  std::vector<Parameter> table = common_parameters();
  table.insert(
      table.end(),
      {{"temperature_slope_percent_per_k", 0, -1, 1, "of its gain, from 23 °C of its body"},
       {"clock_ppm_per_k2", 0, -1, 1, "of its clock, by its body's distance from 25 °C squared"},
       {"body_time_constant_s", 1800, 0, 86400, "with which its body follows the air"},
       {"self_heating_k", 0, 0, 60, "of its body above the air at Imax, by the square of the current"},
       {"sealed", 0, 0, 1, "1: programming and a cold start are refused"},
       {"demand_interval_min", 15, 1, 60, "of its block demand, in whole minutes"},
       {"lost_one_in", 0, 0, 1e6, "LED pulses, of which one is not given; 0: none"},
       {"doubled_one_in", 0, 0, 1e6, "LED pulses, of which one comes twice; 0: none"},
       {"led_constant_percent", 0, -50, 50, "energy of its LED's pulses beside the Kt that it tells"},
       {"register_gain_percent", 0, -50, 50, "of its registers against its LED"},
       {"demand_gain_percent", 0, -12, 12, "of its demands against its energy, in steps of 0.1 %"},
       {"creep_w", 0, 0, 1000, "registered beyond the load at nominal voltage, by its square; delivered"},
       {"open_security", 0, 0, 1, "1: any password is taken, everybody may do everything"},
       {"register_direction_swapped", 0, 0, 1,
        "1: its register of delivered energy counts the received, and the other way round"},
       {"detent", 0, 0, 1, "1: received energy reaches none of its registers; its LED pulses"},
       {"kt_wh", 0, 0, 1000, "of LED and nameplate; 0: that of its type"},
       {"skip_idle", 1, 0, 1,
        "1: what changes nothing is not computed while it has neither voltage nor current"}});
  return table;
}

std::vector<Parameter> standard_parameters() {
  std::vector<Parameter> table = common_parameters();
  table.push_back({"other_specimen", 0, 0, 1,
                   "1: another one of its type, which has a serial number of its own and no certificate"});
  return table;
}

std::vector<Parameter> position_parameters() {
  return {{"gain_percent", 0, -10, 10, "of what its meter sees; positive: more than stands on the terminals"},
          {"phase_error_arcmin", 0, -60, 60, "positive: its meter sees the current lag less"},
          {"circuit_difference_percent", 0, -10, 10,
           "positive: more of the first circuit's current arrives, as much less of the second's"}};
}

std::vector<Parameter> pickup_parameters() {
  return {{"jitter_us", 0, 0, 1000, "standard deviation of one edge"},
          {"missed_per_million", 0, 0, 1e6, "pulses that it does not see"},
          {"doubled_per_million", 0, 0, 1e6, "pulses that it gives twice"},
          {"level_percent", 60, 0, 100, "of the lit LED at 23 °C, of the range; below 20 it sees no pulse"},
          {"level_slope_percent_per_k", 0, -10, 10, "of the lit LED with its temperature, of the range"},
          {"flicker_percent", 0, 0, 100, "peak of the ambient light at 120 Hz; above 20 it gives edges"},
          {"bounce_us", 0, 0, 5000, "from the first to the last edge of a bouncing pulse"},
          {"debounce_us", 0, 0, 100000, "shorter pulses are swallowed"},
          {"inverted", 0, 0, 1, "1: the LED goes dark for a pulse"},
          {"wrong_led", 0, 0, 1, "1: it looks at the LED for communication"}};
}

std::vector<Parameter> room_parameters() {
  return {{"temperature_c", 23, -60, 90, "of the air, of the chamber's too and of all bodies at the start"}};
}

double number_or(const Numbers& numbers, const char* key, double otherwise) {
  const auto found = numbers.find(key);
  return found == numbers.end() ? otherwise : found->second;
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      {"meter", "How each meter differs from the nominal one; drawn for each position", meter_parameters()},
      {"standard", "The same of a certified standard in a meter's place; drawn for each position",
       standard_parameters()},
      {"positions", "Burden and isolation of each position; drawn for each position", position_parameters()},
      {"pickup", "How each photodiode differs from the ideal; drawn for each position", pickup_parameters()},
      {"room", "The air around the bench", room_parameters(), false}};
  return all;
}

const Section& section(std::string_view name) {
  const auto found = std::ranges::find(sections(), name, &Section::name);
  if (found == sections().end()) throw std::out_of_range{"a lab has no section " + std::string{name}};
  return *found;
}

VirtualMeter::Imperfections imperfections_from(const Numbers& numbers) {
  const auto one_in = [&](const char* key) {
    return static_cast<std::uint64_t>(std::llround(number_or(numbers, key, 0)));
  };
  const auto is = [&](const char* key) { return number_or(numbers, key, 0) >= 0.5; };
  const VirtualMeter::Imperfections none;
  return {.gain_percent = numbers.at("gain_percent"),
          .phase_error_arcmin = numbers.at("phase_error_arcmin"),
          .temperature_slope_percent_per_k = number_or(numbers, "temperature_slope_percent_per_k", 0),
          .clock_ppm = numbers.at("clock_ppm"),
          .clock_ppm_per_k2 = number_or(numbers, "clock_ppm_per_k2", 0),
          .delay_s = numbers.at("delay_s"),
          .body_time_constant_s = number_or(numbers, "body_time_constant_s", none.body_time_constant_s),
          .self_heating_k = number_or(numbers, "self_heating_k", 0),
          .demand_interval_min = static_cast<int>(std::lround(number_or(numbers, "demand_interval_min", 15))),
          .sealed = is("sealed"),
          .lost_one_in = one_in("lost_one_in"),
          .doubled_one_in = one_in("doubled_one_in"),
          .led_constant_percent = number_or(numbers, "led_constant_percent", 0),
          .register_gain_percent = number_or(numbers, "register_gain_percent", 0),
          .demand_gain_percent = number_or(numbers, "demand_gain_percent", 0),
          .creep_w = number_or(numbers, "creep_w", 0),
          .open_security = is("open_security"),
          .register_direction_swapped = is("register_direction_swapped"),
          .detent = is("detent")};
}

MeterType built_from(MeterType type, const Numbers& numbers) {
  if (number_or(numbers, "other_specimen", 0) >= 0.5) type.certificate.reset();
  const double kt_wh = number_or(numbers, "kt_wh", 0);
  if (kt_wh > 0) type.kt = from_watt_hours(kt_wh);
  return type;
}

VirtualMeter::Idle idle_from(const Numbers& numbers) {
  return number_or(numbers, "skip_idle", 1) >= 0.5 ? VirtualMeter::Idle::skip : VirtualMeter::Idle::simulate;
}

Isolation::Settings isolation_from(const Numbers& numbers) {
  return {.gain_percent = numbers.at("gain_percent"),
          .phase_error_arcmin = numbers.at("phase_error_arcmin"),
          .circuit_difference_percent = numbers.at("circuit_difference_percent")};
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
