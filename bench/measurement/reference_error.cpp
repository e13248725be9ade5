#include "bench/measurement/reference_error.h"

#include <algorithm>
#include <cmath>

namespace meterbench {

bool SourceWitness::agrees(Ratio expanded) const {
  return std::abs(apart.value()) <= (accuracy + expanded).value();
}

std::optional<ErrorRange> reference_error(const std::optional<SourceWitness>& source,
                                          std::optional<Ratio> within) {
  if (!source && !within) return std::nullopt;
  if (!source) return ErrorRange{-*within, *within};
  ErrorRange range{source->apart - source->accuracy, source->apart + source->accuracy};
  if (within) range = {std::max(range.lowest, -*within), std::min(range.highest, *within)};
  return range;
}

ErrorRange meter_error(Ratio error, const ErrorRange& of_reference) {
  const auto with = [&](Ratio d) { return Ratio{(1 + error.value()) * (1 + d.value()) - 1}; };
  return {with(of_reference.lowest), with(of_reference.highest)};
}

bool is_beyond(const ErrorRange& range, Ratio limit) {
  return !range.empty() && (range.lowest > limit || range.highest < -limit);
}

}  // namespace meterbench
