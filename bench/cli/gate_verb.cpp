#include <algorithm>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/gate_runs.h"
#include "bench/cli/gate_view.h"
#include "bench/cli/output_file.h"
#include "bench/cli/verbs.h"

namespace meterbench {
namespace {

struct GateOptions {
  std::string baseline, candidate;
  std::string pack = "quick";
  BenchOptions bench;
  std::string ledger = default_ledger();
  std::string format = "text";
  std::string output;
  bool fail_on_change = false;
  std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
};

constexpr const char* kVirtualDays = "regression";  // lab of the station `virtual` in which a seed is a day

PreparedRun prepare(const GateOptions& options) {
  BenchOptions bench = options.bench;
  if (bench.station == BenchOptions{}.station && bench.lab.empty()) bench.lab = kVirtualDays;
  const bool shipped = options.pack == "quick" || options.pack == "full";
  PreparedRun pack = prepare_run({shipped ? "regression/" + options.pack : options.pack, bench});
  if (!pack.plan.scenario.gate)
    throw InputError{fmt::format(
        "{}: without a key 'gate', which states the margin, no release can be held against another by it",
        pack.path.string())};
  return pack;
}

std::string written(const gate::Gate& gate, const GateVerdict& verdict, const std::string& format) {
  if (format == "json") return gate_json(gate, verdict).dump(2) + "\n";
  if (format == "junit") return gate_junit(gate, verdict);
  if (format == "markdown") return gate_markdown(gate, verdict);
  return gate_text(gate, verdict);
}

int run(const GateOptions& options, StopSignal& stop) {
  const PreparedRun pack = prepare(options);
  const GateRuns runs{pack, options.ledger, options.jobs, stop};
  GateSide baseline = runs.find(options.baseline), candidate = runs.find(options.candidate);
  runs.part(baseline, candidate);
  if (!runs.complete(baseline, candidate)) return kInterrupted;
  const gate::Gate gate = gate::hold_against(runs.read(baseline), runs.read(candidate),
                                             runs.between(baseline, candidate), *pack.plan.scenario.gate);
  const GateVerdict verdict{pack.plan.scenario.name, options.fail_on_change};
  write_out(written(gate, verdict, options.format), options.output);
  return verdict.exit_code(gate);
}

}  // namespace

void add_gate(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<GateOptions>();
  CLI::App* verb = app.add_subcommand("gate", "Hold one release of a meter's firmware against another");
  const char* const sides = "Tag, runs (ids with commas), firmware as --firmware has it, or version";
  verb->add_option("--baseline", options->baseline, sides)->required()->check(named_text());
  verb->add_option("--candidate", options->candidate, sides)->required()->check(named_text());
  verb->add_option("--pack", options->pack, "quick, full, or a scenario with a key 'gate'")
      ->capture_default_str();
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--lab", options->bench.lab,
                   "Lab at the far end of virtual: addresses; a seed is a day of it");
  verb->add_option("--meter", options->bench.meters, "Meter type, as `run` has it");
  verb->add_option("--ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  verb->add_option("--format", options->format, "text, json, junit or markdown")
      ->check(CLI::IsMember({"text", "json", "junit", "markdown"}));
  verb->add_option("-o,--output", options->output, "File; standard output without");
  verb->add_flag("--fail-on-change", options->fail_on_change,
                 "Exit 1 when anything changed, equivalent or not");
  verb->add_option("--jobs", options->jobs, "So many missing runs at a time")->check(CLI::Range(1, 1000));
  verb->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return run(*options, stop); }; });
}

}  // namespace meterbench
