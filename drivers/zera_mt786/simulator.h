#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::zera_mt786 {

/// A ZERA MT786 at the far end of a serial line: source, built-in reference and error calculator. `input_0`
/// is its pulse input.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::zera_mt786
