// The metering firmware: samples in, energy and test-LED edges out, and the optical port beside it.
// Freestanding C++20, metering in integers only, no heap, no globals, so that forty meters live in one
// process and the same source runs on a Cortex-M4.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"
#include "drivers/virtual_lab/meter/firmware/optical_server.h"

namespace meterbench::firmware {

inline constexpr const char* kFirmwareName = "Meterbench metering core 1";

class MeterFirmware {
 public:
  /// A reset: reads the calibration record. Without a valid one it takes samples but meters nothing, and
  /// says so in the fault word.
  explicit MeterFirmware(Board& board);

  /// Takes all samples up to the board's run_until, as far as the ring has them, and what the optical port
  /// has heard.
  void run();

  /// The sample after which the optical port has something to do by itself; kNever while nobody talks.
  [[nodiscard]] std::uint64_t port_wake() { return port_.wake(); }

  /// Whether samples of 0 would change nothing but the time: the filters have run empty, and port and LED are
  /// silent.
  [[nodiscard]] bool at_rest();
  /// At rest: takes `samples` samples of 0 at once, which the board's ring need not hold. Exactly what run()
  /// would come to.
  void pass_rest(std::uint64_t samples);

  /// Quanta since reset (see CalibrationRecord). The net energy of each block goes to one of them: elements
  /// are summed before the direction is looked at.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }

 private:
  /// Second-order cascaded integrator and comb, decimating by one block. Its weights are a triangle over two
  /// blocks: it stops the double line frequency, and each sample counts with the same total weight, so that
  /// no energy is lost. Wraps on purpose: the comb undoes what the integrators overflow (Hogenauer 1981).
  class Decimator {
   public:
    void add(std::int64_t power) {
      first_ += static_cast<std::uint64_t>(power);
      second_ += first_;
    }
    [[nodiscard]] std::int64_t block();
    /// Whether it is as after two blocks of 0 and `in_block` samples of 0: each block of 0 then gives 0.
    [[nodiscard]] bool empty(std::uint32_t in_block) const;
    /// Empty: takes `samples` samples of 0, after which `in_block` are in the block.
    void pass(std::uint64_t samples, std::uint32_t in_block);

   private:
    std::uint64_t first_ = 0;
    std::uint64_t second_ = 0;
    std::uint64_t one_before_ = 0;
    std::uint64_t two_before_ = 0;
  };

  [[nodiscard]] MeterReadings readings() const;
  void step(const Sample& sample);
  void end_block();
  [[nodiscard]] std::int64_t block_energy();
  void light(std::uint64_t begin, std::uint64_t energy);
  void light_at(const LedEdge& edge);

  Board& board_;
  CalibrationRecord calibration_;
  bool calibrated_;
  std::uint64_t taken_ = 0;  // samples
  std::int32_t last_u_ = 0;
  std::uint32_t in_block_ = 0;
  Decimator decimators_[kElements];
  std::int64_t scale_remainder_[kElements] = {};  // below 2^kQuantumBits
  std::int64_t gain_remainder_ = 0;               // below 2^kGainBits
  std::uint64_t delivered_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t since_edge_ = 0;  // quanta since the last LED edge
  LedSignal signal_;
  OpticalServer port_;
};

}  // namespace meterbench::firmware
