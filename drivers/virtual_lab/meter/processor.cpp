#include "drivers/virtual_lab/meter/processor.h"

namespace meterbench::virtual_lab {

namespace {

/// Bytes of the character that begins `text`; 0 where none does that a terminal or a record should have.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : (first & 0xF0U) == 0xE0       ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t n = 1; n < length; ++n)
    if ((byte(n) & 0xC0U) != 0x80) return 0;
  // Of no character: overlong forms, surrogates, beyond U+10FFFF, and the control characters from U+0080 on.
  const unsigned second = byte(1);
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return first == 0xC2 && second < 0xA0 ? 0 : length;
}

}  // namespace

std::string board_text(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  std::string printable;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    printable += length == 0 ? std::string_view{"?"} : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return printable;
}

}  // namespace meterbench::virtual_lab
