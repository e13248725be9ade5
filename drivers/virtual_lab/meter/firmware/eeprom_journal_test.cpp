// A write that a failing supply cuts anywhere leaves the old bytes or the new ones.
#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace meterbench::firmware {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::size_t kPlace = 300;
const Octets kOld(40, 0x11);
const Octets kNew = [] {
  Octets bytes;
  for (std::uint8_t n = 0; n < 40; ++n) bytes.push_back(static_cast<std::uint8_t>(0x80 + n));
  return bytes;
}();

std::unique_ptr<Board> board_with_old() {
  auto board = std::make_unique<Board>();
  for (std::size_t n = 0; n < kOld.size(); ++n) board->eeprom[kPlace + n] = kOld[n];
  return board;
}

std::vector<EepromWrite> take(Board& board) {
  std::vector<EepromWrite> writes;
  for (EepromWrite one; pop(board.eeprom_writes, one);) writes.push_back(one);
  return writes;
}

void burn(Board& board, const std::vector<EepromWrite>& writes, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n)
    board.eeprom[writes[n].address] = static_cast<std::uint8_t>(writes[n].byte);
}

/// What a firmware reads there after a reset.
Octets read(const Board& board) {
  Octets bytes;
  for (std::size_t n = 0; n < kNew.size(); ++n) bytes.push_back(eeprom_byte(board, kPlace + n));
  return bytes;
}
Octets raw(const Board& board) { return {board.eeprom + kPlace, board.eeprom + kPlace + kNew.size()}; }

std::vector<EepromWrite> writing() {
  const auto board = board_with_old();
  EXPECT_TRUE((EepromJournal{*board}.write(kPlace, kNew.data(), 40, 7)));
  return take(*board);
}

TEST(EepromJournal, WritesAllAndLeavesNothingToDo) {
  const auto board = board_with_old();
  const auto writes = writing();
  burn(*board, writes, writes.size());
  EXPECT_EQ(raw(*board), kNew);
  EepromJournal{*board}.finish();
  EXPECT_TRUE(take(*board).empty());
}

TEST(EepromJournal, CutAnywhereLeavesOldOrNewAndTheNextResetFinishesIt) {
  const auto writes = writing();
  bool was_new = false;
  for (std::size_t cut = 0; cut <= writes.size(); ++cut) {
    const auto board = board_with_old();
    burn(*board, writes, cut);
    const Octets seen = read(*board);
    EXPECT_TRUE(seen == kOld || seen == kNew) << cut;
    EXPECT_FALSE(was_new && seen == kOld) << cut << ": what was kept is kept";
    was_new = seen == kNew;
    EepromJournal{*board}.finish();
    const auto rest = take(*board);
    burn(*board, rest, rest.size());
    EXPECT_EQ(raw(*board), seen) << cut;
  }
  EXPECT_TRUE(was_new);
}

TEST(EepromJournal, CutWhileItIsFinishedIsFinishedByTheNextReset) {
  const auto writes = writing();
  const auto interrupted = [&] {
    auto board = board_with_old();
    burn(*board, writes, writes.size() - 20);  // the journal holds, its place has a part of it
    return board;
  };
  const auto whole = interrupted();
  EepromJournal{*whole}.finish();
  const auto finishing = take(*whole);
  ASSERT_FALSE(finishing.empty());
  for (std::size_t cut = 0; cut <= finishing.size(); ++cut) {
    const auto board = interrupted();
    burn(*board, finishing, cut);
    EXPECT_EQ(read(*board), kNew) << cut;
    EepromJournal{*board}.finish();
    const auto rest = take(*board);
    burn(*board, rest, rest.size());
    EXPECT_EQ(raw(*board), kNew) << cut;
  }
}

TEST(EepromJournal, TakesNothingThatItsRingHasNoRoomFor) {
  const auto board = board_with_old();
  for (std::uint32_t n = 0; n + 80 < board->eeprom_writes.capacity; ++n)
    ASSERT_TRUE(push(board->eeprom_writes, EepromWrite{}));
  const auto before = board->eeprom_writes.written;
  EXPECT_FALSE((EepromJournal{*board}.write(kPlace, kNew.data(), 40, 7)));
  EXPECT_EQ(board->eeprom_writes.written, before);
}

TEST(EepromJournal, TakesNoNoiseForAnEntry) {
  const auto board = board_with_old();
  for (std::size_t n = 0; n < 256; ++n)
    board->eeprom[EepromJournal::kAddress + n] = static_cast<std::uint8_t>(n * 37 + 11);
  EXPECT_EQ(read(*board), kOld);
}

}  // namespace
}  // namespace meterbench::firmware
