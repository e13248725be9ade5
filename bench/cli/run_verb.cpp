#include <cstdio>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/run_session.h"
#include "bench/cli/verbs.h"

namespace meterbench {
namespace {

struct RunOptions {
  RunOutput output;
  BenchOptions bench;
  std::vector<std::string> scenarios;
};

int run(const RunOptions& options, StopSignal& stop) {
  // All are checked before the first load: a slip in the last must not cost the first its hours.
  std::vector<PreparedRun> prepared;
  for (const std::string& scenario : options.scenarios)
    prepared.push_back(prepare_run({scenario, options.bench}));
  const auto desk = open_desk(options.output.ledger, stop);
  RunSession session{options.output, desk.get(), stop};
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const int code = session.carry_out(prepared[i]);
    // A bench with a fault is not energised again before a person has looked.
    if (code != kBenchFault && !stop.requested()) continue;
    for (std::size_t left = i + 1; left < prepared.size(); ++left)
      fmt::print(stderr, "not run: {}\n", prepared[left].path.string());
    break;
  }
  return session.finish();
}

}  // namespace

CLI::Validator seed_text() {
  return CLI::Validator{[](const std::string& text) {
                          const bool digits = !text.empty() && text.size() <= 18 &&
                                              text.find_first_not_of("0123456789") == std::string::npos;
                          return digits ? std::string{}
                                        : "'" + text + "' is no seed: 0 to 999999999999999999";
                        },
                        "SEED"};
}

void add_run(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<RunOptions>();
  // The last of a repeated option counts, so that a script that calls us can be given further options.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  CLI::App* verb = app.add_subcommand("run", "Carry scenarios out on a station and store every point");
  verb->add_option("scenario", options->scenarios, "Scenario file, or its path below scenarios/")->required();
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--lab", options->bench.lab,
                   "Lab at the far end of virtual: addresses; the station's own without");
  verb->add_option("--meter", options->bench.meters,
                   "Meter type; A=TYPE,B=TYPE by position; *=TYPE at all positions");
  verb->add_option("--seed", options->bench.seed, "Seed of the lab's noise and draws")
      ->capture_default_str()
      ->check(seed_text());
  verb->add_option("--set", options->bench.set,
                   "Replace a value of the scenario: steps.0.target_uncertainty='0.1 %'");
  add_firmware_options(*verb, options->bench.firmware);
  options->output.add_to(*verb);
  verb->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return run(*options, stop); }; });
}

}  // namespace meterbench
