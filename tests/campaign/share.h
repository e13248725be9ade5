// A share of trials, and what may stand behind it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace meterbench::campaign {

/// 95 % limits of a share by Clopper and Pearson (1934): k of n.
[[nodiscard]] std::pair<double, double> clopper_pearson(std::size_t k, std::size_t n);

/// Those in percent: `0.00 … 0.67`.
[[nodiscard]] std::string limits_text(std::size_t k, std::size_t n);

}  // namespace meterbench::campaign
