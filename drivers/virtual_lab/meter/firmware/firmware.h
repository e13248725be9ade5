// The metering firmware: samples in, energy and test-LED edges out, and the optical port beside it. Here its
// parts are put together. Freestanding C++20, metering in integers only, no heap, no globals, so that forty
// meters live in one process and the same source runs on a Cortex-M4.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/billing.h"
#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"
#include "drivers/virtual_lab/meter/firmware/metering.h"
#include "drivers/virtual_lab/meter/firmware/net_flow.h"
#include "drivers/virtual_lab/meter/firmware/optical_server.h"
#include "drivers/virtual_lab/meter/firmware/test_led.h"

namespace meterbench::firmware {

class MeterFirmware {
 public:
  /// A reset: reads calibration and configuration. Without a valid calibration it takes samples but meters
  /// nothing, and says so in the fault word; without a valid configuration it has no starting threshold and
  /// the test LED's own figures (test_led.h).
  explicit MeterFirmware(Board& board);

  /// Passes the samples that the board says are 0 and not in its ring, takes those of the ring, up to
  /// run_until, and what the optical port has heard; answers the doorbell. However the host cuts time, it
  /// comes to the same.
  void run();

  /// Quanta since reset (see CalibrationRecord). The net energy of each block goes to one of them: elements
  /// are summed before the direction is looked at.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }

  /// What its tables tell.
  [[nodiscard]] const MeterData& data() const { return billing_.data(); }

 private:
  void configure(const ConfigurationRecord& configuration);
  void look_at_board();
  void pass_rest(std::uint64_t samples);
  void take_samples(std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] bool at_rest();
  void stamp_outputs();
  void tell_state();
  void follow_mode();
  void end_block();
  void serve_port();

  Board& board_;
  CalibrationRecord calibration_;  // all 0 without a valid one
  Metering metering_;
  TestLed led_;
  NetFlow flow_;  // to the LED
  std::uint64_t delivered_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t line_periods_ = 0;  // that the billing has been told of
  bool supplied_ = true;
  Mode mode_ = Mode::metering;
  std::uint32_t relay_ = 0, texts_ = 0;  // as they were stamped last
  LedSignal signal_;
  Billing billing_;
  OpticalServer port_;
};

}  // namespace meterbench::firmware
