// One line of text on the board's display. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

class TextLine {
 public:
  /// What goes beyond the display is cut off.
  TextLine& add(const char* text) {
    while (*text != 0) put(*text++);
    return *this;
  }
  TextLine& add_number(std::uint64_t number) {
    char digits[20];
    unsigned count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0) put(digits[--count]);
    return *this;
  }
  /// `thousandths` as a decimal number with three places.
  TextLine& add_thousandths(std::uint64_t thousandths) {
    add_number(thousandths / 1000).put('.');
    for (std::uint64_t place = 100; place > 0; place /= 10)
      put(static_cast<char>('0' + thousandths / place % 10));
    return *this;
  }
  /// Four hexadecimal digits.
  TextLine& add_hex(std::uint32_t number) {
    for (unsigned shift = 16; shift > 0;) put("0123456789ABCDEF"[number >> (shift -= 4) & 0xFU]);
    return *this;
  }

  /// Hands it to the host where it says something new.
  void show(Board& board) const {
    bool same = true;
    for (std::uint32_t n = 0; n <= size_; ++n) same = same && board.display[n] == text_[n];
    if (same) return;
    for (std::uint32_t n = 0; n <= size_; ++n) board.display[n] = text_[n];
    share(board.display_changes, board.display_changes + 1);
  }

 private:
  static constexpr std::uint32_t kMost = sizeof Board::display - 1;

  void put(char letter) {
    if (size_ < kMost) text_[size_++] = letter;
  }

  char text_[kMost + 1]{};
  std::uint32_t size_ = 0;
};

}  // namespace meterbench::firmware
