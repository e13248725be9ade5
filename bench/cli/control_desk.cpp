#include "bench/cli/control_desk.h"

#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "bench/cli/inputs.h"

namespace meterbench {
namespace {

std::optional<std::string> named_path() {
  const char* named = std::getenv("METERBENCH_CONTROL");
  if (named == nullptr || *named == '\0') return std::nullopt;
  return named;
}

}  // namespace

std::filesystem::path control_path(const std::string& ledger) {
  return named_path().value_or(ledger + ".control");
}

std::unique_ptr<ControlDesk> open_desk(const std::string& ledger, StopSignal& stop) {
  try {
    return std::make_unique<ControlDesk>(control_path(ledger), stop);
  } catch (const CommandSocket::Unavailable& e) {
    if (named_path()) throw InputError{e.what()};
    fmt::print(stderr,
               "pause, continue, skip, stop and status will not reach this run: {}; METERBENCH_CONTROL names "
               "another place\n",
               e.what());
    return nullptr;
  }
}

std::string ControlDesk::answer(const std::string& command, const std::string& user) {
  const std::string at_hand = progress_.at_hand();
  if (command == "pause") {
    control_.pause(user);
    if (at_hand.empty()) return "paused: before the first point";
    return (at_hand.starts_with("point") ? "paused: after " : "paused: in ") + at_hand;
  }
  if (command == "continue") {
    const bool paused = control_.paused();
    control_.go_on(user);
    return paused ? "continued" : "was not paused";
  }
  if (command == "skip") {
    const bool at_work = progress_.at_work();
    control_.skip(user);
    return "skipped: " + (at_work ? at_hand : "what comes next");
  }
  if (command == "stop") {
    control_.stop(user, stop_);
    return "stopped: the source goes off, the run can be resumed";
  }
  if (command == "status") return status();
  return "'" + command + "' is no command: pause, continue, skip, stop, status";
}

std::string ControlDesk::status() const {
  return (control_.paused() ? "paused: " : "running: ") + progress_.text();
}

}  // namespace meterbench
