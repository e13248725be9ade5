#include "drivers/virtual_lab/meter/firmware/meter_clock.h"

namespace meterbench::firmware {

MeterClock::MeterClock(ClockSource source, std::uint32_t line_hertz, const Time& time)
    : source_{source}, line_hertz_{line_hertz}, second_{time.second}, fraction_{time.samples * line_hertz} {}

void MeterClock::set(LocalTime second) {
  second_ = second;
  fraction_ = 0;
  silent_blocks_ = 0;
}

std::uint32_t MeterClock::end_block(std::uint32_t line_periods) {
  std::uint32_t crystal_blocks = 1;
  if (source_ == ClockSource::line && line_periods > 0) {
    on_line_ = true;
    silent_blocks_ = 0;
    crystal_blocks = 0;
    fraction_ += line_periods * kSampleRate;
  } else if (on_line_) {
    if (++silent_blocks_ < kLineLost) return 0;
    on_line_ = false;
    crystal_blocks = silent_blocks_;
    silent_blocks_ = 0;
  }
  fraction_ += crystal_blocks * kBlock * line_hertz_;
  std::uint32_t ended = 0;
  for (; fraction_ >= kSampleRate * line_hertz_; ++ended) fraction_ -= kSampleRate * line_hertz_;
  second_ += ended;
  return ended;
}

std::uint64_t MeterClock::blocks_to_second() const {
  if (on_line_) return 1;  // the crystal has not taken over yet
  const std::uint32_t block = kBlock * line_hertz_;
  return (kSampleRate * line_hertz_ - fraction_ + block - 1) / block;
}

void MeterClock::pass(std::uint64_t blocks) {
  fraction_ += static_cast<std::uint32_t>(blocks) * kBlock * line_hertz_;
}

}  // namespace meterbench::firmware
