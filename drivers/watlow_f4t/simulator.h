#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::watlow_f4t {

/// A Watlow F4T on its chamber, at the far end of a Modbus link: the lab's climate is in its hands. `input_0`
/// is analogue input 1, the chamber's air where nothing else is wired to it; `input_1` is analogue input 2.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::watlow_f4t
