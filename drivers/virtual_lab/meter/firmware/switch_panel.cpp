#include "drivers/virtual_lab/meter/firmware/switch_panel.h"

namespace meterbench::firmware {

std::uint32_t SwitchPanel::end_block() {
  std::uint32_t changed = 0;
  for (std::uint32_t n = 0; n < kInputs; ++n) {
    const std::uint32_t bit = 1U << n;
    blocks_[n] = ((seen_ ^ standing_) & bit) != 0 ? blocks_[n] + 1 : 0;
    if (blocks_[n] < kStandingBlocks) continue;
    blocks_[n] = 0;
    changed |= bit;
  }
  standing_ ^= changed;
  const std::uint32_t begun = changed & standing_;
  const std::uint32_t ended = changed & ~standing_;

  std::uint32_t requests = begun & (kSwitchScroll | kSwitchDisconnect);
  if (both_held()) together_ = true;
  if (!together_) requests |= ended & kBoth;
  if ((standing_ & kBoth) == 0) together_ = false;
  if ((begun & kCover) != 0) requests |= kCoverOpened;
  if ((ended & kCover) != 0) requests |= kCoverClosed;

  if (in_sequence()) {
    if (++held_ == kSequenceBlocks) requests |= kUnseal;
  } else if (!both_held()) {
    held_ = 0;
  }
  return requests;
}

}  // namespace meterbench::firmware
