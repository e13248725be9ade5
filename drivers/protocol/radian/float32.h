#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace meterbench::radian {

/// A number as a Radian standard carries it: TI TMS320C3x single precision, most significant byte first.
/// Byte 0 is the exponent e (two's complement, −128: zero), bit 7 of byte 1 the sign, the rest a mantissa m
/// of 23 bits. Positive: (1 + m/2²³)·2^e, negative: (−2 + m/2²³)·2^e.
using Float32 = std::array<std::uint8_t, 4>;

/// What a standard sends for a metric that is invalid or that it does not support.
inline constexpr Float32 kInvalid{0x7F, 0x7F, 0xFF, 0xFF};

/// Nothing for kInvalid; every other pattern is a number.
[[nodiscard]] std::optional<double> decode_float(std::span<const std::uint8_t, 4> bytes);

/// To the nearest representable number, a tie away from zero. Too small becomes zero; NaN and what is too
/// large become kInvalid.
[[nodiscard]] Float32 encode_float(double value);

}  // namespace meterbench::radian
