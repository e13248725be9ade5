// Which firmware this is, as table ST-01 and the display tell it. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

inline constexpr std::uint8_t kFirmwareVersion = 1;
inline constexpr std::uint8_t kFirmwareRevision = 0;

}  // namespace meterbench::firmware
