// What the test LED tells of a load that swings about a small mean. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// Energy of whichever direction, without what only goes back and forth: a load of a small power factor that
/// comes in bursts brings blocks of either direction. What comes against the direction at hand is held, and
/// taken from what follows; once more than a bound is held the direction has changed, and all of it counts.
/// Nothing is lost but what is held when the load ends.
class NetFlow {
 public:
  /// `bound`: quanta.
  explicit NetFlow(std::uint64_t bound) : bound_{static_cast<std::int64_t>(bound)} {}

  /// What counts at the end of a block that brought `energy`.
  [[nodiscard]] std::uint64_t taken(std::int64_t energy) {
    held_ += energy;
    if (forward_ ? held_ < 0 && -held_ <= bound_ : held_ > 0 && held_ <= bound_) return 0;
    if (held_ != 0) forward_ = held_ > 0;
    const std::int64_t size = held_ < 0 ? -held_ : held_;
    held_ = 0;
    return static_cast<std::uint64_t>(size);
  }

 private:
  std::int64_t bound_;
  bool forward_ = true;    // energy is delivered
  std::int64_t held_ = 0;  // of the other direction
};

}  // namespace meterbench::firmware
