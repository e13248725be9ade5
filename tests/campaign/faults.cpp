// Does a faulty meter ever pass, and a sound one ever fail? Meters are drawn with one fault each, of ten
// classes and of a size between a quarter of the limit and four times the limit, all forms and ranges in
// turn, each in a drawn lab of its own; and as many sound ones. All go through tests/campaign/faults.yaml.
// Nothing that the runner is given tells one from another: meter type, scenario, station and lab are the same
// for all of a form.
//
// Design, fixed before it was run: meter n has class n mod 10, type n/10 mod 5, and size and sign from a
// generator of its own seed, which is that of its lab too; sizes are log-uniform. What the meter truly does
// at each point is the lab's closed formula, what the run could see of it the U of its record (the plan's
// where there is none).
//   sound    every |e_true| ≤ TL − 3.5 U, and no functional defect: the run must pass.
//   faulty   some |e_true| ≥ TL + U, or a functional defect: the run must not pass, and the step that shows
//   it
//            must be among those that did not. A fault of the bench (exit 3) is a miss, whatever the meter.
//   between  neither: the number that passed is held against the operating characteristic of the decision
//            rule, from the U of each point, where errors of the reference and the position are the same at
//            all points of a run and all else is independent.
// Functional defects have no size that would be small enough: lost and doubled pulses, an LED whose pulses
// are not the Kt that the meter tells, a register beside its LED, creep of two pulses in the time of the
// no-load test, security that is open.
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/cli/inputs.h"
#include "bench/planner/function_point.h"
#include "bench/runner/number_decision.h"
#include "tests/campaign/parallel.h"
#include "tests/campaign/share.h"
#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;
using Json = nlohmann::json;

constexpr std::array kMeters{"focus-ax-1s-cl100", "focus-ax-2s-cl200", "focus-ax-3s-cl10", "focus-ax-3s-cl20",
                             "focus-ax-4s-cl20"};
constexpr std::array kClasses{"gain",
                              "phase",
                              "creep",
                              "lost pulse",
                              "doubled pulse",
                              "wrong Kt",
                              "register off its LED",
                              "temperature slope",
                              "demand",
                              "security"};
constexpr double kLimit = 0.5;                     // percent, of the scenario's limits at power factor 1
constexpr double kLimitAtLag = 0.6;                // at 0.5 lag
constexpr double kPercentAnArcmin = 0.0503;        // at 0.5 lag (type-approval.md 6.1)
constexpr double kFromReference = 53 - 23;         // K, of the second temperature
constexpr double kSmallest = 0.25, kGreatest = 4;  // of the limit

/// One meter of the campaign.
struct Specimen {
  std::string of_class;  ///< empty: sound
  std::string type;
  std::uint64_t seed = 0;
  double size = 0;  ///< of the limit
  std::map<std::string, double> numbers{};
  bool functional = false;
  std::string shown_by{};  ///< step, or word of a finding, that must show a functional defect
  double register_percent = 0, demand_percent = 0;  ///< beside the error of the LED
  double no_load_passes = 1;                        ///< probability
};

double starting_threshold_w(const MeterType& type) {
  return 1e-4 * type.class_amperes.value() * type.nominal_voltage.value();  // factory.h
}

Specimen faulty(std::uint64_t number, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  const auto uniform = [&] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
  Specimen one{.of_class = kClasses.at(number % kClasses.size()),
               .type = kMeters.at(number / kClasses.size() % kMeters.size()),
               .seed = seed};
  one.size = kSmallest * std::pow(kGreatest / kSmallest, uniform());
  const double sign = uniform() < 0.5 ? -1 : 1;
  const double percent = sign * one.size * kLimit;
  const StationFile station = load_station(catalogue(), "virtual");
  const MeterType type = load_meters(catalogue(), station, one.type).begin()->second;
  const auto functional = [&](const char* shown_by) {
    one.functional = true;
    one.shown_by = shown_by;
  };
  switch (number % kClasses.size()) {
    case 0: one.numbers["meter.gain_percent"] = percent; break;
    case 1: one.numbers["meter.phase_error_arcmin"] = sign * one.size * kLimitAtLag / kPercentAnArcmin; break;
    case 2: {
      // The limit is one pulse in the time of the test. Up to it no pulse comes too many, from two pulses on
      // one always does; between, one does as often as a time of that length holds two.
      const double watts = one.size * (type.kt / no_load_time(type, type.nominal_voltage)).value();
      one.numbers["meter.creep_w"] = watts;
      if (watts <= starting_threshold_w(type)) break;
      if (one.size >= 2) functional("no-load");
      one.no_load_passes = std::clamp(2 - one.size, 0.0, 1.0);
      break;
    }
    case 3:
      one.numbers["meter.lost_one_in"] = std::round(100 / (one.size * kLimit));
      functional("LED");
      break;
    case 4:
      one.numbers["meter.doubled_one_in"] = std::round(100 / (one.size * kLimit));
      functional("LED");
      break;
    case 5:
      one.numbers["meter.led_constant_percent"] = percent;
      one.register_percent = percent;  // which its LED does not follow
      functional("LED");
      break;
    case 6:
      one.numbers["meter.register_gain_percent"] = one.register_percent = percent;
      functional("LED");
      break;
    case 7: one.numbers["meter.temperature_slope_percent_per_k"] = percent / kFromReference; break;
    case 8:
      one.demand_percent = std::round(percent * 10) / 10;
      one.numbers["meter.demand_gain_percent"] = one.demand_percent;
      break;
    default: one.numbers["meter.open_security"] = 1; functional("security");
  }
  return one;
}

