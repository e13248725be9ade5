#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::pickup_box {

/// The pickup box at the far end of a serial line, looking at all positions of the lab.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::pickup_box
