// What the meter sees on its terminals just now: RMS values, power, power factor, frequency. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/decimator.h"
#include "drivers/virtual_lab/meter/firmware/frequency_meter.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

/// Squares and energy of one second, weighted by a triangle of blocks: what swings at double the line
/// frequency is stopped to some 10^-5 at any frequency from 45 Hz to 65 Hz, altogether at 60 Hz.
class PresentMeter {
 public:
  /// One sample of all channels, offsets taken out.
  struct Channels {
    std::int64_t u;
    std::int64_t later;  ///< u as the power sees it, phase calibrated
    std::int64_t i1;
    std::int64_t i2;
  };
  /// What a block brought.
  struct Block {
    std::int64_t energy;            ///< quanta, whether registered or not
    std::int64_t gains[kElements];  ///< that are in it
    bool blocking;                  ///< nothing is registered: then no power is told either
  };

  explicit PresentMeter(const CalibrationRecord& calibration) : calibration_{calibration} {}

  /// Sample number `now`; `before`: the voltage of the one before.
  void take(const Channels& sample, std::int64_t before, std::uint64_t now) {
    squares_[0].add(sample.u * sample.u);
    squares_[1].add(sample.later * sample.later);
    squares_[2].add(sample.i1 * sample.i1);
    squares_[3].add(sample.i2 * sample.i2);
    frequency_.take(before, sample.u, now);
  }

  /// After `taken` samples.
  void end_block(const Block& block, std::uint64_t taken);

  /// The demand in them is not of its making.
  [[nodiscard]] const PresentValues& values() const { return values_; }
  [[nodiscard]] std::uint64_t line_periods() const { return frequency_.periods(); }

  /// Whether samples of 0 would change nothing, with `taken` taken.
  [[nodiscard]] bool at_rest(std::uint64_t taken) const;
  /// At rest: takes samples of 0 until there are `taken` in all.
  void pass(std::uint64_t samples, std::uint64_t taken);

 private:
  static constexpr std::uint32_t kHalfSecond = kSampleRate / kBlock / 2;  // blocks
  enum : std::uint32_t { kVoltage, kLaterVoltage, kCurrent1, kCurrent2, kSquares, kEnergy = kSquares, kSums };

  void end_second(const Block& block, const std::int64_t (&sums)[kSums]);

  CalibrationRecord calibration_;
  Decimator<kBlock> squares_[kSquares];
  Decimator<kHalfSecond> sums_[kSums];
  FrequencyMeter frequency_;
  PresentValues values_{};
};

}  // namespace meterbench::firmware
