#include "bench/runner/source_witness.h"

#include <cmath>

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

}  // namespace

SourceWitness source_witness(Ratio accuracy, ReferenceDefinition definition, Form form, const LoadPoint& load,
                             ActivePower seen, ActivePower whole) {
  const double set_w = std::abs(reference_power(definition, form, load).value());
  const double whole_w = std::abs(whole.value());
  return {Ratio{(std::abs(seen.value()) - set_w) / whole_w},
          accuracy * (power_apart(definition, form, load).value() / whole_w)};
}

}  // namespace meterbench
