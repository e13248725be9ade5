#include <cstdio>

#include <fmt/format.h>

#include "bench/cli/control_desk.h"
#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/verbs.h"

namespace meterbench {
namespace {

struct ControlOptions {
  std::string control;
  std::string ledger = default_ledger();
};

int say(const ControlOptions& options, const std::string& command) {
  const auto path =
      options.control.empty() ? control_path(options.ledger) : std::filesystem::path{options.control};
  const auto answer = ask_command_socket(path, command);
  if (answer) {
    fmt::print("{}\n", *answer);
    return kAllPassed;
  }
  if (answer.error().code == Errc::disconnected)
    throw InputError{
        fmt::format("no run listens at {} ({}); name its ledger with --ledger, or its socket with "
                    "--control or METERBENCH_CONTROL",
                    path.string(), answer.error().detail)};
  if (answer.error().code == Errc::refused)
    throw InputError{
        fmt::format("the run at {} belongs to another user ({})", path.string(), answer.error().detail)};
  fmt::print(stderr, "{}\n", answer.error().text());
  return kBenchFault;
}

}  // namespace

void add_control_verbs(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<ControlOptions>();
  for (const auto& [command, help] :
       {std::pair{"pause", "Take the load off after the point at hand of the run in progress, and wait"},
        {"continue", "Let a paused run go on"},
        {"skip", "Give the point or soak at hand up and go on with the next"},
        {"stop", "End the run in progress, as an interrupt does; it can be resumed"},
        {"status", "How far the run in progress is"}}) {
    CLI::App* verb = app.add_subcommand(command, help);
    verb->add_option("--ledger", options->ledger, "Ledger that the run writes")->capture_default_str();
    verb->add_option("--control", options->control, "Socket of the run; beside its ledger without");
    verb->callback([options, command = std::string{command}, &chosen] {
      chosen = [options, command](StopSignal&) { return say(*options, command); };
    });
  }
}

}  // namespace meterbench
