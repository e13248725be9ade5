// Products wider than 64 bits, which the meter's processor does not have. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// (value · factor + added) / divisor, down to the whole; all ones where that does not fit. `divisor` is not
/// 0.
[[nodiscard]] constexpr std::uint64_t mul_div(std::uint64_t value, std::uint64_t factor,
                                              std::uint64_t divisor, std::uint64_t added = 0) {
  constexpr std::uint64_t kHalf = 0xFFFFFFFFU;
  const std::uint64_t low_low = (value & kHalf) * (factor & kHalf);
  const std::uint64_t low_high = (value & kHalf) * (factor >> 32U);
  const std::uint64_t high_low = (value >> 32U) * (factor & kHalf);
  const std::uint64_t middle = (low_low >> 32U) + (low_high & kHalf) + (high_low & kHalf);
  std::uint64_t high =
      (value >> 32U) * (factor >> 32U) + (low_high >> 32U) + (high_low >> 32U) + (middle >> 32U);
  std::uint64_t low = (middle << 32U | (low_low & kHalf)) + added;
  if (low < added) ++high;

  if (high == 0) return low / divisor;
  if (high >= divisor) return ~std::uint64_t{0};
  // As on paper, bit by bit: `high` is what is left of the digits taken so far.
  std::uint64_t quotient = 0;
  for (unsigned bit = 64; bit-- > 0;) {
    const bool carried = high >> 63U != 0;
    high = high << 1U | (low >> bit & 1U);
    quotient <<= 1U;
    if (!carried && high < divisor) continue;
    high -= divisor;
    quotient |= 1U;
  }
  return quotient;
}

/// value · factor / divisor to the nearest whole, halves up.
[[nodiscard]] constexpr std::uint64_t mul_div_nearest(std::uint64_t value, std::uint64_t factor,
                                                      std::uint64_t divisor) {
  return mul_div(value, factor, divisor, divisor / 2);
}

}  // namespace meterbench::firmware
