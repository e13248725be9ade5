#include "drivers/virtual_lab/meter/firmware/test_led.h"

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"

namespace meterbench::firmware {

void TestLed::configure(const ConfigurationRecord& configuration) {
  width_ = width_of(configuration.led_milliseconds);
  polarity_ = configuration.led_inverted != 0 ? kLedInverted : 0;
  test_divisor_ = configuration.test_mode_divisor;
  tested_ = 0;
}

void TestLed::change_mode(Mode mode) {
  testing_ = mode == Mode::test;
  tested_ = 0;
}

void TestLed::spread(std::uint64_t now, std::uint64_t energy) {
  if (energy == 0 || kt_ == 0) return;
  const std::uint64_t begin = now + delay_;
  // Kt is some 10^11 quanta: what is lost by a division of 100 is below 10^-9 of it.
  const std::uint64_t kt = testing_ && kt_ > test_divisor_ ? kt_ / test_divisor_ : kt_;
  std::uint64_t& since_pulse = testing_ ? tested_ : metered_;
  std::uint64_t due = kt - since_pulse;
  const std::uint32_t pulse = width_at(energy, kt) | polarity_;
  // Of a sample: 24 bits are 16 ps, and the remainder shifted by them fits in 64 bits. What the starting
  // threshold has held back may be more than a block can bring, but is below 2^48.
  const unsigned bits = energy >> 40U == 0 ? 24 : 16;
  for (; due <= energy; due += kt) {
    const std::uint64_t position = due * kBlock;
    const std::uint64_t fraction = ((position % energy) << bits) / energy;
    light({begin + position / energy, static_cast<std::uint32_t>(fraction << (32U - bits)), pulse});
  }
  since_pulse = energy + kt - due;
}

void TestLed::signal(std::uint64_t now) {
  constexpr std::uint32_t kHalf = (LedSignal::kBlocksPerPulse * kBlock / 2) << kLedWidthBits;
  light({now + delay_, 0, (width_ < kHalf ? width_ : kHalf) | polarity_});
}

// Half the time between two pulses at the power of this block, if that is less than the width. What comes
// next is not known yet: where the power more than doubles from a block to the next, a pulse may still be
// given when the next one begins.
std::uint32_t TestLed::width_at(std::uint64_t energy, std::uint64_t kt) const {
  const std::uint64_t half = kt * (kBlock / 2);
  const std::uint64_t samples = half / energy;
  if (samples > (width_ >> kLedWidthBits)) return width_;
  const std::uint64_t all = (samples << kLedWidthBits) + ((half % energy) << kLedWidthBits) / energy;
  return all < width_ ? static_cast<std::uint32_t>(all) : width_;
}

void TestLed::light(const LedEdge& edge) {
  if (!push(board_.led_edges, edge)) share(board_.fault_word, board_.fault_word | kFaultLedRing);
}

}  // namespace meterbench::firmware
