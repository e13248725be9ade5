#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::radian_rd3x {

/// A Radian RD-3x at the far end of a serial line. Its pulse output is the world's signal `reference.pulses`.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::radian_rd3x
