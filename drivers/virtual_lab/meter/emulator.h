#pragma once

#include <memory>

#include "drivers/virtual_lab/meter/elf_image.h"
#include "drivers/virtual_lab/meter/processor.h"

namespace meterbench::virtual_lab {

/// `image` on an emulated Cortex-M4: QEMU's machine mps2-an386, a process of its own, with the board in its
/// PSRAM (board.md). QEMU is the program `qemu-system-arm`, or what METERBENCH_QEMU names.
[[nodiscard]] std::unique_ptr<Processor> emulator(std::shared_ptr<const ElfImage> image);

}  // namespace meterbench::virtual_lab
