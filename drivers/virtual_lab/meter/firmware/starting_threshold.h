// The creep block: nothing is registered below the starting power. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"

namespace meterbench::firmware {

/// Judges the power of the meter, all elements summed, over windows of four seconds, whatever its direction.
/// No hysteresis: what keeps the two states apart is that each is left after a window of its own.
///
/// Blocking, energy is held back as long as it comes no slower than at the starting power, counted from the
/// first block that brought any; once as much has come as a window at the starting power brings, all of it is
/// registered, so that a load above the threshold loses nothing and a great one passes with its first block.
/// What falls behind is dropped. Two blocks are forgiven, for a load that comes on within a block and for the
/// filter's span: a load less than 1 % below the threshold may still pass.
///
/// Passing, energy is registered as it comes, until a window has brought less than the starting power would.
class StartingThreshold {
 public:
  /// Blocks, made: 4 s of the meter's clock.
  static constexpr std::int64_t kWindow = 4 * kSampleRate / kBlock;

  /// `block_energy`: quanta that the starting power brings in a block, 0 … 2^40; 0: nothing is ever blocked.
  explicit StartingThreshold(std::int64_t block_energy = 0) : least_{block_energy} {}

  /// What is registered at the end of a block that brought `energy`.
  [[nodiscard]] std::int64_t registered(std::int64_t energy) {
    if (least_ == 0) return energy;
    window_ += energy < 0 ? -energy : energy;
    ++blocks_;
    return passing_ ? pass(energy) : hold(energy);
  }

  [[nodiscard]] bool blocking() const { return least_ != 0 && !passing_; }
  /// Whether blocks without energy change nothing.
  [[nodiscard]] bool at_rest() const { return least_ == 0 || (!passing_ && blocks_ == 0); }

 private:
  [[nodiscard]] bool reached(std::int64_t blocks) const { return window_ >= blocks * least_; }
  void restart() { window_ = blocks_ = held_ = 0; }

  std::int64_t pass(std::int64_t energy) {
    if (blocks_ == kWindow) {
      passing_ = reached(kWindow);
      restart();
    }
    return energy;
  }

  std::int64_t hold(std::int64_t energy) {
    held_ += energy;
    passing_ = reached(kWindow);
    const std::int64_t released = passing_ ? held_ : 0;
    if (passing_ || window_ == 0 || !reached(blocks_ - 2)) restart();
    return released;
  }

  std::int64_t least_;
  bool passing_ = false;
  std::int64_t window_ = 0;  // quanta of it so far, of either direction
  std::int64_t blocks_ = 0;
  std::int64_t held_ = 0;  // quanta that may still be registered
};

}  // namespace meterbench::firmware
