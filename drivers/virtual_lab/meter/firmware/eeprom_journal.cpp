#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"

#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint32_t kCheck = 4;  // bytes
constexpr std::uint32_t kPlace = 4;  // address and size

/// What the journal holds; of size 0: nothing.
struct Entry {
  std::size_t address;
  std::uint32_t size;
};

std::uint32_t little(const std::uint8_t* bytes, unsigned count) {
  std::uint32_t value = 0;
  for (unsigned n = 0; n < count; ++n) value |= std::uint32_t{bytes[n]} << (8 * n);
  return value;
}

Entry journal_of(const Board& board) {
  const std::uint8_t* journal = board.eeprom + EepromJournal::kAddress;
  const std::uint8_t* place = journal + kCheck;
  const Entry entry{little(place, 2), little(place + 2, 2)};
  const bool possible = entry.size > 0 && entry.size <= EepromJournal::kMost &&
                        entry.address + entry.size <= sizeof board.eeprom;
  if (!possible || little(journal, kCheck) != record_checksum(place, kPlace + entry.size)) return {0, 0};
  return entry;
}

}  // namespace

std::uint8_t eeprom_byte(const Board& board, std::size_t address) {
  const Entry entry = journal_of(board);
  const bool held = address >= entry.address && address - entry.address < entry.size;
  return held ? board.eeprom[EepromJournal::kAddress + kCheck + kPlace + address - entry.address]
              : board.eeprom[address];
}

void EepromJournal::finish() {
  const Entry entry = journal_of(board_);
  if (entry.size == 0) return;
  for (std::size_t n = entry.address; n < entry.address + entry.size; ++n) burn(n, eeprom_byte(board_, n), 0);
  close(board_.eeprom[kAddress], 0);
}

bool EepromJournal::write(std::size_t address, const std::uint8_t* bytes, std::uint32_t count,
                          std::uint64_t now) {
  const auto& ring = board_.eeprom_writes;
  const std::uint32_t waiting = ring.written - shared(board_.eeprom_writes.read);
  if (ring.capacity - waiting < kCheck + kPlace + 2 * count + 1) return false;

  std::uint8_t entry[kPlace + kMost]{
      static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(address >> 8U),
      static_cast<std::uint8_t>(count), static_cast<std::uint8_t>(count >> 8U)};
  for (std::uint32_t n = 0; n < count; ++n) entry[kPlace + n] = bytes[n];
  const std::uint32_t check = record_checksum(entry, kPlace + count);
  for (std::uint32_t n = 0; n < kPlace + count; ++n) burn(kAddress + kCheck + n, entry[n], now);
  // Its first byte last: until then it does not hold.
  for (std::uint32_t n = kCheck; n-- > 0;)
    burn(kAddress + n, static_cast<std::uint8_t>(check >> (8 * n)), now);
  for (std::uint32_t n = 0; n < count; ++n) burn(address + n, bytes[n], now);
  close(static_cast<std::uint8_t>(check), now);
  return true;
}

void EepromJournal::close(std::uint8_t first_byte, std::uint64_t now) {
  burn(kAddress, static_cast<std::uint8_t>(~first_byte), now);
}

void EepromJournal::burn(std::size_t address, std::uint8_t byte, std::uint64_t now) {
  static_cast<void>(push(board_.eeprom_writes, EepromWrite{now, static_cast<std::uint32_t>(address), byte}));
}

}  // namespace meterbench::firmware
