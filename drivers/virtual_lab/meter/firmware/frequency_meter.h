// The frequency of the voltage, by its rising zeros. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

/// A zero lies between two samples on a straight line. It counts only after the voltage has been below minus
/// half its RMS value: harmonics about zero are no periods.
class FrequencyMeter {
 public:
  /// Counts, made: below 9 V of peak there is no frequency.
  static constexpr std::int64_t kLeastSwing = 1 << 17;

  /// `u`: sample number `now`; `before`: the one before it.
  void take(std::int64_t before, std::int64_t u, std::uint64_t now) {
    if (armed_ ? u < 0 : u >= -swing_) return;
    armed_ = !armed_;
    if (armed_) return;
    ++periods_;
    last_ = (now << kBits) - static_cast<std::uint64_t>((u << kBits) / (u - before));
    if (origin_ == 0) {
      origin_ = last_;
      since_origin_ = 0;
    } else {
      ++since_origin_;
    }
  }

  /// The frequency in mHz since the last zero of the second before; 0 without a period or without voltage.
  /// `rms`: of the voltage in the second that ends, counts.
  [[nodiscard]] std::uint32_t end_second(std::int64_t rms) {
    swing_ = rms / 2 > kLeastSwing ? rms / 2 : kLeastSwing;
    if (since_origin_ == 0 || rms < kLeastSwing / 2) {
      origin_ = since_origin_ = 0;  // the next zero begins anew
      return 0;
    }
    const std::uint64_t samples = last_ - origin_;  // 2^-16
    const std::uint64_t periods = since_origin_ * ((std::uint64_t{1000} * kSampleRate) << kBits);
    origin_ = last_;
    since_origin_ = 0;
    return static_cast<std::uint32_t>((periods + samples / 2) / samples);
  }

  /// Rising zeros since reset.
  [[nodiscard]] std::uint64_t periods() const { return periods_; }
  /// Whether samples of 0 and seconds of nothing change nothing.
  [[nodiscard]] bool at_rest() const { return !armed_ && origin_ == 0 && swing_ == kLeastSwing; }

 private:
  static constexpr unsigned kBits = 16;  // of a sample's fraction

  bool armed_ = false;
  std::int64_t swing_ = kLeastSwing;
  std::uint64_t periods_ = 0;
  std::uint64_t origin_ = 0;  // zero from which on periods are counted, 2^-16 sample; 0: none yet
  std::uint64_t last_ = 0;
  std::uint64_t since_origin_ = 0;
};

}  // namespace meterbench::firmware
