// Another firmware in the place of ours, as small as one can be that is of use: its LED blinks once for each
// Kt. No registers, no optical port, no display.
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/image/start_up.h"

namespace {
using namespace meterbench::firmware;

class Blinker {
 public:
  explicit Blinker(Board& board) : board_{board} {
    __builtin_memcpy(&calibration_, board.eeprom + kCalibrationAddress, sizeof calibration_);
    board.port_wake = kNever;  // there is no port
    share(board.built_for, kBoardVersion);
  }

  void run() {
    const std::uint32_t bell = shared(board_.doorbell), end = shared(board_.run_until);
    for (std::uint32_t n = board_.samples.read; n != end; ++n) take(board_.samples.slot(n));
    share(board_.samples.read, end);
    share(board_.answered, bell);
  }

 private:
  void take(const Sample& s) {
    // The voltage as late as the current channel is.
    const std::int64_t late =
        s.u + (((last_u_ - s.u) * std::int64_t{calibration_.phase_delay}) >> kPhaseBits);
    last_u_ = s.u;
    for (unsigned e = 0; e < kElements; ++e)
      energy_ += ((late * (e == 0 ? s.i1 : s.i2)) >> 8) * calibration_.gain[e] >> (kGainBits + 6);
    if (++taken_ % kBlock != 0) return;
    blink(static_cast<std::uint64_t>(energy_ < 0 ? -energy_ : energy_));  // quanta of this block
    energy_ = 0;
  }

  /// Evenly over the next block, since an edge must not lie before the newest sample.
  void blink(std::uint64_t energy) {
    since_pulse_ += energy;
    for (; since_pulse_ >= calibration_.kt; since_pulse_ -= calibration_.kt) {
      const std::uint64_t place = (energy - (since_pulse_ - calibration_.kt)) * kBlock;
      const std::uint64_t fraction = ((place % energy) << 20U) / energy;
      static_cast<void>(
          push(board_.led_edges,
               {taken_ + place / energy, static_cast<std::uint32_t>(fraction << 12U), 10U << kLedWidthBits}));
    }
  }

  Board& board_;
  CalibrationRecord calibration_;
  std::uint64_t taken_ = 0, since_pulse_ = 0;
  std::int64_t last_u_ = 0, energy_ = 0;
};
}  // namespace

int main() {
  static Blinker blinker{machine_board()};
  for (;; wait_for_host(machine_board())) blinker.run();
}
