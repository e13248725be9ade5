// The metering core: samples in, blocks of energy and present values out. Integers only. Freestanding.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/decimator.h"
#include "drivers/virtual_lab/meter/firmware/present_meter.h"
#include "drivers/virtual_lab/meter/firmware/starting_threshold.h"

namespace meterbench::firmware {

class Metering {
 public:
  /// `calibration` is valid, or all 0: then no energy ever comes.
  explicit Metering(const CalibrationRecord& calibration);

  /// The starting threshold, at once.
  void configure(const ConfigurationRecord& configuration);

  /// True when the sample ends a block: end_block() must follow.
  [[nodiscard]] bool take(const Sample& sample) {
    const std::int64_t u = std::int64_t{sample.u} - calibration_.offset_u;
    const std::int64_t i1 = std::int64_t{sample.i1} - calibration_.offset_i[0];
    const std::int64_t i2 = std::int64_t{sample.i2} - calibration_.offset_i[1];
    // The voltage a fraction of a sample later, between this and the one before.
    const std::int64_t half = std::int64_t{1} << (kPhaseBits - 1);
    const std::int64_t later = u + (((last_u_ - u) * calibration_.phase_delay + half) >> kPhaseBits);
    present_.take({u, later, i1, i2}, last_u_, taken_);
    last_u_ = u;
    power_[0].add(later * i1);
    power_[1].add(later * i2);
    return ++taken_ % kBlock == 0;
  }

  /// What is registered for the block, in quanta (see CalibrationRecord), delivered positive: the elements
  /// are summed before anybody looks at the direction, and nothing comes below the starting threshold.
  /// `temperature`: m°C of the board.
  [[nodiscard]] std::int64_t end_block(std::int32_t temperature);

  /// Samples since reset.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

  /// Of the last whole second of its clock, without demand. New where a block ends a second.
  [[nodiscard]] const PresentValues& present() const { return present_.values(); }
  [[nodiscard]] bool second_ended() const { return taken_ % kSampleRate == 0; }
  /// Periods of the voltage since reset.
  [[nodiscard]] std::uint64_t line_periods() const { return present_.line_periods(); }

  /// Whether samples of 0 would change nothing but the time.
  [[nodiscard]] bool at_rest() const;
  /// At rest: takes `samples` samples of 0 at once, and all blocks that they end.
  void pass_rest(std::uint64_t samples);

 private:
  [[nodiscard]] std::uint32_t in_block() const { return static_cast<std::uint32_t>(taken_ % kBlock); }

  void follow(std::int32_t temperature);

  CalibrationRecord calibration_;
  std::int32_t temperature_ = kReferenceTemperature;  // for which gain_ is
  std::int32_t gain_[kElements];
  std::uint64_t taken_ = 0;
  std::int64_t last_u_ = 0;
  Decimator<kBlock> power_[kElements];
  std::int64_t scale_remainder_[kElements] = {};  // below 2^kQuantumBits
  std::int64_t gain_remainder_ = 0;               // below 2^kGainBits
  StartingThreshold threshold_;
  PresentMeter present_;
};

}  // namespace meterbench::firmware
