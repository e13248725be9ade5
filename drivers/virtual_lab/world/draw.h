#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace meterbench::virtual_lab {

/// The terms of a distribution. A fixed number is drawn like any other.
struct Fixed {
  double value = 0;
};
struct Normal {
  double mean = 0;
  double sd = 0;
};
struct Uniform {
  double low = 0;
  double high = 0;
};

/// The sum of independent terms.
struct Distribution {
  std::vector<std::variant<Fixed, Normal, Uniform>> terms;

  [[nodiscard]] static Distribution fixed(double value) { return {{Fixed{value}}}; }
  [[nodiscard]] double mean() const;
};

/// The number that `distribution` comes to for this seed, key and position: the same whenever it is asked.
[[nodiscard]] double draw(const Distribution& distribution, std::uint64_t seed, std::string_view key,
                          std::string_view position);

}  // namespace meterbench::virtual_lab
