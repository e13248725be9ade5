// The data types of ANSI C12.19 tables (optical-port.md 4): every layout is computed from what ST-00 says,
// and read with an eye on the table's end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"

namespace meterbench::c1219 {

/// How a meter writes its tables, from ST-00.
struct Formats {
  bool big_endian = false;
  std::uint8_t time = 0;     ///< TM_FORMAT: 0 no clock, 1 BCD, 2 binary, 3 minutes, 4 seconds since 1970
  std::uint8_t integer = 0;  ///< INT_FORMAT: 0 two's complement, 1 one's complement, 2 sign and magnitude
  bool bcd_identifiers = false;
  std::uint8_t ni_1 = 0;  ///< NI_FORMAT1
  std::uint8_t ni_2 = 0;
};

/// A register's number, and by how much it differs from its neighbour in its own format.
struct Number {
  double value = 0;
  double step = 0;
};

/// Local time of the meter, whatever its zone.
using MeterTime = std::chrono::local_seconds;

/// Reads a table from its first byte on. After the first failure everything reads as nothing, and failure()
/// tells: one look at the end will do.
class TableReader {
 public:
  TableReader(ByteView table, const Formats& formats) : left_{table}, formats_{formats} {}

  [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(unsigned_number(1)); }
  [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(unsigned_number(2)); }
  [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(unsigned_number(4)); }
  [[nodiscard]] std::uint64_t u64() { return unsigned_number(8); }
  [[nodiscard]] Number ni_1() { return number(formats_.ni_1); }
  [[nodiscard]] Number ni_2() { return number(formats_.ni_2); }
  /// Without the spaces and NULs that fill it.
  [[nodiscard]] std::string text(std::size_t bytes);
  /// An identifier of `characters`, as text or as half as many bytes of BCD.
  [[nodiscard]] std::string identifier(std::size_t characters);
  /// Never swapped; member m is bit m % 8 of byte m / 8.
  [[nodiscard]] Bytes bytes(std::size_t count);
  /// STIME; nothing without a clock or when the meter has no valid time there.
  [[nodiscard]] std::optional<MeterTime> short_time() { return time(false); }
  /// LTIME, to the second.
  [[nodiscard]] std::optional<MeterTime> long_time() { return time(true); }

  /// TIME: of a day, or what is left of an interval; nothing where it is none.
  [[nodiscard]] std::optional<std::chrono::seconds> time_of_day();

  [[nodiscard]] std::size_t left() const { return left_.size(); }
  /// Why the table cannot be what was read, if so.
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
  void fail(std::string why);
  /// Fails when something is left: the layout is another one.
  void expect_end();

 private:
  [[nodiscard]] ByteView take(std::size_t count);
  [[nodiscard]] std::uint64_t unsigned_number(std::size_t bytes);
  [[nodiscard]] double signed_number(std::size_t bytes);
  [[nodiscard]] Number number(std::uint8_t format);
  template <class Float>
  [[nodiscard]] Number floating();
  [[nodiscard]] Number decimal(std::size_t bytes);
  [[nodiscard]] Number packed(std::size_t bytes);
  [[nodiscard]] Number parsed(std::string text);
  [[nodiscard]] std::optional<MeterTime> time(bool with_seconds);

  ByteView left_;
  Formats formats_;
  std::optional<std::string> failure_;
};

/// What all tables are decoded to.
template <class T>
using Decoded = tl::expected<T, std::string>;

/// `value`, unless `reader` has failed: then why, with the table's name.
template <class T>
[[nodiscard]] Decoded<T> finished(const TableReader& reader, const char* table, T value) {
  if (reader.failure()) return tl::unexpected{std::string{table} + ": " + *reader.failure()};
  return value;
}

}  // namespace meterbench::c1219
