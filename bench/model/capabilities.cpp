#include "bench/model/capabilities.h"

#include <algorithm>
#include <cmath>

namespace meterbench {

int SourceCapabilities::highest_harmonic_of(Frequency frequency) const {
  if (harmonic_band == Frequency{}) return highest_harmonic;
  return std::max(1, std::min(highest_harmonic, static_cast<int>(std::floor(harmonic_band / frequency))));
}

std::string_view to_text(CountingMethod method) {
  switch (method) {
    case CountingMethod::scanned: return "scanned";
    case CountingMethod::timestamps: return "timestamps";
    case CountingMethod::gated_total: return "gated_total";
    case CountingMethod::error_calculator: return "error_calculator";
  }
  return "unknown";
}

std::optional<CountingMethod> parse_counting_method(std::string_view text) {
  for (const CountingMethod method : {CountingMethod::scanned, CountingMethod::timestamps,
                                      CountingMethod::gated_total, CountingMethod::error_calculator})
    if (to_text(method) == text) return method;
  return std::nullopt;
}

}  // namespace meterbench
