// SCPI on a byte stream: lines that end in LF, commands and the entries of an error queue. No link, no time,
// no state: both ends of a wire use it, and any bytes may be thrown at it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::scpi {

/// Length of the reply line with its LF, nothing when more must come, or why these bytes are no reply: more
/// than `longest` characters, a byte that is neither printable ASCII nor a tab, or something behind the LF
/// (an answer that nobody asked for, so question and answer have lost step).
[[nodiscard]] tl::expected<std::optional<std::size_t>, std::string> reply_end(ByteView received,
                                                                              std::size_t longest);

/// Without blanks and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// ASCII letters as capitals, whatever the locale.
[[nodiscard]] std::string capitals(std::string_view text);
/// A line without its end (LF or CR LF) and without blanks around it.
[[nodiscard]] std::string line_text(ByteView line);

/// Cuts a stream that comes in any portions into lines. Holds at most `longest` characters.
class LineCollector {
 public:
  struct Line {
    std::string text;       ///< without its end; of an over-long line its beginning
    bool overlong = false;  ///< had more than `longest` characters
  };

  explicit LineCollector(std::size_t longest) : longest_{longest} {}

  /// The lines that `bytes` complete.
  [[nodiscard]] std::vector<Line> take(ByteView bytes);
  void forget() { line_ = {}; }

 private:
  std::size_t longest_;
  Line line_;
};

/// One command line, taken apart: `VOLT1:PHAS -30` or `*IDN?`.
struct Command {
  std::string header;  ///< in capitals, without the question mark
  bool query = false;
  std::vector<std::string> parameters;  ///< without blanks around them; quotation marks are kept
};

/// Nothing when there is no header or a quotation does not end.
[[nodiscard]] std::optional<Command> parse_command(std::string_view line);

/// `-222,"Data out of range"`
struct ErrorEntry {
  int number = 0;  ///< 0: no error
  std::string text;
};

/// Reads an answer to SYST:ERR?: a whole number with or without sign, a comma, a text with or without
/// quotation marks.
[[nodiscard]] std::optional<ErrorEntry> parse_error_entry(std::string_view answer);
[[nodiscard]] std::string error_entry_text(const ErrorEntry& entry);

/// `text` without a pair of double quotes around it.
[[nodiscard]] std::string_view unquoted(std::string_view text);

/// `value` with a decimal point and `decimals` digits behind it, whatever the locale; never `-0.00`.
[[nodiscard]] std::string fixed_text(double value, int decimals);

}  // namespace meterbench::scpi
