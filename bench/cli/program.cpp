#include "bench/cli/program.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/core/standard_output.h"

namespace {

meterbench::StopSignal* stop_signal = nullptr;  // a signal handler reaches nothing else

extern "C" void request_stop(int) { stop_signal->request(); }

}  // namespace

namespace meterbench {
namespace {

/// Half an answer is none: a full disk behind a redirection must not look like success, and neither what a
/// reader did not wait for; but a person who has seen enough need not be told.
int output_failed(const std::string& name, int code) {
  if (!reader_is_gone()) fmt::print(stderr, "{}: standard output cannot be written\n", name);
  return std::max(code, kBenchFault);
}

int run_command(const std::string& name, int argc, char** argv,
                const std::function<void(CLI::App&, VerbAction&)>& add_verbs) {
  StopSignal stop;
  stop_signal = &stop;
  struct sigaction action {};
  action.sa_handler = request_stop;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  // A reader that goes away (`meterbench … | head`) must not end a run with the source on.
  std::signal(SIGPIPE, SIG_IGN);

  CLI::App app{"Meterbench: a hardware-in-the-loop test bench for electricity meters"};
  app.name(name);
  app.require_subcommand(1);
  app.set_version_flag("--version", METERBENCH_VERSION);
  VerbAction chosen;
  add_verbs(app, chosen);
  try {
    app.parse(argc, argv);
    const int code = chosen(stop);
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? code : output_failed(name, code);
  } catch (const std::system_error&) {  // an answer longer than its buffer fails while it is printed
    if (std::ferror(stdout) == 0) throw;
    return output_failed(name, kBenchFault);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kAllPassed : kUsage;
  } catch (const InputError& e) {
    const std::string_view text = e.what();
    fmt::print(stderr, "{}{}", text, text.ends_with('\n') ? "" : "\n");
    return kUsage;
  }
}

}  // namespace

int run_program(const std::string& name, int argc, char** argv,
                const std::function<void(CLI::App&, VerbAction&)>& add_verbs) {
  try {
    return run_command(name, argc, argv, add_verbs);
  } catch (const std::exception& e) {  // a ledger or a station that cannot be opened, a bug
    std::fputs(name.c_str(), stderr);
    std::fputs(": ", stderr);
    std::fputs(e.what(), stderr);
    std::fputs("\n", stderr);
    return kBenchFault;
  }
}

}  // namespace meterbench
