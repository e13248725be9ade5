// Writing into the EEPROM so that a supply that fails in the middle leaves the old bytes or the new ones,
// never a mixture: what is to be written goes into the journal first. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

/// One write at a time. In the EEPROM, from kAddress on: check (CRC-32 of all that follows), address and size
/// of the bytes (16 bits each), the bytes; all little-endian. With a valid check it is a write that may not
/// have been finished: a reset finishes it. The first byte of the check inverted: there is none.
class EepromJournal {
 public:
  static constexpr std::size_t kAddress = 768;
  static constexpr std::uint32_t kMost = 248;  ///< bytes of one write

  explicit EepromJournal(Board& board) : board_{board} {}

  /// Where a write was cut by the last reset: finishes it.
  void finish();
  /// Has `bytes` written at `address`, at sample `now`. False, and nothing is done, when the board's ring has
  /// no room for it.
  [[nodiscard]] bool write(std::size_t address, const std::uint8_t* bytes, std::uint32_t count,
                           std::uint64_t now);

 private:
  void burn(std::size_t address, std::uint8_t byte, std::uint64_t now);
  void close(std::uint8_t first_byte, std::uint64_t now);

  Board& board_;
};

/// The byte at `address` after a reset: of the journal, if it holds that place.
[[nodiscard]] std::uint8_t eeprom_byte(const Board& board, std::size_t address);

template <class Record>
[[nodiscard]] Record read_record(const Board& board, std::size_t address) {
  struct Raw {
    std::uint8_t bytes[sizeof(Record)];
  } raw{};
  for (std::size_t n = 0; n < sizeof raw.bytes; ++n) raw.bytes[n] = eeprom_byte(board, address + n);
  return std::bit_cast<Record>(raw);
}

}  // namespace meterbench::firmware
