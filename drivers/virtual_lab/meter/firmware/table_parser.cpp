#include "drivers/virtual_lab/meter/firmware/table_parser.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint8_t kBcd = 1, kMinutes = 3, kSeconds = 4;  // TM_FORMAT

/// Beyond any part of a date where it is none.
std::uint32_t from_bcd(std::uint8_t byte) {
  const std::uint32_t tens = byte >> 4U, ones = byte & 0x0FU;
  return tens > 9 || ones > 9 ? 0xFF : 10 * tens + ones;
}

}  // namespace

std::uint32_t TableParser::long_time_size(const ConfigurationRecord& formats) {
  return formats.time_format == kSeconds ? 4 : formats.time_format == kMinutes ? 5 : 6;
}

LocalTime TableParser::long_time() {
  if (formats_.time_format == kMinutes || formats_.time_format == kSeconds) {
    const bool minutes = formats_.time_format == kMinutes;
    const std::uint64_t since_1970 = std::uint64_t{u32()} * (minutes ? kSecondsPerMinute : 1);
    const std::uint32_t rest = minutes ? u8() : 0;
    const std::uint64_t time = since_1970 + rest - kSecondsTo2000;  // wraps for what is earlier
    return rest < kSecondsPerMinute && time <= kLastTime ? static_cast<LocalTime>(time) : kNoTime;
  }
  std::uint32_t parts[6];
  for (std::uint32_t& part : parts) part = formats_.time_format == kBcd ? from_bcd(u8()) : u8();
  // From 90 on it is of the century before.
  if (parts[0] >= 90) return kNoTime;
  const DateTime time{.year = calendar::kFirstYear + parts[0],
                      .month = parts[1],
                      .day = parts[2],
                      .hour = parts[3],
                      .minute = parts[4],
                      .second = parts[5]};
  return is_valid(time) ? local_time(time) : kNoTime;
}

}  // namespace meterbench::firmware
