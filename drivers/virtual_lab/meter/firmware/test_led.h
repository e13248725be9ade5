// The test LED: a pulse for each Kt of energy. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

class TestLed {
 public:
  /// `kt`: quanta in one pulse, 0: none ever comes. `delay`: samples from the end of a block to the light of
  /// its energy.
  TestLed(Board& board, std::uint64_t kt, std::uint32_t delay) : board_{board}, kt_{kt}, delay_{delay} {}

  /// Lights `energy`, which the block brought that ends at sample `now`, evenly over the block after it,
  /// later by the delay: an edge is never in the past.
  void spread(std::uint64_t now, std::uint64_t energy);
  /// A pulse of no energy at the beginning of that block; to be given before its energy.
  void signal(std::uint64_t now) { light({now + delay_, 0, 0}); }

 private:
  void light(const LedEdge& edge);

  Board& board_;
  std::uint64_t kt_;
  std::uint32_t delay_;
  std::uint64_t since_edge_ = 0;  // quanta since the last pulse
};

}  // namespace meterbench::firmware
