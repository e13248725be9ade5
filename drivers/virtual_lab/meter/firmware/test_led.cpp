#include "drivers/virtual_lab/meter/firmware/test_led.h"

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"

namespace meterbench::firmware {

void TestLed::spread(std::uint64_t now, std::uint64_t energy) {
  if (energy == 0 || kt_ == 0) return;
  const std::uint64_t begin = now + delay_;
  std::uint64_t due = kt_ - since_edge_;
  for (; due <= energy; due += kt_) {
    const std::uint64_t position = due * kBlock;
    // 24 bits of a sample are 16 ps, and the remainder shifted by them fits in 64 bits.
    const std::uint64_t fraction = ((position % energy) << 24U) / energy;
    light({begin + position / energy, static_cast<std::uint32_t>(fraction << 8U), 0});
  }
  since_edge_ = energy + kt_ - due;
}

void TestLed::light(const LedEdge& edge) {
  if (!push(board_.led_edges, edge)) share(board_.fault_word, board_.fault_word | kFaultLedRing);
}

}  // namespace meterbench::firmware
