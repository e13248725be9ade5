// Pulses that the test LED gives by itself, so that whoever speaks to the optical port finds its LED.
// Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

class LedSignal {
 public:
  static constexpr std::uint32_t kMost = 100;
  /// Every third block of the metering core at 60 Hz: 20 Hz.
  static constexpr std::uint32_t kBlocksPerPulse = 3;

  /// From the first pulse until the next could follow the last one.
  [[nodiscard]] bool under_way() const { return left_ != 0 || pause_ != 0; }
  /// `pulses`: 1 … kMost; nothing is under way.
  void begin(std::uint32_t pulses) { left_ = pulses; }

  /// To be asked once a block: whether it begins with a pulse.
  [[nodiscard]] bool due() {
    if (pause_ != 0) {
      --pause_;
      return false;
    }
    if (left_ == 0) return false;
    --left_;
    pause_ = kBlocksPerPulse - 1;
    return true;
  }

 private:
  std::uint32_t left_ = 0;
  std::uint32_t pause_ = 0;  // blocks until the next pulse may come
};

}  // namespace meterbench::firmware
