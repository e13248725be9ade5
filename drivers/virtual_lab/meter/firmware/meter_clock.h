// The meter's clock: by the periods of the line, or by its crystal, which is what times the samples.
// Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

class MeterClock {
 public:
  struct Time {
    LocalTime second{};
    std::uint32_t samples{};  ///< of that second that are over, below kSampleRate
  };
  /// Without a period for so many blocks there is no line, made: the crystal takes over, for these blocks
  /// too.
  static constexpr std::uint32_t kLineLost = 6;

  /// `line_hertz`: periods that make a second, not 0.
  MeterClock(ClockSource source, std::uint32_t line_hertz, const Time& time);

  /// To the beginning of that second.
  void set(LocalTime second);
  [[nodiscard]] Time now() const { return {second_, fraction_ / line_hertz_}; }

  /// A block of samples has ended, in which so many periods of the voltage began. Returns how many seconds
  /// ended with it, now() being at the end of the last of them.
  std::uint32_t end_block(std::uint32_t line_periods);
  /// Blocks, 1 at least, until end_block() tells of the end of a second if none has a period; it tells of
  /// nothing before.
  [[nodiscard]] std::uint64_t blocks_to_second() const;
  /// As many blocks without a period have ended: fewer than blocks_to_second().
  void pass(std::uint64_t blocks);

 private:
  ClockSource source_;
  std::uint32_t line_hertz_;
  LocalTime second_;
  // Of the second, in parts of which a sample has line_hertz_ and a period kSampleRate.
  std::uint32_t fraction_;
  bool on_line_ = false;             // periods have come lately
  std::uint32_t silent_blocks_ = 0;  // since the last of them, not counted in the time yet
};

}  // namespace meterbench::firmware
