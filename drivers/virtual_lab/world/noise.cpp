#include "drivers/virtual_lab/world/noise.h"

#include <cmath>
#include <numbers>

namespace meterbench::virtual_lab {

namespace {

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): the increment is 2^64
// over the golden ratio, the finaliser scatters consecutive counters over all 64 bits.
constexpr std::uint64_t kIncrement = 0x9E3779B97F4A7C15U;

constexpr std::uint64_t scattered(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

std::uint64_t absorb(std::uint64_t key, std::string_view text) {
  for (const char c : text) key = scattered(key + kIncrement + static_cast<unsigned char>(c));
  return scattered(key ^ text.size());  // so that ("ab", "c") is not ("a", "bc")
}

}  // namespace

Noise::Noise(std::uint64_t seed, std::string_view component, std::string_view position)
    : key_{absorb(absorb(scattered(seed + kIncrement), component), position)} {}

double Noise::uniform(std::uint64_t index) const {
  const std::uint64_t bits = scattered(key_ + (index + 1) * kIncrement) >> 11U;  // 53: a double's mantissa
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

double Noise::normal(std::uint64_t index) const {
  // Box and Muller; of its two results the first.
  return std::sqrt(-2 * std::log(uniform(2 * index))) *
         std::cos(2 * std::numbers::pi * uniform(2 * index + 1));
}

}  // namespace meterbench::virtual_lab
