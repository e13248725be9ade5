#include "bench/cli/number_format.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace meterbench {

int decimals_for(double uncertainty) {
  if (!(uncertainty > 0)) return 3;
  const int first = static_cast<int>(std::floor(std::log10(uncertainty)));
  // 0.0996 rounds to 0.10: one digit less.
  const double rounded = std::round(uncertainty * std::pow(10.0, 1 - first));
  return std::max(0, (rounded >= 100 ? 0 : 1) - first);
}

std::string error_text(double error, double uncertainty) {
  return fmt::format("{:+.{}f}", error, decimals_for(uncertainty));
}

std::string uncertainty_text(double uncertainty) {
  return fmt::format("{:.{}f}", uncertainty, decimals_for(uncertainty));
}

std::string time_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  const long minutes = std::lround(seconds / 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace meterbench
