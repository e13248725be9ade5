#include "drivers/zera_com5003/simulator_messages.h"

#include <algorithm>

#include "drivers/protocol/scpi/framing.h"

namespace meterbench::zera_com5003 {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(scpi::trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view short_form(std::string_view keyword) {
  constexpr std::size_t length = 4;
  if (keyword.size() <= length || keyword.find_first_of("0123456789") != std::string_view::npos)
    return keyword;
  const bool vowel = std::string_view{"AEIOU"}.find(keyword[length - 1]) != std::string_view::npos;
  return keyword.substr(0, vowel ? length - 1 : length);
}

}  // namespace

std::vector<std::string> messages_of(std::string_view line) {
  std::vector<std::string> messages = split(line, '|');
  std::erase(messages, "");
  return messages;
}

tl::expected<Message, ScpiError> parse_message(std::string_view text) {
  const std::size_t blank = std::min(text.find_first_of(" \t"), text.size());
  std::string header = scpi::capitals(text.substr(0, blank));
  std::string_view rest = scpi::trimmed(text.substr(blank));
  Message message;
  if (header.ends_with('?')) {
    message.query = true;
    header.pop_back();
  }
  if (header.starts_with(':')) header.erase(0, 1);
  if (header.empty()) return tl::unexpected{ScpiError::command};
  message.nodes = split(header, ':');
  if (rest.empty()) return message;
  if (message.query || !rest.ends_with(';')) return tl::unexpected{ScpiError::command};
  rest.remove_suffix(1);
  message.parameter = std::string{scpi::trimmed(rest)};
  return message;
}

std::vector<std::string> keywords_of(std::string_view header) { return split(header, ':'); }

bool means(std::string_view node, std::string_view keyword) {
  return node == keyword || node == short_form(keyword);
}

bool means(const std::vector<std::string>& nodes, const std::vector<std::string>& keywords) {
  return std::ranges::equal(
      nodes, keywords, [](std::string_view node, std::string_view keyword) { return means(node, keyword); });
}

}  // namespace meterbench::zera_com5003
