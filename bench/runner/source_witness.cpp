#include "bench/runner/source_witness.h"

#include <cmath>
#include <numbers>

namespace meterbench {
namespace {

/// The sizes of what each circuit brings into the power that the reference forms, added up.
ActivePower power_apart(ReferenceDefinition definition, Form form, const LoadPoint& load) {
  const auto size_of = [&](const LoadPoint& part) {
    return ActivePower{std::abs(reference_power(definition, form, part).value())};
  };
  if (definition == ReferenceDefinition::series) return size_of(load);  // it sees one circuit
  ActivePower sum;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    LoadPoint alone = load;
    alone.circuits.at(1 - i).current = Current{};
    sum = sum + size_of(alone);
  }
  return sum;
}

/// The same load a quarter of a turn on: its active power is the reactive power of `load`.
LoadPoint turned(LoadPoint load) {
  for (CircuitLoad& circuit : load.circuits) circuit.lag = wrapped(circuit.lag + Angle{std::numbers::pi / 2});
  return load;
}

}  // namespace

SourceWitness source_witness(const SourceAccuracy& accuracy, ReferenceDefinition definition, Form form,
                             const LoadPoint& load, ActivePower seen, ActivePower whole) {
  const double set_w = std::abs(reference_power(definition, form, load).value());
  const double whole_w = std::abs(whole.value());
  const double of_power = accuracy.power.value() * power_apart(definition, form, load).value();
  const double of_angle = accuracy.angle.value() * power_apart(definition, form, turned(load)).value();
  return {Ratio{(std::abs(seen.value()) - set_w) / whole_w}, Ratio{(of_power + of_angle) / whole_w}};
}

}  // namespace meterbench
