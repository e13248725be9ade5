// Where people outside of the program reach a run in progress.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "bench/cli/run_progress.h"
#include "bench/core/command_socket.h"
#include "bench/core/stop_signal.h"
#include "bench/runner/run_control.h"

namespace meterbench {

/// METERBENCH_CONTROL, else the ledger's file with `.control` behind it: beside it for as long as a run
/// lasts.
[[nodiscard]] std::filesystem::path control_path(const std::string& ledger);

/// Hears pause, continue, skip, stop and status, and answers each with one line.
class ControlDesk {
 public:
  /// Listens at `path` for as long as it lives. Throws CommandSocket::Unavailable.
  ControlDesk(const std::filesystem::path& path, StopSignal& stop)
      : stop_{stop}, socket_{path, [this](const std::string& command, const std::string& user) {
                               return answer(command, user);
                             }} {}

  [[nodiscard]] RunControl& control() { return control_; }
  [[nodiscard]] RunProgress& progress() { return progress_; }

 private:
  [[nodiscard]] std::string answer(const std::string& command, const std::string& user);
  [[nodiscard]] std::string status() const;

  StopSignal& stop_;
  RunControl control_;
  RunProgress progress_;
  CommandSocket socket_;  // last: it answers from the first moment
};

/// The desk of a run that writes `ledger`. Where none can be had at its usual place a person is told, and the
/// run goes on without (null); at a place that METERBENCH_CONTROL names that is an InputError.
[[nodiscard]] std::unique_ptr<ControlDesk> open_desk(const std::string& ledger, StopSignal& stop);

}  // namespace meterbench
