#include "bench/scenario/load_step.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "bench/config/content.h"
#include "bench/config/fields.h"
#include "bench/core/sha256.h"
#include "bench/scenario/step_fields.h"

namespace meterbench {
namespace {

constexpr std::int64_t kMostPulses = 1'000'000;  // made: 21 h at 0.075 s a pulse; more is a slip

std::optional<Circuit> as_circuit(const YamlNode& node) {
  const auto text = node.as_one_of({"series", "coil_1", "coil_2", "opposed", "legs"});
  return text ? parse_circuit(*text) : std::nullopt;
}

bool has(const LoadStep& step, Circuit circuit) {
  return std::find(step.circuits.begin(), step.circuits.end(), circuit) != step.circuits.end();
}

/// The load of leg 2, which the circuit `legs` alone has.
void read_leg_2(YamlMap& map, LoadStep& step) {
  const auto node = map.find("leg_2");
  if (!node && has(step, Circuit::legs))
    map.find("circuit")->mistake(
        "'legs' needs the load of leg 2: leg_2: {current: 50 %, power_factor: 1, direction: received} is an "
        "example");
  if (!node) return;
  if (!has(step, Circuit::legs)) node->mistake("leg 2 has a load of its own with 'circuit: legs' alone");
  auto leg = node->as_map();
  if (!leg) return;
  step.leg_2.current = required_quantity<kind::Ratio>(*leg, "current");
  if (step.leg_2.current > Ratio{1})
    leg->find("current")->mistake("leg 2 carries at most 100 % of the current of leg 1: exchange the legs");
  if (const auto pf = leg->require("power_factor"))
    step.leg_2.power_factor = as_power_factor(*pf).value_or(PowerFactor{});
  if (const auto direction = leg->require("direction"))
    step.leg_2.direction = as_direction(*direction).value_or(Direction::delivered);
  leg->finish();
}

/// `122 V / 118 V`, leg 1 first.
std::optional<VoltageSplit> as_voltage_split(const YamlNode& node) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  const auto part = [](std::string_view side) {
    const std::size_t first = side.find_first_not_of(' ');
    const std::size_t last = side.find_last_not_of(' ');
    return parse_quantity<kind::Voltage>(first == side.npos ? "" : side.substr(first, last - first + 1));
  };
  const std::size_t slash = text->find('/');
  if (slash != std::string::npos) {
    const std::string_view whole = *text;
    const auto leg_1 = part(whole.substr(0, slash));
    const auto leg_2 = part(whole.substr(slash + 1));
    if (leg_1 && leg_2 && *leg_1 > Voltage{} && *leg_2 > Voltage{})
      return VoltageSplit{*leg_1, *leg_2, node.position()};
  }
  node.mistake(fmt::format("'{}' is no pair of voltages: 122 V / 118 V is an example", *text));
  return std::nullopt;
}

void read_voltage_split(YamlMap& map, LoadStep& step) {
  const auto node = map.find("voltage_split");
  if (!node) return;
  step.voltage_split = as_voltage_split(*node);
  if (!step.voltage_split) return;
  const Voltage sum = step.voltage_split->sum();
  for (const VoltageSpec& voltage : step.voltages)  // what the meter's own voltage has to do with it: planner
    if (const auto* volts = std::get_if<Voltage>(&voltage); volts && std::abs(*volts / sum - 1) > 1e-9)
      node->mistake(fmt::format("the legs make {}, but the voltage is {}", to_text(sum), to_text(*volts)));
  if (step.service == Service::network) node->mistake("the legs of a network have the same voltage");
  if (has(step, Circuit::opposed))
    node->mistake("'opposed' circuits cancel at the same voltage on both legs alone");
}

void read_connection(YamlMap& map, LoadStep& step) {
  const auto circuit = map.find("circuit");
  if (circuit) step.circuits = as_list<Circuit>(*circuit, as_circuit);
  if (has(step, Circuit::opposed) && step.test != LoadTest::accuracy)
    circuit->mistake(
        "'opposed' circuits give no energy to register: they have a residual in a step 'accuracy'");
  read_leg_2(map, step);
  if (const auto node = map.find("service"))
    if (const auto service = node->as_one_of({"single_phase", "network"}))
      step.service = parse_service(*service).value_or(Service::single_phase);
  if (step.service == Service::network && has(step, Circuit::opposed))
    circuit->mistake("'opposed' circuits cancel with legs in antiphase alone: 'service: single_phase'");
  read_voltage_split(map, step);
}

/// `otherwise` where there is none; 0 is none.
Seconds read_time(YamlMap& map, std::string_view key, Seconds otherwise) {
  const auto node = map.find(key);
  if (!node) return otherwise;
  const auto time = node->as_quantity<kind::Time>();
  if (time) check_range(*node, time->value(), Range::positive);
  return time.value_or(otherwise);
}

int read_number(YamlMap& map, std::string_view key, int least, int most, int otherwise) {
  const auto node = map.find(key);
  const auto number = node ? node->as_integer() : std::nullopt;
  if (!number) return otherwise;
  if (*number < least || *number > most) {
    node->mistake(fmt::format("from {} to {} are allowed", least, most));
    return otherwise;
  }
  return static_cast<int>(*number);
}

void read_recovery(YamlMap& map, LoadStep& step) {
  const auto node = map.find("recovery");
  auto recovery = node ? node->as_map() : std::nullopt;
  if (!recovery) return;
  step.recovery.emplace();
  if (const auto after = recovery->require("after"))
    step.recovery->after = as_current(*after).value_or(step.recovery->after);
  step.recovery->rest = required_quantity<kind::Time>(*recovery, "rest");
  recovery->finish();
}

/// `repeat: 10`, with `every: 5 min` for how it goes on under the load, and `rest: 1 h` before it.
void read_repetition(YamlMap& map, LoadStep& step) {
  constexpr int kMostRepetitions = 1000;
  step.repetition.times = read_number(map, "repeat", 2, kMostRepetitions, 1);
  step.repetition.every = read_time(map, "every", Seconds{});
  step.repetition.rest = read_time(map, "rest", Seconds{});
  if (step.repetition.times == 1 && step.repetition.every.value() > 0)
    map.find("every")->mistake("'repeat' is missing: how often each load is measured");
}

/// Either a target uncertainty or a number of pulses.
void read_aim(YamlMap& map, LoadStep& step) {
  const auto target = map.find("target_uncertainty");
  const auto pulses = map.find("pulses");
  if (target) {
    step.target_position = target->position();
    step.target_uncertainty = target->as_quantity<kind::Ratio>();
    if (step.target_uncertainty) check_range(*target, step.target_uncertainty->value(), Range::positive);
  }
  if (pulses) {
    const auto number = pulses->as_integer();
    if (number && (*number < 1 || *number > kMostPulses))
      pulses->mistake(fmt::format("from 1 to {} pulses are allowed", kMostPulses));
    else if (number)
      step.pulses = static_cast<std::uint64_t>(*number);
  }
  if (target && pulses) pulses->mistake("target_uncertainty is here too: one of the two is expected");
  if (!target && !pulses) map.node().mistake("'target_uncertainty' or 'pulses' is missing");
}

/// By the key that is there; accuracy where none is, so that it is the one that is missed.
LoadTest test_of(YamlMap copy) {
  for (const LoadTest test : load_tests())
    if (copy.find(to_text(test))) return test;
  return LoadTest::accuracy;
}

void read_limits(YamlMap& map, LoadStep& step) {
  step.limits = required_text(map, "limits");
  if (const auto limits = map.find("limits")) step.limits_position = limits->position();
}

void read_method(YamlMap& map, LoadStep& step) {
  if (const auto method = map.find("method"))
    if (const auto name = method->as_one_of({"scanned", "timestamps", "gated_total", "error_calculator"}))
      step.method = parse_counting_method(*name);
}

void read_waveform(YamlMap& map, LoadStep& step) {
  const auto waveform = map.find("waveform");
  if (!waveform) return;
  step.waveform = required_text(map, "waveform");
  step.waveform_position = waveform->position();
}

void read_load(YamlMap& map, LoadStep& step) {
  if (const auto current = map.require("current"))
    step.currents = as_list<CurrentSpec>(*current, as_current, &step.current_positions);
  if (const auto pf = map.require("power_factor"))
    step.power_factors = as_list<PowerFactor>(*pf, as_power_factor);
  step.directions = {Direction::delivered};
  if (step.test == LoadTest::bidirectional) return;  // it goes both ways
  if (const auto direction = map.require("direction"))
    step.directions = as_list<Direction>(*direction, as_direction);
}

/// Voltage alone.
void set_no_load(LoadStep& step) {
  step.currents = {Current{}};
  step.current_positions = {step.position};
  step.power_factors = {PowerFactor{}};
  step.directions = {Direction::delivered};
}

std::optional<std::string> file_bytes(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad() || !std::filesystem::is_regular_file(path)) return std::nullopt;
  return bytes;
}

