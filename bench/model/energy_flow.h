// Which way the energy of a meter goes under a load, and so which of its registers it must reach.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "bench/model/load_point.h"
#include "bench/model/meter_type.h"

namespace meterbench {

/// `balanced`: the circuits' powers cancel, and what is left may go either way.
enum class EnergyFlow { delivered, received, balanced };
inline constexpr std::array kEnergyFlows{EnergyFlow::delivered, EnergyFlow::received, EnergyFlow::balanced};
[[nodiscard]] std::string_view to_text(EnergyFlow flow);

/// By the power that a meter of that form registers. `balanced` below 1 % (made) of the apparent power of all
/// circuits: there the small errors of a source decide.
[[nodiscard]] EnergyFlow energy_flow(Form form, const LoadPoint& load);

}  // namespace meterbench
