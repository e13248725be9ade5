// The data types of C12.19 tables, as ST-00 of this meter tells them (optical-port.md 4). Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"

namespace meterbench::firmware {

/// A whole table, the self reads with numbers as texts being the longest.
using TableImage = ByteBuffer<1792>;

/// A number: value·10^-decimals.
struct Decimal {
  std::int64_t value;
  std::uint8_t decimals;  // 0 … 12
};

/// NI formats (optical-port.md 4).
enum NumberFormat : std::uint8_t {
  kNiDouble = 0,
  kNiFloat = 1,
  kNiText12 = 2,
  kNiText6 = 3,
  kNiInt32With4Decimals = 4,
  kNiBcd6 = 5,
  kNiBcd4 = 6,
  kNiInt24 = 7,
  kNiInt32 = 8,
  kNiInt40 = 9,
  kNiInt48 = 10,
  kNiInt64 = 11,
  kNiBcd8 = 12,
};

/// Whether numbers of that format are whole.
[[nodiscard]] constexpr bool is_whole(std::uint8_t format) {
  return format >= kNiInt24 && format <= kNiInt64;
}

/// Adds to an image, in the formats that the configuration states.
///
/// A number that its format does not hold is written as the greatest, or the least, that it does hold;
/// decimals that it does not hold are rounded.
class TableWriter {
 public:
  TableWriter(TableImage& image, const ConfigurationRecord& formats) : image_{image}, formats_{formats} {}

  [[nodiscard]] const ConfigurationRecord& formats() const { return formats_; }

  void u8(std::uint32_t value) { unsigned_number(value, 1); }
  void u16(std::uint32_t value) { unsigned_number(value, 2); }
  void u32(std::uint32_t value) { unsigned_number(value, 4); }
  void u64(std::uint64_t value) { unsigned_number(value, 8); }
  /// Bytes as they are: text, sets.
  template <class Byte>
  void bytes(const Byte* bytes, std::uint32_t count) {
    image_.add(bytes, count);
  }
  void fill(std::uint8_t byte, std::uint32_t count) {
    while (count-- > 0) image_.add(byte);
  }

  void ni_1(const Decimal& number) { this->number(formats_.ni_1, number); }
  void ni_2(const Decimal& number) { this->number(formats_.ni_2, number); }

  /// Zeros for kNoTime. Format 1 and 2 have two digits for the year: 2090 and later cannot be told from 1990.
  void long_time(LocalTime time) { this->time(time, true); }
  /// To the minute in formats 1 … 3.
  void short_time(LocalTime time) { this->time(time, false); }

 private:
  void unsigned_number(std::uint64_t value, unsigned bytes);
  void number(std::uint8_t format, const Decimal& number);
  void whole_number(std::int64_t value, unsigned bytes);
  void decimal_text(const Decimal& number, unsigned characters);
  void packed_decimal(const Decimal& number, unsigned bytes);
  void time(LocalTime time, bool with_seconds);

  TableImage& image_;
  const ConfigurationRecord& formats_;
};

}  // namespace meterbench::firmware
