// Who gets the blame? Meters with a defect that the errors of single points hardly show must never pass;
// sound meters on benches with a defect must never fail. Each case is run on drawn labs with seeds of its
// own.
//
// Design: per case and meter, --labs drawn labs with the case's numbers fixed. No point of a defective meter
// may have the decision pass; no point of a sound meter on a sick bench may have the decision fail. A dark
// LED or a pickup that looks at another one is no defect of the meter, and no pass may stand on it either.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;

/// What must not come out.
enum class Never { pass, fail, either };

struct Case {
  const char* name;
  Never never;
  std::map<std::string, double> numbers;
  const char* scenario = "ae-1641/load-performance-23c";
  const char* station = "virtual";
  const char* lab = "drawn";
};

constexpr const char* kSoak = BENCH_SOURCE_DIR "/tests/campaign/one_soak.yaml";
constexpr const char* kMany = BENCH_SOURCE_DIR "/tests/campaign/many_short_points.yaml";
constexpr const char* kShort = "examples/voltages";
constexpr const char* kCircuits = "ae-1641/circuits";

/// The same on the other virtual bench, whose reference compares by itself.
Case on_zera(Case one) {
  one.station = "virtual-zera";
  one.lab = "drawn-zera";
  return one;
}

/// Its source makes no harmonics, and its counter cannot count opposed circuits.
bool is_on_zera(std::string_view scenario) {
  return scenario != "examples/waveform" && scenario != kCircuits;
}

/// On sick benches the meter is sound: its error is what the case says, within the limit of 0.5 %.
std::vector<Case> cases() {
  using Numbers = std::map<std::string, double>;
  std::vector<Case> all{{"sound meter, sound bench", Never::fail, {}},
                        on_zera({"sound meter, sound bench", Never::fail, {}})};
  const std::vector<std::pair<const char*, Numbers>> defects{
      {"one LED pulse in 500 lost", {{"meter.lost_one_in", 500}}},
      {"one LED pulse in 800 doubled", {{"meter.doubled_one_in", 800}}},
      {"register 0.2 % above the LED", {{"meter.register_gain_percent", 0.2}}},
      {"register 0.2 % below the LED", {{"meter.register_gain_percent", -0.2}}},
      {"registers change places", {{"meter.register_direction_swapped", 1}}}};
  for (const auto& [name, numbers] : defects)
    for (const char* scenario : {"ae-1641/load-performance-23c", kShort, "examples/waveform", kCircuits}) {
      const Case one{name, Never::pass, numbers, scenario};
      all.push_back(one);
      if (is_on_zera(scenario)) all.push_back(on_zera(one));
    }
  // What one of them takes from the account of LED and register the other brings back.
  const std::vector<std::pair<const char*, Numbers>> cancelling{
      {"1 in 500 lost, register -0.2 %", {{"meter.lost_one_in", 500}, {"meter.register_gain_percent", -0.2}}},
      {"1 in 800 twice, register +0.125 %",
       {{"meter.doubled_one_in", 800}, {"meter.register_gain_percent", 0.125}}},
      {"1 in 500 lost, 1 in 490 twice", {{"meter.lost_one_in", 500}, {"meter.doubled_one_in", 490}}}};
  for (const auto& [name, numbers] : cancelling)
    for (const char* scenario : {"ae-1641/load-performance-23c", kShort, kMany, kSoak}) {
      const Case one{name, Never::pass, numbers, scenario};
      all.push_back(one);
      all.push_back(on_zera(one));
    }
  // Delivered energy is registered as it should be; what is received is seen to be missing with it.
  all.push_back({"register stands for received", Never::pass, {{"meter.detent", 1}}});

  const std::vector<std::pair<const char*, Numbers>> references{
      {"reference 0.30 % high", {{"reference.gain_percent", 0.30}}},
      {"reference 0.45 % high", {{"reference.gain_percent", 0.45}}},
      {"reference 0.45 % low", {{"reference.gain_percent", -0.45}}},
      {"reference 0.7 % high", {{"reference.gain_percent", 0.7}}},
      {"0.25 % low, meter +0.37 %", {{"reference.gain_percent", -0.25}, {"meter.gain_percent", 0.37}}},
      {"0.22 % low, meter +0.30 %", {{"reference.gain_percent", -0.22}, {"meter.gain_percent", 0.30}}},
      {"0.25 % high, meter -0.37 %", {{"reference.gain_percent", 0.25}, {"meter.gain_percent", -0.37}}}};
  for (const auto& [name, numbers] : references) {
    all.push_back({name, Never::fail, numbers});
    all.push_back(on_zera({name, Never::fail, numbers}));
  }
  const std::vector<std::pair<const char*, Numbers>> pickups{
      {"flicker of 15 % of the range", {{"pickup.flicker_percent", 15}}},
      {"flicker of 30 % of the range", {{"pickup.flicker_percent", 30}}},
      {"pickup misses 0.2 % of pulses", {{"pickup.missed_per_million", 2000}}},
      {"pickup doubles 0.2 % of pulses", {{"pickup.doubled_per_million", 2000}}},
      {"pickup bounces for 3 ms", {{"pickup.bounce_us", 3000}}}};
  for (const auto& [name, numbers] : pickups)
    for (const char* scenario : {"ae-1641/load-performance-23c", kShort}) {
      all.push_back({name, Never::fail, numbers, scenario});
      all.push_back(on_zera({name, Never::fail, numbers, scenario}));
    }
  const std::vector<std::pair<const char*, Numbers>> blind{
      {"pickup sees 15 % of the range", {{"pickup.level_percent", 15}}},
      {"pickup at the other LED", {{"pickup.wrong_led", 1}}},
      {"pickup misses 90 % of pulses", {{"pickup.missed_per_million", 900000}}}};
  for (const auto& [name, numbers] : blind) all.push_back({name, Never::either, numbers, kCircuits});

  const double slope = 0.02;
  all.push_back({"chamber follows in 3 h",
                 Never::fail,
                 {{"chamber.time_constant_s", 10800}, {"meter.temperature_slope_percent_per_k", slope}},
                 kSoak});
  all.push_back({"body follows in 4 h",
                 Never::fail,
                 {{"meter.body_time_constant_s", 14400}, {"meter.temperature_slope_percent_per_k", slope}},
                 kSoak});
  return all;
}