std::vector<std::string> read_texts(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  if (!node) return {};
  return as_list<std::string>(*node, [](const YamlNode& item) { return item.as_text(); });
}

/// Backward or forward.
void read_clock_change(YamlMap& map, MeterTask& task) {
  const auto node = map.find("clock_change");
  const auto change = node ? node->as_quantity<kind::Time>() : std::nullopt;
  if (!change) return;
  if (change->value() == 0) node->mistake("the clock is to be set to another time");
  task.clock_change = *change;
}

/// `{voltage: 0 %, duration: 1 s, times: 3, pause: 50 ms}`.
void read_dip(const YamlNode& node, std::vector<VoltageDip>& dips) {
  constexpr int kMostDips = 1000;
  auto map = node.as_map();
  if (!map) return;
  VoltageDip dip;
  if (const auto voltage = map->require("voltage")) {
    dip.voltage = voltage->as_quantity<kind::Ratio>().value_or(Ratio{});
    check_range(*voltage, dip.voltage.value(), Range::not_negative);
  }
  dip.duration = required_quantity<kind::Time>(*map, "duration");
  dip.times = read_number(*map, "times", 1, kMostDips, 1);
  if (dip.times > 1) dip.pause = required_quantity<kind::Time>(*map, "pause");
  map->finish();
  dips.push_back(dip);
}

