#include "bench/cli/xml_text.h"

#include <cstdint>

namespace meterbench {
namespace {

/// Bytes of the character that `text` begins with; 0: it is none that XML takes (XML 1.0, 2.2; RFC 3629).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  std::uint32_t code = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const std::uint32_t least = size == 4 ? 0x10000U : size == 3 ? 0x800U : 0x80U;
  const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
  return code < least || code > 0x10FFFFU || surrogate || code == 0xFFFEU || code == 0xFFFFU ? 0 : size;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    if (size == 0)
      out += "\uFFFD";
    else if (character == "&")
      out += "&amp;";
    else if (character == "<")
      out += "&lt;";
    else if (character == ">")
      out += "&gt;";
    else if (character == "\"")
      out += "&quot;";
    else if (character == "\n" || character == "\r" || character == "\t")  // an attribute would lose it
      out += "&#" + std::to_string(static_cast<int>(character.front())) + ";";
    else
      out += character;
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace meterbench
