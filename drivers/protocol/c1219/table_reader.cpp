#include "drivers/protocol/c1219/table_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

#include "bench/core/quantity_text.h"

namespace meterbench::c1219 {
namespace {

// NI formats.
enum Format : std::uint8_t {
  kDouble = 0,
  kFloat = 1,
  kText12 = 2,
  kText6 = 3,
  kInt32With4Decimals = 4,
  kBcd6 = 5,
  kBcd4 = 6,
  kInt24 = 7,
  kInt32 = 8,
  kInt40 = 9,
  kInt48 = 10,
  kInt64 = 11,
  kBcd8 = 12,
  kText21 = 13,
};

int from_bcd(std::uint8_t byte) {
  const int high = byte >> 4U, low = byte & 0x0FU;
  return high > 9 || low > 9 ? -1 : 10 * high + low;
}

/// Two digits: below 90 they are of this century.
int full_year(int year) { return year < 90 ? 2000 + year : 1900 + year; }

}  // namespace

void TableReader::fail(std::string why) {
  if (!failure_) failure_ = std::move(why);
  left_ = {};
}

void TableReader::expect_end() {
  if (!left_.empty()) fail(fmt::format("{} bytes more than its layout has", left_.size()));
}

ByteView TableReader::take(std::size_t count) {
  if (count > left_.size()) {
    fail(fmt::format("the table is too short: {} bytes missing", count - left_.size()));
    return {};
  }
  const ByteView taken = left_.first(count);
  left_ = left_.subspan(count);
  return taken;
}

std::uint64_t TableReader::unsigned_number(std::size_t count) {
  const ByteView taken = take(count);
  std::uint64_t value = 0;
  for (std::size_t n = 0; n < taken.size(); ++n)
    value = value << 8U | taken[formats_.big_endian ? n : taken.size() - 1 - n];
  return value;
}

double TableReader::signed_number(std::size_t count) {
  const std::uint64_t raw = unsigned_number(count);
  const std::uint64_t sign = std::uint64_t{1} << (8 * count - 1);
  const std::uint64_t mask = sign | (sign - 1);
  if ((raw & sign) == 0) return static_cast<double>(raw);
  switch (formats_.integer) {
    case 0: return -static_cast<double>((~raw & mask) + 1);
    case 1: return -static_cast<double>(~raw & mask);
    case 2: return -static_cast<double>(raw & ~sign);
    default: fail(fmt::format("INT_FORMAT {} is unknown", formats_.integer)); return 0;
  }
}

Number TableReader::number(std::uint8_t format) {
  switch (format) {
    case kDouble: return floating<double>();
    case kFloat: return floating<float>();
    case kText12: return decimal(12);
    case kText6: return decimal(6);
    case kText21: return decimal(21);
    case kInt32With4Decimals: return {signed_number(4) / 1e4, 1e-4};
    case kBcd6: return packed(6);
    case kBcd4: return packed(4);
    case kBcd8: return packed(8);
    case kInt24: return {signed_number(3), 1};
    case kInt32: return {signed_number(4), 1};
    case kInt40: return {signed_number(5), 1};
    case kInt48: return {signed_number(6), 1};
    case kInt64: return {signed_number(8), 1};
    default: fail(fmt::format("NI format {} is unknown", format)); return {};
  }
}

template <class Float>
Number TableReader::floating() {
  using Bits = std::conditional_t<sizeof(Float) == 8, std::uint64_t, std::uint32_t>;
  const auto value = std::bit_cast<Float>(static_cast<Bits>(unsigned_number(sizeof(Float))));
  if (!std::isfinite(value)) {
    fail("a register that is no number");
    return {};
  }
  const Float size = std::abs(value);
  const Float next = std::nextafter(size, std::numeric_limits<Float>::infinity());
  return {static_cast<double>(value), static_cast<double>(next - size)};
}

Number TableReader::decimal(std::size_t count) { return parsed(text(count)); }

// Nibble A is the minus, B a blank, D the decimal point.
Number TableReader::packed(std::size_t count) {
  std::string digits;
  for (const std::uint8_t byte : take(count))
    for (const int nibble : {byte >> 4, byte & 0x0F}) {
      if (nibble < 10) digits += static_cast<char>('0' + nibble);
      if (nibble == 0xA) digits += '-';
      if (nibble == 0xD) digits += '.';
      if (nibble == 0xC || nibble > 0xD) fail(fmt::format("nibble {:X} in a BCD number", nibble));
    }
  return parsed(std::move(digits));
}

Number TableReader::parsed(std::string text) {
  if (failure_) return {};
  std::string_view digits = text;
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  const auto value = parse_number(digits);
  if (!value) {
    fail(fmt::format("'{}' is no number", text));
    return {};
  }
  const std::size_t point = digits.find('.');
  const auto decimals = point == std::string_view::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  return {*value, std::pow(10.0, -decimals)};
}

std::string TableReader::text(std::size_t count) {
  std::string text = to_string(take(count));
  text.erase(text.find_last_not_of(std::string_view{" \0", 2}) + 1);
  return text;
}

std::string TableReader::identifier(std::size_t characters) {
  if (!formats_.bcd_identifiers) return text(characters);
  std::string digits;
  for (const std::uint8_t byte : take(characters / 2)) digits += fmt::format("{:02X}", byte);
  return digits;
}

Bytes TableReader::bytes(std::size_t count) {
  const ByteView taken = take(count);
  return {taken.begin(), taken.end()};
}

std::optional<MeterTime> TableReader::time(bool with_seconds) {
  using namespace std::chrono;
  switch (formats_.time) {
    case 0: return std::nullopt;
    case 1:
    case 2: {
      const ByteView taken = take(with_seconds ? 6 : 5);
      if (taken.empty()) return std::nullopt;
      int part[6] = {};
      for (std::size_t n = 0; n < taken.size(); ++n)
        part[n] = formats_.time == 1 ? from_bcd(taken[n]) : int{taken[n]};
      const year_month_day date{year{full_year(part[0])}, month{static_cast<unsigned>(part[1])},
                                day{static_cast<unsigned>(part[2])}};
      const bool valid = part[0] >= 0 && part[0] <= 99 && date.ok() && part[3] >= 0 && part[3] < 24 &&
                         part[4] >= 0 && part[4] < 60 && part[5] >= 0 && part[5] < 60;
      if (!valid) return std::nullopt;  // never set, as zeros
      return local_days{date} + hours{part[3]} + minutes{part[4]} + seconds{part[5]};
    }
    case 3: {
      const std::uint32_t whole = u32();
      const std::uint8_t rest = with_seconds ? u8() : 0;
      if (whole == 0) return std::nullopt;
      return MeterTime{minutes{whole} + seconds{rest}};
    }
    case 4: {
      const std::uint32_t whole = u32();
      if (whole == 0) return std::nullopt;
      return MeterTime{seconds{whole}};
    }
    default: fail(fmt::format("TM_FORMAT {} is unknown", formats_.time)); return std::nullopt;
  }
}

std::optional<std::chrono::seconds> TableReader::time_of_day() {
  using namespace std::chrono;
  switch (formats_.time) {
    case 0: return std::nullopt;
    case 1:
    case 2: {
      const ByteView taken = take(3);
      if (taken.empty()) return std::nullopt;
      int part[3] = {};
      for (std::size_t n = 0; n < taken.size(); ++n)
        part[n] = formats_.time == 1 ? from_bcd(taken[n]) : int{taken[n]};
      const bool valid =
          part[0] >= 0 && part[0] < 24 && part[1] >= 0 && part[1] < 60 && part[2] >= 0 && part[2] < 60;
      if (!valid) return std::nullopt;
      return hours{part[0]} + minutes{part[1]} + seconds{part[2]};
    }
    case 3:
    case 4: return seconds{u32()};  // knowledge: unverified
    default: fail(fmt::format("TM_FORMAT {} is unknown", formats_.time)); return std::nullopt;
  }
}

}  // namespace meterbench::c1219
