#include "bench/model/energy_flow.h"

#include <cmath>

namespace meterbench {
namespace {

constexpr double kBalanced = 0.01;

}  // namespace

std::string_view to_text(EnergyFlow flow) {
  switch (flow) {
    case EnergyFlow::delivered: return "delivered";
    case EnergyFlow::received: return "received";
    case EnergyFlow::balanced: break;
  }
  return "balanced";
}

EnergyFlow energy_flow(Form form, const LoadPoint& load) {
  double apparent_va = 0;
  for (const CircuitLoad& circuit : load.circuits)
    apparent_va += circuit.voltage.value() * circuit.current.value();
  const double power_w = metered_power(form, load).value();
  if (std::abs(power_w) < kBalanced * apparent_va) return EnergyFlow::balanced;
  return power_w < 0 ? EnergyFlow::received : EnergyFlow::delivered;
}

}  // namespace meterbench
