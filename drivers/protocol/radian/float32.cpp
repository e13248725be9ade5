#include "drivers/protocol/radian/float32.h"

#include <algorithm>
#include <cmath>

namespace meterbench::radian {
namespace {

constexpr int kMantissaBits = 23;
constexpr std::int64_t kOne = std::int64_t{1} << kMantissaBits;  // 1.0 in units of the mantissa
constexpr int kZeroExponent = -128;
constexpr int kLargestExponent = 127;
constexpr Float32 kZero{0x80, 0, 0, 0};

}  // namespace

std::optional<double> decode_float(std::span<const std::uint8_t, 4> bytes) {
  if (std::ranges::equal(bytes, kInvalid)) return std::nullopt;
  const int exponent = bytes[0] < 0x80 ? bytes[0] : bytes[0] - 0x100;
  if (exponent == kZeroExponent) return 0.0;
  const bool negative = (bytes[1] & 0x80U) != 0;
  const std::int64_t fraction =
      (std::int64_t{bytes[1] & 0x7FU} << 16) | (std::int64_t{bytes[2]} << 8) | bytes[3];
  const std::int64_t mantissa = negative ? fraction - 2 * kOne : fraction + kOne;
  return std::ldexp(static_cast<double>(mantissa), exponent - kMantissaBits);
}

Float32 encode_float(double value) {
  if (!std::isfinite(value)) return kInvalid;
  if (value == 0) return kZero;
  int exponent = 0;
  const double half_to_one = std::frexp(std::abs(value), &exponent);
  // |value| = magnitude/2²³ · 2^exponent with magnitude in [2²³, 2²⁴].
  std::int64_t magnitude = std::llround(std::ldexp(half_to_one, kMantissaBits + 1));
  --exponent;
  const bool negative = value < 0;
  // A positive mantissa is in [1, 2), a negative one in [−2, −1): powers of two differ by one exponent.
  if (!negative && magnitude == 2 * kOne) {
    magnitude = kOne;
    ++exponent;
  } else if (negative && magnitude == kOne) {
    magnitude = 2 * kOne;
    --exponent;
  }
  if (exponent <= kZeroExponent) return kZero;
  if (exponent > kLargestExponent) return kInvalid;
  const std::int64_t fraction = negative ? 2 * kOne - magnitude : magnitude - kOne;
  return {static_cast<std::uint8_t>(exponent),
          static_cast<std::uint8_t>((negative ? 0x80 : 0) | (fraction >> 16)),
          static_cast<std::uint8_t>(fraction >> 8), static_cast<std::uint8_t>(fraction)};
}

}  // namespace meterbench::radian
