#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::wago_750 {

/// A WAGO coupler at the far end of Modbus TCP. `output_0` is the relay that enables the source; the others
/// may be wired to switches of meters. Inputs 0, 1, 2: emergency stop, door, seats of the meters.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::wago_750
