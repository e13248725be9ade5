#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::zera_com5003 {

/// A COM5003 at the far end of a socket. Its pulse output is the world's signal `<role>.pulses`; its photo
/// head SC1 is `input_0`.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::zera_com5003
