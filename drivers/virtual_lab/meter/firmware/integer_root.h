// Square root in integers. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// The greatest number whose square is at most `value`.
[[nodiscard]] constexpr std::uint32_t integer_root(std::uint64_t value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31U; bit != 0; bit >>= 1U)
    if ((root | bit) * (root | bit) <= value) root |= bit;
  return static_cast<std::uint32_t>(root);
}

}  // namespace meterbench::firmware
