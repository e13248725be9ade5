// Which firmware this is, as table ST-01, the display and the board tell it. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

inline constexpr std::uint8_t kFirmwareVersion = 5;
inline constexpr std::uint8_t kFirmwareRevision = 34;
inline constexpr char kFirmwareName[] = "Meterbench metering core 5.34";

}  // namespace meterbench::firmware
