#include "drivers/protocol/c1219/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace meterbench::c1219 {

Decoded<std::vector<Source>> join_sources(const std::vector<SourceFlags>& flags,
                                          const std::vector<Unit>& units,
                                          const std::vector<Constants>& constants) {
  std::vector<Source> sources;
  std::size_t unit = 0, constant = 0;
  for (const SourceFlags& own : flags) {
    Source source{own, {}, {}};
    if ((own.has_unit() && unit == units.size()) || (own.has_constants() && constant == constants.size()))
      return tl::unexpected{fmt::format("ST-16: source {} has no entry in ST-12 or ST-15", sources.size())};
    if (own.has_unit()) source.unit = units[unit++];
    if (own.has_constants()) source.constants = constants[constant++];
    sources.push_back(source);
  }
  return sources;
}

Decoded<Number> engineering_value(const Number& raw, const Source& source) {
  const auto refuse = [](const char* why) { return tl::unexpected<std::string>{why}; };
  if (!source.unit) return refuse("a source without a unit");
  Number value = raw;
  if (!source.flags.engineering_units()) {
    value.step = std::max(1.0, value.step);
    if (!source.flags.constants_to_apply()) return refuse("pulses whose worth the meter does not tell");
  }
  if (source.flags.constants_to_apply()) {
    if (!source.constants) return refuse("constants are to be applied, but there are none");
    const auto& [multiplier, offset, ratio] = *source.constants;
    value = {(value.value * multiplier + offset) * ratio, value.step * std::abs(multiplier * ratio)};
  }
  const double multiplier = source.unit->multiplier();
  return Number{value.value * multiplier, value.step * multiplier};
}

Decoded<EnergyRegisters> energy_registers(const RegisterSelection& selection,
                                          const CurrentRegisters& registers,
                                          const std::vector<Source>& sources) {
  EnergyRegisters result;
  constexpr std::uint8_t kNone = 255;
  for (std::size_t n = 0; n < selection.summations.size(); ++n) {
    const std::uint8_t place = selection.summations[n];
    if (place == kNone) continue;
    if (place >= sources.size()) return tl::unexpected{fmt::format("ST-22: there is no source {}", place)};
    const Source& source = sources[place];
    if (!source.unit) continue;
    for (const auto& [quadrants, energy] :
         {std::pair{kDelivered, &result.delivered}, {kReceived, &result.received}}) {
      if (*energy || !source.unit->is_energy(quadrants)) continue;
      const auto value = engineering_value(registers.total.summations.at(n), source);
      if (!value) return tl::unexpected{fmt::format("summation {}: {}", n, value.error())};
      *energy = *value;
    }
  }
  return result;
}

}  // namespace meterbench::c1219
