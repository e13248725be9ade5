#include "drivers/protocol/scpi/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace meterbench::scpi {
namespace {

constexpr std::uint8_t kLf = 0x0A;
constexpr std::uint8_t kCr = 0x0D;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_text(std::uint8_t byte) { return (byte >= 0x20 && byte < 0x7F) || byte == '\t'; }

}  // namespace

tl::expected<std::optional<std::size_t>, std::string> reply_end(ByteView received, std::size_t longest) {
  const auto end = std::find(received.begin(), received.end(), kLf);
  const auto length = static_cast<std::size_t>(end - received.begin());
  ByteView text = received.first(length);
  if (!text.empty() && text.back() == kCr) text = text.first(length - 1);
  if (text.size() > longest) return tl::unexpected{fmt::format("more than {} characters in a line", longest)};
  if (!std::all_of(text.begin(), text.end(), is_text)) return tl::unexpected{std::string{"not text"}};
  if (end == received.end()) return std::nullopt;
  if (length + 1 < received.size()) return tl::unexpected{std::string{"more than one line"}};
  return length + 1;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string capitals(std::string_view text) {
  std::string result{text};
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::string line_text(ByteView line) {
  std::string text = to_string(line);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return std::string{trimmed(text)};
}

std::vector<LineCollector::Line> LineCollector::take(ByteView bytes) {
  std::vector<Line> lines;
  for (const std::uint8_t byte : bytes) {
    if (byte == kLf) {
      if (!line_.text.empty() && line_.text.back() == '\r') line_.text.pop_back();
      if (line_.text.size() > longest_) line_.overlong = true;
      lines.push_back(std::move(line_));
      line_ = {};
    } else if (line_.text.size() <= longest_) {  // one more than the text may have: it may be the CR
      line_.text += static_cast<char>(byte);
    } else {
      line_.overlong = true;
    }
  }
  return lines;
}

std::optional<Command> parse_command(std::string_view line) {
  line = trimmed(line);
  const std::size_t header_end = std::min(line.find_first_of(" \t"), line.size());
  Command command;
  command.header = capitals(line.substr(0, header_end));
  if (!command.header.empty() && command.header.back() == '?') {
    command.query = true;
    command.header.pop_back();
  }
  if (command.header.empty()) return std::nullopt;

  std::string_view rest = trimmed(line.substr(header_end));
  if (rest.empty()) return command;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= rest.size(); ++i) {
    if (i < rest.size() && rest[i] == '"') quoted = !quoted;
    if (i < rest.size() && (rest[i] != ',' || quoted)) continue;
    command.parameters.emplace_back(trimmed(rest.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (quoted) return std::nullopt;
  return command;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

std::optional<ErrorEntry> parse_error_entry(std::string_view answer) {
  const std::size_t comma = answer.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view number = trimmed(answer.substr(0, comma));
  if (number.starts_with('+') && !number.starts_with("+-")) number.remove_prefix(1);  // from_chars takes none
  ErrorEntry entry;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), entry.number);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  entry.text = unquoted(trimmed(answer.substr(comma + 1)));
  return entry;
}

std::string error_entry_text(const ErrorEntry& entry) {
  return fmt::format("{},\"{}\"", entry.number, entry.text);
}

std::string fixed_text(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
  return text;
}

}  // namespace meterbench::scpi
