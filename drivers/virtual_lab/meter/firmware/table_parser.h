// What is written to a table, in the formats of TableWriter. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/calendar.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"

namespace meterbench::firmware {

/// From the first byte on; whoever takes has looked that there is so much.
class TableParser {
 public:
  TableParser(const std::uint8_t* bytes, const ConfigurationRecord& formats)
      : bytes_{bytes}, formats_{formats} {}

  [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  [[nodiscard]] std::uint32_t u32() { return number(4); }
  template <class Byte>
  void bytes(Byte* to, std::uint32_t count) {
    for (std::uint32_t n = 0; n < count; ++n) to[n] = static_cast<Byte>(*bytes_++);
  }

  /// LTIME; kNoTime for what is no time between 2000 and 2099.
  [[nodiscard]] LocalTime long_time();
  [[nodiscard]] static std::uint32_t long_time_size(const ConfigurationRecord& formats);

 private:
  [[nodiscard]] std::uint32_t number(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned n = 0; n < count; ++n)
      value = value << 8U | bytes_[formats_.big_endian != 0 ? n : count - 1 - n];
    bytes_ += count;
    return value;
  }

  const std::uint8_t* bytes_;
  const ConfigurationRecord& formats_;
};

}  // namespace meterbench::firmware
