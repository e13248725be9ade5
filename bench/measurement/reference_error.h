// What is known of a reference beside its certificate, and what that leaves of a meter's error. The
// reference's error d counts beyond its certificate's, positive where it reads high.
//
// Only what is seen together with the meter tells. An interim check that was passed days ago does not: the
// reference may have moved since (ISO/IEC 17025:2017, 7.10 asks for the results between two checks).
#pragma once

#include "bench/core/quantity.h"

namespace meterbench {

/// What the source tells of the reference.
struct SourceWitness {
  Ratio apart{};     ///< by which the reference reads higher than the source is set to
  Ratio accuracy{};  ///< ± of what the source is set to

  /// Whether the two explain each other, with `expanded` of what the reference tells. False for NaN.
  [[nodiscard]] bool agrees(Ratio expanded) const;
};

/// An error lies in here, ends included.
struct ErrorRange {
  Ratio lowest{};
  Ratio highest{};
};

/// d by what the source tells: apart ± its accuracy.
[[nodiscard]] ErrorRange reference_error(const SourceWitness& source);

/// Where the error of a meter lies that came out as `error` against such a reference: one that reads high by
/// d has made 1 + e = (1 + e_true)/(1 + d) of it, so e_true ≈ e + d. Energies count by their size, delivered
/// or received.
[[nodiscard]] ErrorRange meter_error(Ratio error, const ErrorRange& of_reference);

/// Whether all of it is beyond ±limit, on one side. False for what is not a number.
[[nodiscard]] bool is_beyond(const ErrorRange& range, Ratio limit);

}  // namespace meterbench
