#pragma once

#include <string>

namespace meterbench {

/// Decimals that show `uncertainty` with two significant figures; 3 when it is not positive.
[[nodiscard]] int decimals_for(double uncertainty);
/// An error to the last digit of its uncertainty, with sign: `+0.091`.
[[nodiscard]] std::string error_text(double error, double uncertainty);
/// An uncertainty with two significant figures, rounded to nearest: `0.031`.
[[nodiscard]] std::string uncertainty_text(double uncertainty);
/// To so many significant figures, without exponent and without zeros that say nothing: `0.00001`, `1230`.
[[nodiscard]] std::string figures_text(double value, int figures);
/// `45 s`, `12 min`, `3 h 20 min`.
[[nodiscard]] std::string time_text(double seconds);

}  // namespace meterbench
