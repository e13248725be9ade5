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
#include "drivers/virtual_lab/meter/firmware/optical_server.h"
#include "drivers/virtual_lab/meter/firmware/test_led.h"

namespace meterbench::firmware {

inline constexpr const char* kFirmwareName = "Meterbench metering core 1";

class MeterFirmware {
 public:
  /// A reset: reads calibration and configuration. Without a valid calibration it takes samples but meters
  /// nothing, and says so in the fault word; without a valid configuration it has no starting threshold and
  /// the test LED's own figures (test_led.h).
  explicit MeterFirmware(Board& board);

  /// Takes all samples up to the board's run_until, as far as the ring has them, and what the optical port
  /// has heard.
  void run();

  /// The sample after which the optical port has something to do by itself; kNever while nobody talks.
  [[nodiscard]] std::uint64_t port_wake() { return port_.wake(); }

  /// Whether samples of 0 would change nothing but the time: the filters have run empty, and port and LED are
  /// silent.
  [[nodiscard]] bool at_rest();
  /// At rest: so many samples may be passed at once, until the billing has something to do.
  [[nodiscard]] std::uint64_t longest_rest() const;
  /// At rest: takes `samples` samples of 0 at once, longest_rest() at most, which the board's ring need not
  /// hold. Exactly what run() would come to.
  void pass_rest(std::uint64_t samples);

  /// Quanta since reset (see CalibrationRecord). The net energy of each block goes to one of them: elements
  /// are summed before the direction is looked at.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }

  /// What its tables tell.
  [[nodiscard]] const MeterData& data() const { return billing_.data(); }

 private:
  void configure(const ConfigurationRecord& configuration);
  void look_at_board();
  void follow_mode();
  void end_block();
  void serve_port();

  Board& board_;
  CalibrationRecord calibration_;  // all 0 without a valid one
  Metering metering_;
  TestLed led_;
  std::uint64_t delivered_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t line_periods_ = 0;  // that the billing has been told of
  bool supplied_ = true;
  Mode mode_ = Mode::metering;
  LedSignal signal_;
  Billing billing_;
  OpticalServer port_;
};

}  // namespace meterbench::firmware
