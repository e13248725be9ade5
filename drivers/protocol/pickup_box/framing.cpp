#include "drivers/protocol/pickup_box/framing.h"

#include <algorithm>
#include <charconv>

namespace meterbench::pickup_box {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";
/// `*` and two digits.
constexpr std::size_t kCheckLength = 3;

std::string check_text(std::string_view body) {
  unsigned check = 0;
  for (const char c : body) check ^= static_cast<std::uint8_t>(c);
  return {'*', kDigits[check >> 4U], kDigits[check & 0x0FU]};
}

bool is_control(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }

}  // namespace

Bytes encode(const Message& message) {
  const std::string body = std::to_string(message.number) + ' ' + message.text;
  return to_bytes(body + check_text(body) + '\n');
}

tl::expected<Message, std::string> decode(std::string_view line) {
  if (line.size() < kCheckLength) return tl::unexpected{std::string{"too short for a line"}};
  const std::string_view body = line.substr(0, line.size() - kCheckLength);
  if (line.substr(body.size()) != check_text(body))
    return tl::unexpected{std::string{"the checksum is wrong"}};
  if (std::ranges::any_of(body, is_control)) return tl::unexpected{std::string{"a control character"}};
  Message message;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), message.number);
  if (error != std::errc{} || message.number > kMostNumber || end == body.data() + body.size() || *end != ' ')
    return tl::unexpected{std::string{"no number at its beginning"}};
  message.text = body.substr(static_cast<std::size_t>(end - body.data()) + 1);
  return message;
}

tl::expected<std::optional<std::size_t>, std::string> reply_end(unsigned number, ByteView received) {
  const auto end = std::ranges::find(received, std::uint8_t{'\n'});
  const auto length = static_cast<std::size_t>(end - received.begin());
  if (length > kLongestLine) return tl::unexpected{std::string{"too long for a line"}};
  if (end == received.end()) return std::optional<std::size_t>{};
  if (length + 1 != received.size()) return tl::unexpected{std::string{"more than one answer"}};
  const auto message = decode(to_string(received.first(length)));
  if (!message) return tl::unexpected{message.error()};
  if (message->number != number) return tl::unexpected{std::string{"the answer to another message"}};
  return std::optional{length + 1};
}

}  // namespace meterbench::pickup_box