struct Tally {
  int passed = 0, not_passed = 0, bench_fault = 0;
  int passes = 0, fails = 0;  ///< points

  void add(const RunOutcome& outcome) {
    (outcome.end == RunEnd::passed        ? passed
     : outcome.end == RunEnd::bench_fault ? bench_fault
                                          : not_passed) += 1;
    for (const PointRecord& p : outcome.points) {
      // What a run has recorded that a fault ended is no result: it has not passed.
      passes += outcome.end != RunEnd::bench_fault && p.verdict.decision == Decision::pass;
      fails += p.verdict.decision == Decision::fail;
    }
  }
  [[nodiscard]] bool right(Never never) const {
    return (never == Never::fail || passed + passes == 0) && (never == Never::pass || fails == 0);
  }
};

/// Two-wire forms have no circuits to oppose; the source of the other bench ends at 120 A.
bool is_for(const Case& one, const std::string& meter) {
  const bool three_wire = meter.find("-2s-") != std::string::npos || meter.find("-4s-") != std::string::npos;
  if (one.scenario == std::string_view{kMany} && one.station == std::string_view{"virtual-zera"} &&
      meter.find("-cl200") != std::string::npos)
    return false;
  return one.scenario != std::string_view{kCircuits} || three_wire;
}

int run(int argc, char** argv) {
  std::uint64_t labs = 20;
  std::uint64_t seed = 1;
  std::string only;
  std::vector<std::string> meters{"focus-ax-1s-cl100", "focus-ax-2s-cl200", "focus-ax-3s-cl10",
                                  "focus-ax-3s-cl20", "focus-ax-4s-cl20"};
  CLI::App app{"Defective meters never pass, sound meters on defective benches never fail"};
  app.add_option("--labs", labs, "Drawn labs of each case and meter")->capture_default_str();
  app.add_option("--first-seed", seed, "Seed of the first lab")->capture_default_str();
  app.add_option("--meter", meters, "Meter types")->capture_default_str();
  app.add_option("--case", only, "The cases whose name has this in it");
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;
  bool right = true;
  fmt::print("{:32} {:12} {:28} {:17} {:>4} {:>6} {:>10} {:>11} {:>6} {:>5}\n", "case", "station", "scenario",
             "meter", "labs", "passed", "not passed", "bench fault", "passes", "fails");
  for (const Case& one : cases()) {
    if (std::string_view{one.name}.find(only) == std::string_view::npos) continue;
    for (const std::string& meter : meters) {
      if (!is_for(one, meter)) continue;
      Tally tally;
      for (std::uint64_t i = 0; i < labs; ++i) {
        campaign::Setting setting{.station = one.station, .lab = one.lab, .meter = meter};
        setting.scenario = one.scenario;
        setting.overrides = one.numbers;
        tally.add(carry_out(setting, seed++, stop).outcome);
      }
      right = right && tally.right(one.never);
      const std::string_view scenario{one.scenario};
      fmt::print("{:32} {:12} {:28} {:17} {:>4} {:>6} {:>10} {:>11} {:>6} {:>5}{}\n", one.name, one.station,
                 scenario.substr(scenario.rfind('/') + 1), meter, labs, tally.passed, tally.not_passed,
                 tally.bench_fault, tally.passes, tally.fails, tally.right(one.never) ? "" : "  WRONG");
      std::fflush(stdout);
    }
  }
  fmt::print("\n{}\n", right ? "HELD" : "MISSED");
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
