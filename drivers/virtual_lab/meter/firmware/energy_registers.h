// How energy comes into the registers. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

/// What of the metered energy the registers are told: all of it, unless the calibration record says that the
/// meter is defective.
class RegisterInput {
 public:
  struct Energy {
    std::uint32_t flow{};
    std::uint64_t quanta{};
  };

  explicit RegisterInput(const CalibrationRecord& calibration)
      : parts_{static_cast<std::uint64_t>(kMillion + calibration.register_gain_ppm)},
        detent_{(calibration.register_options & kDetent) != 0},
        swapped_{(calibration.register_options & kDirectionSwapped) != 0} {}

  /// `net`: of one block; delivered is positive.
  [[nodiscard]] Energy take(std::int64_t net);

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  std::uint64_t parts_;  // of a million of the energy
  bool detent_;
  bool swapped_;
  std::uint64_t remainder_[kFlows]{};  // below kMillion
};

/// Energy below one Kt: what the registers do not tell yet, in quanta.
struct EnergyRests {
  std::uint64_t total[kFlows];
  std::uint64_t tier[kTiers][kFlows];
  friend bool operator==(const EnergyRests&, const EnergyRests&) = default;
};

/// `kt`: quanta of one pulse, not 0.
void add_energy(RegisterSet& registers, EnergyRests& rests, const RegisterInput::Energy& energy,
                std::uint8_t tier, std::uint64_t kt);

/// Registers that nothing has come into.
[[nodiscard]] RegisterSet empty_registers();

/// Keeps the greater: of equal maxima the first.
void note_demand(PeakDemand& peak, std::uint32_t watts, LocalTime at);
/// A demand reset: the maxima join their sums and begin again.
void end_period(RegisterSet& registers);

}  // namespace meterbench::firmware
