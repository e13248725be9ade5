// The serial commands of ZERA's MT and FG families: a line that ends in CR, answered by lines up to the one
// that is known to end the answer. No link, no time, no state: both ends of a wire use it, and any bytes may
// be thrown at it. Facts: section 2.1 of the instruments' facts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::zera_serial {

constexpr std::uint8_t kCr = 0x0D;

/// A line as it goes on the wire. An empty one flushes a half-sent command in the instrument.
[[nodiscard]] Bytes line_bytes(std::string_view line);

/// Which line ends an answer.
struct Ending {
  std::string text;
  bool more_follows = false;  ///< the line only begins with it: `SSM` and its digits
};
[[nodiscard]] bool ends_answer(std::string_view line, const Ending& ending);

/// `…NAK`, `…ER-…`, `…ERR-…`, `…ERROR…`: the instrument will not; the answer ends here too.
[[nodiscard]] bool is_refusal(std::string_view line);

/// Whether a refusal ends an answer, or is passed over because it may belong to an earlier command.
enum class Refusals { end, pass };

/// Length of the answer with the CR of its last line, nothing when more must come, or why these bytes are no
/// answer: more than 4,096 of them without an end. Lines that mean nothing here may stand before the end: a
/// status that nobody asked for, noise.
[[nodiscard]] tl::expected<std::optional<std::size_t>, std::string> answer_end(
    ByteView received, const Ending& ending, Refusals refusals = Refusals::end);

/// The complete lines of `bytes`, without their CR.
[[nodiscard]] std::vector<std::string> lines_of(ByteView bytes);

/// Cuts a stream that comes in any portions into lines. Throws away a line of more than 255 characters.
class LineCollector {
 public:
  /// The lines that `bytes` complete.
  [[nodiscard]] std::vector<std::string> take(ByteView bytes);
  void forget();

 private:
  std::string line_;
  bool overlong_ = false;
};

}  // namespace meterbench::zera_serial
