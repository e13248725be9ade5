// What a COM5003 sends: lines that end in LF, some of which nobody asked for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"

namespace meterbench::zera_com5003 {

/// For ByteLink::Request: the end of the answer line. Lines `SRQ` before and behind it are no answers.
[[nodiscard]] tl::expected<std::optional<std::size_t>, std::string> answer_end(ByteView received);
/// The answer among what answer_end() has found complete.
[[nodiscard]] std::string answer_text(ByteView received);

/// `2`, `+2` or `-1`, whole.
[[nodiscard]] tl::expected<std::int64_t, std::string> whole_number(std::string_view answer);

/// Of an identity of four parts, maker, model, serial number and release. Nothing where the third is 0, by
/// which IEEE 488.2 says that it is not known.
[[nodiscard]] std::optional<std::string> serial_number(std::string_view identity);

/// What a measuring module answers: `POW1:P1:[W]:2301;POW1:P2:[W]:2301;`.
class MeasuredValues {
 public:
  /// Every value must be of `module`, and every one must end in `;`: without it the line may be cut.
  [[nodiscard]] static tl::expected<MeasuredValues, std::string> parse(std::string_view module,
                                                                       std::string_view answer);
  /// Of `P1` in `W`. A missing value, another unit, NaN and infinity are refused.
  [[nodiscard]] tl::expected<double, std::string> at(const std::string& channel, std::string_view unit) const;

 private:
  struct Value {
    std::string unit;
    std::string number;
  };
  std::map<std::string, Value> values_;  // by channel
};

}  // namespace meterbench::zera_com5003
