// What an image finds when its main() begins, and how it waits for the host: ../../board.md. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

/// The board of the machine, in its PSRAM.
[[nodiscard]] Board& machine_board();

/// Returns when the host has samples or has rung the doorbell: looks for it for a while, then sleeps.
void wait_for_host(Board& board);

}  // namespace meterbench::firmware