/// As the lab draws it.
Specimen sound(std::uint64_t number, std::uint64_t seed) {
  return {.of_class = "", .type = kMeters.at(number % kMeters.size()), .seed = seed};
}

/// A number of the run: what it should have been, what could be seen of it, and what came of it.
struct Seen {
  std::string step;
  double truth = 0, limit = 0, expanded = 0, common = 0, own = 0;
  bool passed = false;
};

/// Of the errors that a run's points share: of values of an input. All else is their own.
void split(const Budget& budget, Seen& seen) {
  double common = 0, own = 0;
  for (const Component& c : budget.components)
    (c.input.empty() ? own : common) += c.contribution_percent() * c.contribution_percent();
  seen.common = std::sqrt(common);
  seen.own = std::sqrt(own);
}

double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// Probability that all pass by simple acceptance, over the error that they share (Simpson, ±5 standard
/// deviations).
double pass_probability(const std::vector<Seen>& all) {
  constexpr int kSteps = 200;
  constexpr double kReach = 5;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double z = kReach * (2.0 * i / kSteps - 1);
    double product = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    for (const Seen& s : all) {
      const double e = s.truth + z * s.common;
      product *= s.own > 0 ? normal((s.limit - e) / s.own) - normal((-s.limit - e) / s.own)
                           : (std::abs(e) <= s.limit ? 1 : 0);
    }
    sum += product * (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return std::min(1.0, sum * 2 * kReach / kSteps / 3);
}

std::vector<Seen> numbers_of(const campaign::Trial& trial, const Specimen& one) {
  std::vector<Seen> all;
  for (std::size_t i = 0; i < trial.plan.points.size(); ++i) {
    const PlannedPoint& planned = trial.plan.points[i];
    if (!is_number(planned.result)) continue;
    Seen seen{.step = planned.step, .truth = trial.truth_percent[i], .limit = percent(planned.limit.limit)};
    if (planned.result == ResultKind::register_error) seen.truth += one.register_percent;
    if (planned.result == ResultKind::demand_error) seen.truth += one.demand_percent;
    seen.expanded = percent(planned.meters.front().predicted_uncertainty);
    if (const PointRecord* r = trial.measured(planned); r && r->budget) {
      seen.expanded = r->budget->expanded_percent();
      split(*r->budget, seen);
      seen.passed = r->verdict.decision == Decision::pass;
    }
    all.push_back(seen);
  }
  return all;
}

/// Steps and findings of what did not pass, in words.
std::string not_passed(const campaign::Trial& trial) {
  std::string words;
  for (const PointRecord& r : trial.outcome.points) {
    if (r.verdict.decision == Decision::pass) continue;
    words += r.step + "; " + r.verdict.basis.text() + "; ";
    for (const EventRow& e : r.events) words += e.kind + " " + e.text + "; ";
  }
  return words;
}

/// `sound`, `faulty` or `between`.
std::string kind_of(const Specimen& one, const std::vector<Seen>& numbers) {
  bool faulty = one.functional, sound = one.no_load_passes == 1;
  for (const Seen& s : numbers) {
    faulty = faulty || std::abs(s.truth) >= s.limit + s.expanded;
    sound = sound && std::abs(s.truth) <= s.limit - 3.5 * s.expanded;
  }
  return faulty ? "faulty" : sound ? "sound" : "between";
}

bool named_right(const Specimen& one, const std::vector<Seen>& numbers, const std::string& words) {
  if (one.functional) return words.find(one.shown_by) != std::string::npos;
  return std::ranges::any_of(
      numbers, [](const Seen& s) { return std::abs(s.truth) >= s.limit + s.expanded && !s.passed; });
}

Json judged(const Specimen& one, StopSignal& stop) {
  campaign::Setting setting{.meter = one.type, .scenario = BENCH_SOURCE_DIR "/tests/campaign/faults.yaml"};
  setting.overrides = one.numbers;
  const campaign::Trial trial = carry_out(setting, one.seed, stop);
  const std::vector<Seen> numbers = numbers_of(trial, one);
  const std::string words = not_passed(trial);
  Json result{{"class", one.of_class.empty() ? "none" : one.of_class},
              {"type", one.type},
              {"seed", one.seed},
              {"size", one.size},
              {"kind", kind_of(one, numbers)},
              {"passed", trial.outcome.end == RunEnd::passed},
              {"bench_fault", trial.outcome.end == RunEnd::bench_fault},
              {"named", named_right(one, numbers, words)},
              {"expected", one.no_load_passes * pass_probability(numbers)}};
  if (trial.outcome.fault) result["fault"] = trial.outcome.fault->text();
  if (!words.empty()) result["words"] = words.substr(0, 300);
  return result;
}

struct Tally {
  std::size_t all = 0, faulty = 0, missed = 0, unnamed = 0, sound = 0, failed = 0, between = 0, passed = 0;
  double expected = 0, variance = 0;

  void add(const Json& one) {
    ++all;
    const bool pass = one.at("passed"), bench = one.at("bench_fault");
    if (one.at("kind") == "faulty") {
      ++faulty;
      missed += pass || bench;
      unnamed += !pass && !bench && !one.at("named").get<bool>();
    } else if (one.at("kind") == "sound") {
      ++sound;
      failed += !pass;
    } else {
      ++between;
      passed += pass;
      const double p = one.at("expected");
      expected += p;
      variance += p * (1 - p);
    }
  }
};

int report(const std::vector<Json>& all, std::size_t most_missed) {
  std::map<std::string, Tally> classes;
  Tally total;
  for (const Json& one : all) {
    classes[one.at("class")].add(one);
    total.add(one);
    const bool pass = one.at("passed"), bench = one.at("bench_fault");
    const bool wrong = one.at("kind") == "faulty" ? pass || bench || !one.at("named").get<bool>()
                                                  : one.at("kind") == "sound" && !pass;
    if (wrong) fmt::print("WRONG: {}\n", one.dump());
  }
  fmt::print("{:22} {:>6} {:>7} {:>7} {:>14} {:>8} {:>6} {:>7} {:>14} {:>8} {:>7} {:>9}\n", "class", "meters",
             "faulty", "missed", "95 % of them", "unnamed", "sound", "failed", "95 % of them", "between",
             "passed", "expected");
  const auto row = [](const std::string& name, const Tally& t) {
    fmt::print("{:22} {:>6} {:>7} {:>7} {:>14} {:>8} {:>6} {:>7} {:>14} {:>8} {:>7} {:>9.1f}\n", name, t.all,
               t.faulty, t.missed, campaign::limits_text(t.missed, t.faulty), t.unnamed, t.sound, t.failed,
               campaign::limits_text(t.failed, t.sound), t.between, t.passed, t.expected);
  };
  for (const auto& [name, tally] : classes) row(name, tally);
  row("all", total);
  const double apart = total.variance > 0
                           ? (static_cast<double>(total.passed) - total.expected) / std::sqrt(total.variance)
                           : 0;
  fmt::print(
      "\nbetween: {} passed, {:.1f} expected by the operating characteristic, {:+.1f} standard "
      "deviations\n",
      total.passed, total.expected, apart);
  const bool held = total.missed + total.unnamed <= most_missed && total.failed == 0 && std::abs(apart) <= 3;
  fmt::print("\n{}\n", held ? "HELD" : "MISSED");
  return held ? 0 : 1;
}

int run(int argc, char** argv) {
  std::uint64_t faults = 700, sounds = 500, seed = 1;
  unsigned jobs = 2;
  CLI::App app{"No faulty meter passes, no sound one fails"};
  app.add_option("--faulty", faults, "Meters with a fault")->capture_default_str();
  app.add_option("--sound", sounds, "Meters without")->capture_default_str();
  app.add_option("--first-seed", seed, "Seed of the first meter and its lab")->capture_default_str();
  app.add_option("--jobs", jobs, "Processes")->check(CLI::Range(1, 64))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto all = campaign::run_all(faults + sounds, jobs, [&](std::uint64_t n, StopSignal& stop) {
    return judged(n < faults ? faulty(n, seed + n) : sound(n - faults, seed + n), stop);
  });
  fmt::print("{} meters with a fault and {} without, seeds {} to {}\n", faults, sounds, seed,
             seed + faults + sounds - 1);
  return report(all, faults / 500);
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
