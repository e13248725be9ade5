// How a simulated COM5003 reads a message: instruments.md 4.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "drivers/zera_com5003/simulator_status.h"

namespace meterbench::zera_com5003 {

/// `sens:rng1:ul1:rang 250V;`, taken apart.
struct Message {
  std::vector<std::string> nodes;  ///< in capitals
  bool query = false;
  std::optional<std::string> parameter;  ///< without its `;`
};

/// The messages of a line, which stand between `|`.
[[nodiscard]] std::vector<std::string> messages_of(std::string_view line);
/// A parameter without `;` at its end, a query with one and an empty header are refused.
[[nodiscard]] tl::expected<Message, ScpiError> parse_message(std::string_view text);
/// `CONFIGURATION:RNG1:RNGAUTO`, taken apart.
[[nodiscard]] std::vector<std::string> keywords_of(std::string_view header);
/// Whether each node is its keyword or the keyword's short form: the first four letters, three where the
/// fourth is a vowel. Keywords of four letters or with a figure have none.
[[nodiscard]] bool means(const std::vector<std::string>& nodes, const std::vector<std::string>& keywords);
[[nodiscard]] bool means(std::string_view node, std::string_view keyword);

}  // namespace meterbench::zera_com5003
