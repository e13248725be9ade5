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

std::optional<Flow> flow_of(const Unit& unit) {
  if (unit.id() != kActivePower || unit.segmentation() != 0 || !unit.is_plain()) return std::nullopt;
  if (unit.net() || unit.time_base() == kNetBulk) return Flow::net;
  if (unit.quadrants() == kDelivered) return Flow::delivered;
  if (unit.quadrants() == kReceived) return Flow::received;
  return std::nullopt;
}

bool is_energy(const Unit& unit) {
  return unit.id() == kActivePower && (unit.time_base() == kBulk || unit.time_base() == kNetBulk);
}

Decoded<const Source*> selected(const std::vector<Source>& sources, std::uint8_t place) {
  constexpr std::uint8_t kNone = 255;
  if (place == kNone) return nullptr;
  if (place >= sources.size()) return tl::unexpected{fmt::format("there is no source {}", place)};
  return sources[place].unit ? &sources[place] : nullptr;
}

Decoded<EnergyRegisters> energy_registers(const RegisterSelection& selection,
                                          const CurrentRegisters& registers,
                                          const std::vector<Source>& sources) {
  EnergyRegisters result;
  for (std::size_t n = 0; n < selection.summations.size(); ++n) {
    const auto source = selected(sources, selection.summations[n]);
    if (!source) return tl::unexpected{"ST-22: " + source.error()};
    if (*source == nullptr || !is_energy(*(*source)->unit)) continue;
    const std::optional<Flow> flow = flow_of(*(*source)->unit);
    if (!flow || flow == Flow::net) continue;
    std::optional<Number>& energy = flow == Flow::delivered ? result.delivered : result.received;
    if (energy) continue;
    const auto value = engineering_value(registers.total.summations.at(n), **source);
    if (!value) return tl::unexpected{fmt::format("summation {}: {}", n, value.error())};
    energy = *value;
  }
  return result;
}

}  // namespace meterbench::c1219
