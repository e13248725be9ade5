// Percent error of a meter's energy from LED pulses against reference pulses.
#pragma once

#include <cstdint>

#include "bench/core/quantity.h"

namespace meterbench {

/// What one window counted.
struct PulseComparison {
  std::uint64_t meter_pulses = 0;  ///< N
  ActiveEnergy kt{};               ///< of one LED pulse
  double circuit_factor = 1;       ///< F
  double reference_pulses = 0;     ///< M, may be fractional by interpolation
  ActiveEnergy reference_pulse{};  ///< c_ref
  Ratio reference_error{};         ///< e_ref of the certificate at this load
  Ratio isolation_error{};         ///< e_iso: what the position gives the meter beyond what it takes
  Ratio standard_error{};          ///< e_std: certificate's, of a certified standard in the meter's place
};

/// E_ref = M·c_ref/(1 + e_ref): the certificate's error taken out. Positive.
[[nodiscard]] ActiveEnergy reference_energy(const PulseComparison& c);

/// e = N·Kt·F/(|E_ref|·(1 + e_iso)) − 1 − e_std (type-approval.md 5.1): positive when the meter
/// over-registers; with e_std the deviation of a standard from its certificate. `reference_pulses` must be
/// above 0.
[[nodiscard]] Ratio energy_error(const PulseComparison& c);

}  // namespace meterbench
