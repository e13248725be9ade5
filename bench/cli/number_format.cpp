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

std::string figures_text(double value, int figures) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{:g}", value);
  const int first = static_cast<int>(std::floor(std::log10(std::abs(value))));
  const double unit = std::pow(10.0, first - figures + 1);
  std::string text =
      fmt::format("{:.{}f}", std::round(value / unit) * unit, std::max(0, figures - 1 - first));
  if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string time_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  const long minutes = std::lround(seconds / 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace meterbench
