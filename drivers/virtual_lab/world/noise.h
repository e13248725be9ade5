#pragma once

#include <cstdint>
#include <string_view>

namespace meterbench::virtual_lab {

/// Randomness without state: a number is a function of (seed, component, position, index), so that it does
/// not matter who asks first, or how often.
class Noise {
 public:
  /// `component` and `position` name what fluctuates: `source.current`, `2`.
  Noise(std::uint64_t seed, std::string_view component, std::string_view position);

  /// In the open interval (0, 1).
  [[nodiscard]] double uniform(std::uint64_t index) const;
  /// Mean 0, standard deviation 1.
  [[nodiscard]] double normal(std::uint64_t index) const;

 private:
  std::uint64_t key_;
};

}  // namespace meterbench::virtual_lab
