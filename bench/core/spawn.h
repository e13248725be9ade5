#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace meterbench {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// A child as it begins.
struct Spawned {
  std::vector<std::string> command;  ///< program, found as a shell does, and its arguments; at least one
  Environment more;                  ///< replaces variables of our own environment
  int death_signal;                  ///< that it is sent should the thread that started it end without a word
  std::vector<int> inherited{};      ///< our descriptors that it has too, by the same numbers
  int standard_error = -1;           ///< in place of ours
  bool own_group = false;            ///< what a terminal's keys send does not reach it
};

/// Starts it. Throws std::system_error when it cannot be started.
[[nodiscard]] pid_t spawn(const Spawned& child);

/// Waits until it has ended: its exit code, as a shell has it: 128 and the signal where one ended it.
[[nodiscard]] int collect(pid_t child);

/// A descriptor that becomes readable when `child` has ended. Throws std::system_error; then it is killed.
[[nodiscard]] int process_descriptor(pid_t child);

}  // namespace meterbench