void read_dips(YamlMap& map, MeterTask& task) {
  const auto sequence = map.require("sequence");
  if (sequence) {
    for (const YamlNode& item : sequence->items()) read_dip(item, task.dips);
    if (sequence->items().empty() && sequence->kind() == YamlNode::Kind::sequence)
      sequence->mistake("at least one dip is expected");
  }
  task.allowed = required_quantity<kind::Time>(map, "allowed");
}

/// `function: magnet.py:try_magnet`, the file beside the scenario.
void read_script(YamlMap& map, MeterTask& task) {
  task.time = read_time(map, "time_limit", Seconds{60});
  task.script.arguments = "{}";
  if (const auto arguments = map.find("arguments"); arguments && arguments->as_map())
    task.script.arguments = json_text(*arguments);
  const auto node = map.require("function");
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return;
  const std::size_t colon = text->rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text->size())
    return node->mistake(fmt::format("'{}' names no function: magnet.py:try_magnet is an example", *text));
  const auto path = std::filesystem::path{node->position().file}.parent_path() / text->substr(0, colon);
  const auto bytes = file_bytes(path);
  if (!bytes) return node->mistake(fmt::format("{} cannot be read", path.string()));
  std::error_code unknown;
  task.script.path = std::filesystem::absolute(path, unknown).string();
  task.script.function = text->substr(colon + 1);
  task.script.sha256 = sha256_hex(*bytes);
}

void read_task(YamlMap& map, LoadStep& step) {
  constexpr int kMostIntervals = 96, kMostReversals = 1000;
  MeterTask& task = step.task;
  switch (step.test) {
    case LoadTest::no_load:
      if (map.find("time")) step.time = required_quantity<kind::Time>(map, "time");
      break;
    case LoadTest::registers: task.power_cut = read_time(map, "power_cut", Seconds{}); break;
    case LoadTest::demand:
      // Less than three tell nothing of how one follows the other (type-approval.md 8).
      task.intervals = read_number(map, "intervals", 3, kMostIntervals, task.intervals);
      read_clock_change(map, task);
      break;
    case LoadTest::bidirectional:
      task.reversals = read_number(map, "reversals", 1, kMostReversals, task.reversals);
      task.time = read_time(map, "time", Seconds{60});
      break;
    case LoadTest::mode_change: task.time = read_time(map, "time", Seconds{300}); break;
    case LoadTest::clock: task.time = read_time(map, "time", Seconds{3600}); break;
    case LoadTest::dips: read_dips(map, task); break;
    case LoadTest::firmware: task.versions = read_texts(map, "version"); break;
    case LoadTest::display: task.shows = read_texts(map, "shows"); break;
    case LoadTest::press:
      if (const auto node = map.require("switch"))
        if (const auto name = node->as_one_of({"demand_reset", "test_mode", "display_scroll", "disconnect"}))
          task.meter_switch = *name;
      break;
    case LoadTest::python: read_script(map, task); break;
    default: break;
  }
}

}  // namespace

LoadStep read_load_step(YamlMap& map) {
  LoadStep step;
  step.position = map.node().position();
  step.test = test_of(map);
  const bool loaded = has_current(step.test);
  const bool accuracy = step.test == LoadTest::accuracy;
  step.name = required_text(map, to_text(step.test));
  if (map.find("label")) step.label = required_text(map, "label");
  if (const auto voltage = map.find("voltage")) step.voltages = as_list<VoltageSpec>(*voltage, as_voltage);
  if (loaded) read_connection(map, step);
  if (accuracy) read_waveform(map, step);
  if (map.find("frequency")) step.frequency = required_quantity<kind::Frequency>(map, "frequency");
  if (loaded)
    read_load(map, step);
  else
    set_no_load(step);
  read_task(map, step);
  if (accuracy) read_recovery(map, step);
  if (accuracy) read_repetition(map, step);
  if (has_aim(step.test)) read_aim(map, step);
  if (accuracy) read_method(map, step);
  const bool may_have_limits = step.test == LoadTest::starting || step.test == LoadTest::no_load;
  if (has_limits(step.test) || (may_have_limits && map.find("limits"))) read_limits(map, step);
  map.finish();
  return step;
}

}  // namespace meterbench
