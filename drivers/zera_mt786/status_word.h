#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace meterbench::zera_mt786 {

/// The error condition of the whole instrument: the answer to `SSM`, or a line that comes by itself.
struct StatusWord {
  std::string digits;  ///< hexadecimal, at least 20

  /// Healthy: every digit is 0, those too whose meaning nobody knows.
  [[nodiscard]] bool clean() const;
  /// `emergency stop; overload I3, U1`; empty when clean.
  [[nodiscard]] std::string text() const;
};

/// Nothing when `line` is not `SSM` and at least 20 hexadecimal digits.
[[nodiscard]] std::optional<StatusWord> parse_status(std::string_view line);

}  // namespace meterbench::zera_mt786
