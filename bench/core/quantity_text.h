// The one place where text becomes a quantity and a quantity text. The locale has no say here: a
// decimal point is a point, in every language of the machine.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/quantity.h"

namespace meterbench {

/// Reads `240 V`, `0.5 mA`, `-40 °C`, `25 %`: a finite number, optional blanks, one unit of the kind.
/// On failure: a sentence for a person that says what was found and what is allowed.
template <class Kind>
[[nodiscard]] tl::expected<Quantity<Kind>, std::string> parse_quantity(std::string_view text);

/// The shortest text that reads back as the same number, in the kind's own unit (angles in degrees,
/// energies in Wh, ratios in %).
template <class Kind>
[[nodiscard]] std::string to_text(Quantity<Kind> quantity);

/// A finite number and nothing else. NaN, infinity, hexadecimal, blanks and a decimal comma are refused.
[[nodiscard]] tl::expected<double, std::string> parse_number(std::string_view text);

/// The shortest text that `parse_number` reads back as exactly `value`.
[[nodiscard]] std::string number_text(double value);

}  // namespace meterbench
