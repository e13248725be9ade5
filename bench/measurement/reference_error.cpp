#include "bench/measurement/reference_error.h"

#include <cmath>

namespace meterbench {

bool SourceWitness::agrees(Ratio expanded) const {
  return std::abs(apart.value()) <= (accuracy + expanded).value();
}

ErrorRange reference_error(const SourceWitness& source) {
  return {source.apart - source.accuracy, source.apart + source.accuracy};
}

ErrorRange meter_error(Ratio error, const ErrorRange& of_reference) {
  const auto with = [&](Ratio d) { return Ratio{(1 + error.value()) * (1 + d.value()) - 1}; };
  return {with(of_reference.lowest), with(of_reference.highest)};
}

bool is_beyond(const ErrorRange& range, Ratio limit) {
  return range.lowest > limit || range.highest < -limit;
}

}  // namespace meterbench
