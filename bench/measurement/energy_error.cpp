#include "bench/measurement/energy_error.h"

namespace meterbench {

ActiveEnergy reference_energy(const PulseComparison& c) {
  return c.reference_pulses * c.reference_pulse / (1 + c.reference_error.value());
}

Ratio energy_error(const PulseComparison& c) {
  const ActiveEnergy registered = static_cast<double>(c.meter_pulses) * c.kt * c.circuit_factor;
  const ActiveEnergy given = reference_energy(c) * (1 + c.isolation_error.value());
  return Ratio{registered / given - 1} - c.standard_error;
}

}  // namespace meterbench
