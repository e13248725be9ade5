#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// `{at_s: 300, of: source, do: trip}` or `{command: 12, of: reference, do: bad_checksum}` of a lab file.
struct ScriptedFault {
  std::optional<Instant> at;
  std::optional<std::uint64_t> command;  ///< number of the command that the simulator answers, from 1
  std::string what;
};

/// What a simulator consults: each fault happens once.
class FaultScript {
 public:
  explicit FaultScript(std::vector<ScriptedFault> faults) : faults_{std::move(faults)} {}

  /// Counts a command and takes the fault that belongs to it, if any.
  [[nodiscard]] std::optional<std::string> on_command();
  /// Takes the next fault whose time has come, if any.
  [[nodiscard]] std::optional<std::string> due(Instant now);
  /// When the next timed fault happens.
  [[nodiscard]] std::optional<Instant> next() const;

 private:
  std::vector<ScriptedFault> faults_;
  std::uint64_t commands_ = 0;
};

}  // namespace meterbench::virtual_lab
