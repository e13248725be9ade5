#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/run_session.h"
#include "bench/cli/verbs.h"
#include "bench/runner/resume.h"

namespace meterbench {
namespace {

struct ResumeOptions {
  RunOutput output;
  std::string run = "unfinished";
};

EarlierPart find_earlier_part(const ResumeOptions& options) {
  const Ledger ledger{options.output.ledger, Ledger::Mode::read};
  const auto found = ledger.find_run(options.run);
  if (!found)
    throw InputError{options.run == "unfinished"
                         ? fmt::format("{}: no run is unfinished", options.output.ledger)
                         : fmt::format("{}: no single run is meant by '{}'; meterbench runs lists them",
                                       options.output.ledger, options.run)};
  const std::string& id = found->run.run_id;
  if (found->exit_code && *found->exit_code != kInterrupted && *found->exit_code != kBenchFault)
    throw InputError{fmt::format("run {} has come to its end (exit {})", id, *found->exit_code)};
  if (found->run.inputs.empty())
    throw InputError{fmt::format(
        "run {} was written by an earlier version, which did not note what it was started with", id)};
  auto points = ledger.points(id);
  const Instant end = end_of_record(points, ledger.events(id));
  return {*found, std::move(points), end};
}

int resume(const ResumeOptions& options, StopSignal& stop) {
  const EarlierPart earlier = find_earlier_part(options);
  const RunRecord& head = earlier.summary.run;
  const PreparedRun prepared = prepare_run(parse_run_inputs(head.inputs));
  if (const std::string plan = prepared.plan.sha256(); plan != head.plan_sha256)
    throw InputError{
        fmt::format("run {} cannot go on: scenario, station, meter, limits or program have changed since "
                    "(plan {} then, {} now); run it anew",
                    head.run_id, head.plan_sha256, plan)};
  // Who listens at the run's place may be the run itself.
  std::unique_ptr<ControlDesk> desk;
  try {
    desk = std::make_unique<ControlDesk>(control_path(options.output.ledger), stop);
  } catch (const CommandSocket::Unavailable& e) {
    throw InputError{fmt::format("run {} cannot go on now: {}", head.run_id, e.what())};
  }
  RunSession session{options.output, desk.get(), stop};
  session.carry_out(prepared, earlier);
  return session.finish();
}

}  // namespace

void add_resume(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<ResumeOptions>();
  CLI::App* verb =
      app.add_subcommand("resume", "Go on with a run that was interrupted or ended by a bench fault");
  verb->add_option("run", options->run, "Run id or its beginning; the newest unfinished one without")
      ->capture_default_str();
  options->output.add_to(*verb);
  verb->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return resume(*options, stop); }; });
}

}  // namespace meterbench
