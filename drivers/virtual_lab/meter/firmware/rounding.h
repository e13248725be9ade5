// Integers brought to where they fit. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// To nearest, halves away from 0; `divisor` is positive.
[[nodiscard]] constexpr std::int64_t rounded(std::int64_t value, std::int64_t divisor) {
  return (value + (value < 0 ? -divisor : divisor) / 2) / divisor;
}

/// Within −most … most.
[[nodiscard]] constexpr std::int64_t held(std::int64_t value, std::int64_t most) {
  return value < -most ? -most : value > most ? most : value;
}

}  // namespace meterbench::firmware
