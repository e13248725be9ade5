// What is known of a reference beside its certificate, and what that leaves of a meter's error. The
// reference's error d counts beyond its certificate's, positive where it reads high.
#pragma once

#include <optional>

#include "bench/core/quantity.h"

namespace meterbench {

/// What the source tells of the reference.
struct SourceWitness {
  Ratio apart{};     ///< by which the reference reads higher than the source is set to
  Ratio accuracy{};  ///< ± of what the source is set to

  /// Whether the two explain each other, with `expanded` of what the reference tells. False for NaN.
  [[nodiscard]] bool agrees(Ratio expanded) const;
};

/// An error lies in here, ends included; nowhere where `lowest` is above `highest`.
struct ErrorRange {
  Ratio lowest{};
  Ratio highest{};

  [[nodiscard]] bool empty() const { return !(lowest <= highest); }
};

/// d by all that is known: apart ± accuracy of the source, ± `within` of the last passed interim check. Empty
/// where they contradict each other; nothing where neither is known.
[[nodiscard]] std::optional<ErrorRange> reference_error(const std::optional<SourceWitness>& source,
                                                        std::optional<Ratio> within);

/// Where the error of a meter lies that came out as `error` against such a reference: one that reads high by
/// d has made 1 + e = (1 + e_true)/(1 + d) of it, so e_true ≈ e + d. Energies count by their size, delivered
/// or received.
[[nodiscard]] ErrorRange meter_error(Ratio error, const ErrorRange& of_reference);

/// Whether all of it is beyond ±limit, on one side. False for what is empty or not a number.
[[nodiscard]] bool is_beyond(const ErrorRange& range, Ratio limit);

}  // namespace meterbench
