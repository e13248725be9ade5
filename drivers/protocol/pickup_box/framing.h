// The lines of our pickup box: drivers/pickup_box/protocol.md, clause 1. No link, no time, no state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"

namespace meterbench::pickup_box {

/// Bytes of a line without its end.
inline constexpr std::size_t kLongestLine = 255;
/// A message's number is 1 to this; 0 stands in the answer to a line that could not be read.
inline constexpr unsigned kMostNumber = 99;

struct Message {
  unsigned number = 0;
  std::string text;  ///< `LIGHT A`, `OK 61.3 2.0 + 500`
};

/// `7 LIGHT A*2F` and LF.
[[nodiscard]] Bytes encode(const Message& message);

/// Reads a line without its end, or says what is wrong with it.
[[nodiscard]] tl::expected<Message, std::string> decode(std::string_view line);

/// Length of the reply to message `number` with its LF, nothing when more must come, or why these bytes are
/// not that reply: too long, damaged, of another number, or with something behind the LF.
[[nodiscard]] tl::expected<std::optional<std::size_t>, std::string> reply_end(unsigned number,
                                                                              ByteView received);

}  // namespace meterbench::pickup_box
