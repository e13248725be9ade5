// The meter's switches and its cover: what they ask for once they have stopped bouncing. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"

namespace meterbench::firmware {

/// Bits of the board's word of switches.
inline constexpr std::uint32_t kSwitchScroll = 1U << 0U, kSwitchDemandReset = 1U << 1U,
                               kSwitchTestMode = 1U << 2U, kSwitchDisconnect = 1U << 3U;

class SwitchPanel {
 public:
  /// Bits.
  enum Request : std::uint32_t {
    kScroll = 1U << 0U,       ///< pressed
    kDemandReset = 1U << 1U,  ///< let go of
    kTestMode = 1U << 2U,     ///< let go of
    kDisconnect = 1U << 3U,   ///< pressed
    kCoverOpened = 1U << 4U,
    kCoverClosed = 1U << 5U,
    kUnseal = 1U << 6U,  ///< the programming sequence
  };
  /// A level counts once it has stood for so many blocks: 50 ms, made.
  static constexpr std::uint32_t kStandingBlocks = kSampleRate / 20 / kBlock;
  /// The programming sequence: with the cover open, demand reset and test mode are held together for 5 s,
  /// made. Held together they ask for nothing else.
  static constexpr std::uint32_t kSequenceBlocks = 5 * kSampleRate / kBlock;

  void see_switches(std::uint32_t word) { seen_ = (seen_ & kCover) | (word & kSwitches); }
  void see_cover(bool open) { seen_ = (seen_ & kSwitches) | (open ? kCover : 0); }

  /// Whether blocks bring nothing as long as switches and cover stay as they are.
  [[nodiscard]] bool settled() const { return seen_ == standing_ && !in_sequence(); }
  /// A block has ended: what is asked for by now.
  [[nodiscard]] std::uint32_t end_block();

 private:
  static constexpr std::uint32_t kInputs = 5;
  static constexpr std::uint32_t kSwitches = 0xFU;
  static constexpr std::uint32_t kCover = 1U << 4U;
  static constexpr std::uint32_t kBoth = kSwitchDemandReset | kSwitchTestMode;

  [[nodiscard]] bool both_held() const { return (standing_ & kBoth) == kBoth; }
  [[nodiscard]] bool in_sequence() const {
    return both_held() && (standing_ & kCover) != 0 && held_ < kSequenceBlocks;
  }

  std::uint32_t seen_ = 0;
  std::uint32_t standing_ = 0;
  std::uint32_t blocks_[kInputs]{};  // for which each one has been seen unlike it stands
  bool together_ = false;            // both were held, and one of them still is
  std::uint32_t held_ = 0;           // blocks of the sequence
};

}  // namespace meterbench::firmware
