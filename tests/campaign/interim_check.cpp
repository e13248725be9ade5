// Does the weekly check find a reference that lies outside of its certificate? The reference is given a fixed
// error, all else is drawn; the check is run with a certified standard in a meter's place.
//
// Design: per size and sign of the error, --labs drawn labs. Flagged: the check has not passed. The check's
// limit is ±0.1 %: from 0.15 % on every lab is to be flagged, and of the labs within the certificate (the
// reference drawn as its certificate says) at most one in twenty.
#include <cstdio>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;

constexpr double kCertain = 0.15;  // percent

int run(int argc, char** argv) {
  std::uint64_t labs = 20;
  std::uint64_t seed = 1;
  CLI::App app{"Share of labs that the weekly check flags"};
  app.add_option("--labs", labs, "Drawn labs of each error of the reference")->capture_default_str();
  app.add_option("--first-seed", seed, "Seed of the first lab")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;
  bool held = true;
  fmt::print("{:>24} {:>6} {:>9}\n", "error of the reference", "labs", "flagged");
  for (const std::optional<double> error :
       {std::optional<double>{}, {0.05}, {-0.05}, {0.1}, {-0.1}, {0.15}, {-0.15}, {0.2}, {-0.2}, {0.4}}) {
    std::uint64_t flagged = 0;
    for (std::uint64_t i = 0; i < labs; ++i) {
      campaign::Setting setting{.meter = "certified-standard-2s", .scenario = "check/weekly"};
      if (error) setting.overrides = {{"reference.gain_percent", *error}};
      flagged += carry_out(setting, seed++, stop).outcome.end == RunEnd::passed ? 0 : 1;
    }
    fmt::print("{:>24} {:>6} {:>9}\n", error ? fmt::format("{:+.2f} %", *error) : "as certified", labs,
               flagged);
    if (!error) held = held && flagged * 20 <= labs;
    if (error && std::abs(*error) >= kCertain) held = held && flagged == labs;
  }
  fmt::print("\n{}\n", held ? "HELD" : "MISSED");
  return held ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
