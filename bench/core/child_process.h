#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/core/reactor.h"
#include "bench/core/spawn.h"

namespace meterbench {

/// Another program, run as a child that does not outlive us: it is sent SIGTERM should we die without a word.
class ChildProcess {
 public:
  /// `command`: program, found as a shell does, and its arguments; at least one. `more` replaces variables of
  /// our own environment. `ended` is told once, from within a wait, the exit code, as a shell has it: 128 and
  /// the signal where one ended it. Throws std::system_error when the program cannot be started.
  ChildProcess(Reactor& reactor, const std::vector<std::string>& command, const Environment& more,
               std::function<void(int exit_code)> ended);
  /// Kills it when it has not ended, and waits until it is gone.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// SIGTERM. Harmless when it has ended.
  void terminate();

 private:
  Reactor& reactor_;
  std::function<void(int)> ended_;
  pid_t id_;     // -1 once it is gone
  int process_;  // readable when it has ended
};

}  // namespace meterbench
