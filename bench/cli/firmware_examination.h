// What a firmware supports of the board, found out by running it on its own: nothing is taken from its word.
#pragma once

#include <memory>
#include <vector>

#include "bench/cli/doctor.h"
#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/elf_image.h"

namespace meterbench {

/// `image` (null: the firmware of this program) in a meter of `type` in a world of its own: begins, takes its
/// samples, blinks, answers at its port, survives a power cut. Unfit is what no scenario could do without;
/// what a firmware may leave out is a remark. Throws virtual_lab::FirmwareFailure
/// when it does not begin.
[[nodiscard]] std::vector<Diagnosis> examine_firmware(
    const std::shared_ptr<const virtual_lab::ElfImage>& image, const MeterType& type);

}  // namespace meterbench
