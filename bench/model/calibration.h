#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/time.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// One load point of a certificate: the instrument's percent error there (positive: it reads high),
/// with expanded uncertainty and coverage factor as certified.
struct CertifiedPoint {
  Current current{};
  PowerFactor power_factor;
  Ratio error{};
  Ratio expanded_uncertainty{};
  double coverage_factor = 2;

  [[nodiscard]] Ratio standard_uncertainty() const { return expanded_uncertainty / coverage_factor; }
};

/// A calibration certificate as the station file quotes it.
struct Calibration {
  std::string certificate;
  std::string serial_number{};  ///< of the instrument that it was issued for; empty: of a bench's positions
  UtcTime issued{};
  UtcTime due{};
  std::vector<CertifiedPoint> points{};  ///< per power factor in rising order of current

  [[nodiscard]] bool expired(UtcTime today) const { return today > due; }
  /// Why it does not hold at `today`: `certificate C-1 expired 2026-01-15`; nothing when it does.
  [[nodiscard]] std::optional<std::string> invalid(UtcTime today) const;

  struct Value {
    Ratio error{};
    Ratio standard_uncertainty{};
  };
  /// Error and standard uncertainty at a load: linear in log(current) between two certified points of
  /// the same power factor, the larger of their uncertainties. Never extrapolated: outside the certified
  /// range the answer is a sentence that names the range.
  [[nodiscard]] tl::expected<Value, std::string> at(Current current, const PowerFactor& pf) const;
};

}  // namespace meterbench
