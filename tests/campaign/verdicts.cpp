// Who gets the blame? Meters with a defect that the errors of single points hardly show must never pass;
// sound meters on benches with a defect must never fail. Each case is run on drawn labs with seeds of its
// own.
//
// Design: per case and meter, --labs drawn labs with the case's numbers fixed. A defective meter's run may
// end in any way but `passed`; a sick bench's run may have any decision but `fail`.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;

enum class Sick { meter, bench };

struct Case {
  const char* name;
  Sick sick;
  std::map<std::string, double> numbers;
  const char* scenario = "ae-1641/load-performance-23c";
};

/// On benches the meter is sound: its error is what the case says, well within the limit of 0.5 %.
const std::array kCases{
    Case{"sound meter, sound bench", Sick::bench, {}},
    Case{"one LED pulse in 500 lost", Sick::meter, {{"meter.lost_one_in", 500}}},
    Case{"one LED pulse in 800 doubled", Sick::meter, {{"meter.doubled_one_in", 800}}},
    Case{"register 0.2 % above the LED", Sick::meter, {{"meter.register_gain_percent", 0.2}}},
    Case{"register 0.2 % below the LED", Sick::meter, {{"meter.register_gain_percent", -0.2}}},
    Case{"reference reads 0.30 % high", Sick::bench, {{"reference.gain_percent", 0.30}}},
    Case{"reference reads 0.45 % high", Sick::bench, {{"reference.gain_percent", 0.45}}},
    Case{"reference reads 0.45 % low", Sick::bench, {{"reference.gain_percent", -0.45}}},
    Case{"reference reads 0.7 % high", Sick::bench, {{"reference.gain_percent", 0.7}}},
    Case{"flicker of 15 % of the range", Sick::bench, {{"pickup.flicker_percent", 15}}},
    Case{"flicker of 30 % of the range", Sick::bench, {{"pickup.flicker_percent", 30}}},
    Case{"pickup misses 0.2 % of pulses", Sick::bench, {{"pickup.missed_per_million", 2000}}},
    Case{"chamber follows in 3 h",
         Sick::bench,
         {{"chamber.time_constant_s", 10800}, {"meter.temperature_slope_percent_per_k", 0.02}},
         BENCH_SOURCE_DIR "/tests/campaign/one_soak.yaml"},
    Case{"body follows in 4 h",
         Sick::bench,
         {{"meter.body_time_constant_s", 14400}, {"meter.temperature_slope_percent_per_k", 0.02}},
         BENCH_SOURCE_DIR "/tests/campaign/one_soak.yaml"},
};

struct Tally {
  int passed = 0, not_passed = 0, bench_fault = 0;
  int fails = 0;  ///< points

  void add(const RunOutcome& outcome) {
    (outcome.end == RunEnd::passed        ? passed
     : outcome.end == RunEnd::bench_fault ? bench_fault
                                          : not_passed) += 1;
    fails += static_cast<int>(std::count_if(outcome.points.begin(), outcome.points.end(), [](const auto& p) {
      return p.verdict.decision == Decision::fail;
    }));
  }
  [[nodiscard]] bool right(Sick sick) const { return sick == Sick::meter ? passed == 0 : fails == 0; }
};

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
  fmt::print("{:32} {:20} {:>5} {:>7} {:>11} {:>12} {:>12}\n", "case", "meter", "labs", "passed",
             "not passed", "bench fault", "points fail");
  for (const Case& one : kCases) {
    if (std::string_view{one.name}.find(only) == std::string_view::npos) continue;
    for (const std::string& meter : meters) {
      Tally tally;
      for (std::uint64_t i = 0; i < labs; ++i) {
        campaign::Setting setting{.meter = meter, .scenario = one.scenario};
        setting.overrides = one.numbers;
        tally.add(carry_out(setting, seed++, stop).outcome);
      }
      right = right && tally.right(one.sick);
      fmt::print("{:32} {:20} {:>5} {:>7} {:>11} {:>12} {:>12}{}\n", one.name, meter, labs, tally.passed,
                 tally.not_passed, tally.bench_fault, tally.fails, tally.right(one.sick) ? "" : "  WRONG");
    }
  }
  fmt::print("\n{}\n", right ? "HELD" : "MISSED");
  return right ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
