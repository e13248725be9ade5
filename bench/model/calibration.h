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
  std::optional<Voltage> voltage{};  ///< none: the certificate makes no difference between voltages
  std::string waveform{};            ///< file of config/waveforms; empty: sine

  [[nodiscard]] Ratio standard_uncertainty() const { return expanded_uncertainty / coverage_factor; }
};

/// A load that a certificate is asked for.
struct CertifiedLoad {
  Current current{};
  PowerFactor power_factor;
  Voltage voltage{};
  Frequency frequency{};   ///< no certificate here tells of it; two frequencies have no value in common
  std::string waveform{};  ///< empty: sine
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
    std::string input{};      ///< as Component has it: equal loads have one value
    bool of_waveform = true;  ///< false: certified for sine, asked for a load with harmonics
  };
  /// Error and standard uncertainty at a load, from the rows of its waveform where there are some, else of
  /// the sine: linear in log(current), in the tangent of the angle (a gain and an angle make an error that is
  /// linear in it) and in voltage between certified points, with the largest of their uncertainties. Never
  /// extrapolated: outside the certified range the answer is a sentence that names the range.
  [[nodiscard]] tl::expected<Value, std::string> at(const CertifiedLoad& load) const;
  /// Whether it has rows of that waveform; empty: sine.
  [[nodiscard]] bool covers(const std::string& waveform) const;
};

}  // namespace meterbench
