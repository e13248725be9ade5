// From what a register holds to what it means (the scaling rule of optical-port.md 6.7).
#pragma once

#include <optional>
#include <vector>

#include "drivers/protocol/c1219/register_tables.h"
#include "drivers/protocol/c1219/source_tables.h"

namespace meterbench::c1219 {

/// A source with the entries of the other tables that are its own.
struct Source {
  SourceFlags flags;
  std::optional<Unit> unit;
  std::optional<Constants> constants;
};
/// The k-th source that has a unit owns the k-th entry of ST-12; so with constants and ST-15.
[[nodiscard]] Decoded<std::vector<Source>> join_sources(const std::vector<SourceFlags>& flags,
                                                        const std::vector<Unit>& units,
                                                        const std::vector<Constants>& constants);

/// In the unit that the source's id names (times hours where it is bulk), with the register's own step: a
/// whole pulse at least where it counts pulses. Real meters differ here more than anywhere else: to be proven
/// once on a bench with a known energy.
[[nodiscard]] Decoded<Number> engineering_value(const Number& raw, const Source& source);

/// Which way what a register counts goes.
enum class Flow { delivered, received, net };
/// Of active energy or active power of all lines; nothing where `unit` is that of something else.
[[nodiscard]] std::optional<Flow> flow_of(const Unit& unit);
/// A dial reading of active energy, in Wh; else it is a power.
[[nodiscard]] bool is_energy(const Unit& unit);

/// The source that place `place` of a selection names: null where that says none (255) or the source has no
/// unit. Fails beyond the sources.
[[nodiscard]] Decoded<const Source*> selected(const std::vector<Source>& sources, std::uint8_t place);

/// Wh of the whole meter, where it has such registers.
struct EnergyRegisters {
  std::optional<Number> delivered;
  std::optional<Number> received;
};
[[nodiscard]] Decoded<EnergyRegisters> energy_registers(const RegisterSelection& selection,
                                                        const CurrentRegisters& registers,
                                                        const std::vector<Source>& sources);

}  // namespace meterbench::c1219
