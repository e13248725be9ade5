#include "drivers/virtual_lab/meter/firmware/table_writer.h"

#include <bit>
#include <limits>

#include "drivers/virtual_lab/meter/firmware/calendar.h"

namespace meterbench::firmware {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr unsigned kMostCharacters = 16;

std::int64_t power_of_ten(unsigned exponent) {
  std::int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

/// `number` in units of 10^-decimals: rounded, half away from 0; the greatest where it is beyond that.
std::int64_t rescaled(const Decimal& number, unsigned decimals) {
  const bool negative = number.value < 0;
  const std::int64_t size = negative ? (number.value == -kMost - 1 ? kMost : -number.value) : number.value;
  std::int64_t result = 0;
  if (number.decimals >= decimals) {
    const std::int64_t divisor = power_of_ten(number.decimals - decimals);
    result = size / divisor + (size % divisor >= divisor - divisor / 2 && divisor > 1 ? 1 : 0);
  } else {
    const std::int64_t factor = power_of_ten(decimals - number.decimals);
    result = size > kMost / factor ? kMost : size * factor;
  }
  return negative ? -result : result;
}

double real(const Decimal& number) {
  return static_cast<double>(number.value) / static_cast<double>(power_of_ten(number.decimals));
}

/// Right-aligned in `characters`, with as many decimals as there is room for. `fill` stands before the digits
/// and behind the sign, or before it where it is a space.
void write_decimal(const Decimal& number, char* text, unsigned characters, char fill) {
  const bool negative = number.value < 0;
  unsigned decimals = number.decimals;
  std::int64_t size = 0;
  unsigned digits = 0;
  const auto measure = [&] {
    size = rescaled(number, decimals);
    if (size < 0) size = -size;
    digits = 1;
    for (std::int64_t rest = size / 10; rest != 0; rest /= 10) ++digits;
    if (digits <= decimals) digits = decimals + 1;
    return digits + (decimals > 0 ? 1U : 0U) + (negative ? 1U : 0U);
  };
  while (measure() > characters && decimals > 0) --decimals;
  const unsigned room = characters - (negative ? 1U : 0U);
  if (decimals == 0 && digits > room) {
    digits = room;
    size = power_of_ten(room) - 1;
  }
  unsigned at = characters;
  for (unsigned n = 0; n < digits; ++n, size /= 10) {
    if (n == decimals && n > 0) text[--at] = '.';
    text[--at] = static_cast<char>('0' + size % 10);
  }
  if (negative && fill == ' ') text[--at] = '-';
  while (at > 0) text[--at] = fill;
  if (negative && fill != ' ') text[0] = '-';
}

std::uint8_t to_bcd(std::uint32_t value) { return static_cast<std::uint8_t>(value / 10 << 4U | value % 10); }

}  // namespace

void TableWriter::unsigned_number(std::uint64_t value, unsigned bytes) {
  formats_.big_endian != 0 ? image_.add_big(value, bytes) : image_.add_little(value, bytes);
}

void TableWriter::number(std::uint8_t format, const Decimal& number) {
  switch (format) {
    case kNiDouble: return u64(std::bit_cast<std::uint64_t>(real(number)));
    case kNiFloat: return u32(std::bit_cast<std::uint32_t>(static_cast<float>(real(number))));
    case kNiText12: return decimal_text(number, 12);
    case kNiText6: return decimal_text(number, 6);
    case kNiInt32With4Decimals: return whole_number(rescaled(number, 4), 4);
    case kNiBcd6: return packed_decimal(number, 6);
    case kNiBcd4: return packed_decimal(number, 4);
    case kNiInt24: return whole_number(rescaled(number, 0), 3);
    case kNiInt32: return whole_number(rescaled(number, 0), 4);
    case kNiInt40: return whole_number(rescaled(number, 0), 5);
    case kNiInt48: return whole_number(rescaled(number, 0), 6);
    case kNiInt64: return whole_number(rescaled(number, 0), 8);
    default: return packed_decimal(number, 8);
  }
}

// All three forms hold as much below 0 as above it.
void TableWriter::whole_number(std::int64_t value, unsigned bytes) {
  const std::uint64_t sign = std::uint64_t{1} << (8 * bytes - 1);
  const auto most = static_cast<std::int64_t>(sign - 1);
  if (value > most) value = most;
  if (value < -most) value = -most;
  const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
  constexpr std::uint8_t kOnesComplement = 1, kSignAndMagnitude = 2;
  std::uint64_t raw = size;
  if (value < 0 && formats_.integer_form == kSignAndMagnitude) raw = size | sign;
  if (value < 0 && formats_.integer_form != kSignAndMagnitude)
    raw = ~size + (formats_.integer_form == kOnesComplement ? 0U : 1U);
  unsigned_number(raw, bytes);
}

void TableWriter::decimal_text(const Decimal& number, unsigned characters) {
  char text[kMostCharacters];
  write_decimal(number, text, characters, ' ');
  bytes(text, characters);
}

// Nibble A is the minus, D the decimal point.
void TableWriter::packed_decimal(const Decimal& number, unsigned count) {
  char text[kMostCharacters];
  write_decimal(number, text, 2 * count, '0');
  const auto nibble = [&](unsigned n) {
    return text[n] == '-' ? 0xAU : text[n] == '.' ? 0xDU : static_cast<unsigned>(text[n] - '0');
  };
  for (unsigned n = 0; n < 2 * count; n += 2) u8(nibble(n) << 4U | nibble(n + 1));
}

void TableWriter::time(LocalTime time, bool with_seconds) {
  constexpr std::uint8_t kBcd = 1, kMinutes = 3, kSeconds = 4;
  if (formats_.time_format == kSeconds) return u32(time == kNoTime ? 0 : time + kSecondsTo2000);
  if (formats_.time_format == kMinutes) {
    u32(time == kNoTime ? 0 : (time + kSecondsTo2000) / kSecondsPerMinute);
    if (with_seconds) u8(time == kNoTime ? 0 : time % kSecondsPerMinute);
    return;
  }
  if (time == kNoTime) return fill(0, with_seconds ? 6 : 5);
  const DateTime at = date_time(time);
  const std::uint32_t parts[] = {at.year % 100, at.month, at.day, at.hour, at.minute, at.second};
  for (unsigned n = 0; n < (with_seconds ? 6U : 5U); ++n)
    u8(formats_.time_format == kBcd ? to_bcd(parts[n]) : parts[n]);
}

}  // namespace meterbench::firmware
