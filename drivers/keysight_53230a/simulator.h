#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::keysight_53230a {

/// A 53230A on USB whose channels 1 and 2 count the signals of the world that the lab wires to `input_0` and
/// `input_1`.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::keysight_53230a
