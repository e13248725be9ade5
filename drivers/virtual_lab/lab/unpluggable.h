// A far end that a lab file takes off its wire: `{command: 12, of: counter, do: unplug}`.
#pragma once

#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/virtual_lab/world/fault_script.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::virtual_lab {

/// What `do:` may say of any instrument, whatever its model.
inline constexpr const char* kUnplug = "unplug";

/// `far_end`, that goes off its wire as `faults` say; commands count what arrives there.
[[nodiscard]] AnyFarEnd unpluggable(AnyFarEnd far_end, std::vector<ScriptedFault> faults);

}  // namespace meterbench::virtual_lab
