#pragma once

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::mcc_usb_ctr08 {

/// A USB-CTR08 whose inputs count the signals of the world that the lab wires to `input_0` … `input_7`.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::mcc_usb_ctr08
