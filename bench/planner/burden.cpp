#include "bench/planner/burden.h"

#include <cmath>
#include <complex>

namespace meterbench {
namespace {

void add_coil(Burden& burden, const MeterType& meter, const LoadPoint& load) {
  std::complex<double> across = load.voltage_phasor(0);
  if (is_three_wire(meter.form)) across -= load.voltage_phasor(1);
  const Voltage coil{std::abs(across)};
  if (coil.value() == 0) return;
  const double share_of_nominal = coil / meter.nominal_voltage;
  const ApparentPower taken = meter.voltage_burden * (share_of_nominal * share_of_nominal);
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
    burden.voltage_power[i] = burden.voltage_power[i] + taken * (load.circuits[i].voltage / coil);
}

}  // namespace

Burden burden_of(const std::map<std::string, MeterType>& meters, Resistance wiring, const LoadPoint& load) {
  Burden burden;
  Resistance loop = wiring;
  for (const auto& [position, meter] : meters) {
    add_coil(burden, meter, load);
    loop = loop + meter.current_impedance;
  }
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
    burden.across_current[i] = Voltage{load.circuits[i].current.value() * loop.value()};
  return burden;
}

}  // namespace meterbench
