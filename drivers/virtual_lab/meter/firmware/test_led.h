// The test LED: a pulse for each Kt of energy. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

class TestLed {
 public:
  /// `kt`: quanta in one pulse, 0: none ever comes. `delay`: samples from the end of a block to the light of
  /// its energy. Until it is configured, pulses are 10 ms wide (made) and test mode has the same Kt.
  TestLed(Board& board, std::uint64_t kt, std::uint32_t delay) : board_{board}, kt_{kt}, delay_{delay} {}

  /// Width, polarity and Kt of test mode, from the next pulse on.
  void configure(const ConfigurationRecord& configuration);
  /// In test mode the next pulse comes after one Kt of it. Back from there, the energy goes on to count that
  /// was there before: pulses and registers stay in step.
  void change_mode(Mode mode);

  /// Lights `energy`, below 2^48, which the block brought that ends at sample `now`, evenly over the block
  /// after it, later by the delay: an edge is never in the past.
  void spread(std::uint64_t now, std::uint64_t energy);
  /// All edges before that sample have been given once the block that ends at `now` has been spread.
  [[nodiscard]] std::uint64_t given_until(std::uint64_t now) const { return now + delay_ + kBlock; }
  /// A pulse of no energy at the beginning of that block; to be given before its energy.
  void signal(std::uint64_t now);

 private:
  /// As LedEdge has it.
  [[nodiscard]] static constexpr std::uint32_t width_of(std::uint64_t milliseconds) {
    return static_cast<std::uint32_t>((milliseconds * kSampleRate << kLedWidthBits) / 1000);
  }
  [[nodiscard]] std::uint32_t width_at(std::uint64_t energy, std::uint64_t kt) const;
  void light(const LedEdge& edge);

  Board& board_;
  std::uint64_t kt_;
  std::uint32_t delay_;
  std::uint32_t width_ = width_of(10);
  std::uint32_t polarity_ = 0;
  std::uint32_t test_divisor_ = 1;
  bool testing_ = false;
  std::uint64_t metered_ = 0;  // quanta since the last pulse of metering
  std::uint64_t tested_ = 0;   // and since the last one of the test
};

}  // namespace meterbench::firmware
