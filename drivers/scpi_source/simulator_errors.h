#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "drivers/protocol/scpi/framing.h"

namespace meterbench::scpi_source {

/// Errors of commands.md, clause 4.
enum class ScpiError {
  none = 0,
  invalid_character = -101,
  syntax = -102,
  data_type = -104,
  parameter_not_allowed = -108,
  missing_parameter = -109,
  undefined_header = -113,
  execution = -200,
  settings_conflict = -221,
  data_out_of_range = -222,
  illegal_parameter_value = -224,
  queue_overflow = -350,
  input_buffer_overrun = -363,
};

/// The error queue of the simulated source: clauses 4.1 and 4.2.
class ErrorQueue {
 public:
  static constexpr std::size_t kDepth = 16;

  /// `line` is what caused the error.
  void push(ScpiError error, std::string_view line);
  /// Takes the oldest entry, or the one that says that there is none.
  [[nodiscard]] scpi::ErrorEntry take();
  void clear() { entries_.clear(); }

 private:
  std::deque<scpi::ErrorEntry> entries_;
};

}  // namespace meterbench::scpi_source
