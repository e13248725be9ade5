// Currents of a meter by the names that documents give them, and shares of those: `10 % of Ib`.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/quantity.h"
#include "bench/model/meter_type.h"

namespace meterbench {

/// Imin and Imax of the accuracy range; Itr, where the limits of OIML R 46 and of the MID change; TA, ANSI's
/// test amperes; Ib and In, the rated current of IEC for direct connection and for transformers; CL, ANSI's
/// class amperes.
enum class NamedCurrent { imin, itr, ta, ib, in, imax, cl };
[[nodiscard]] std::string_view to_text(NamedCurrent name);

/// A share of one of them.
struct CurrentShare {
  Ratio share{1};
  NamedCurrent of = NamedCurrent::imax;
  friend bool operator==(const CurrentShare&, const CurrentShare&) = default;
};
/// `10 % of Ib`; the whole of it is `Ib`.
[[nodiscard]] std::string to_text(const CurrentShare& current);
/// Nothing where the text is none of that kind; a sentence for a person where it is a wrong one.
[[nodiscard]] std::optional<tl::expected<CurrentShare, std::string>> parse_current_share(
    std::string_view text);

/// Of that meter. Two conventions stand in for what a nameplate in North America does not have: Ib and In are
/// TA; Itr is Ib/10 for direct connection and In/20 for transformers, which is general knowledge and read in
/// no source at hand. The meter's file may say otherwise.
[[nodiscard]] Current amperes_of(const CurrentShare& current, const MeterType& meter);

/// Which is the smaller, of any meter: shares of one current by themselves, of two by the order
/// Imin < Itr < (TA, Ib, In) < (Imax, CL) alone. Unordered where a meter would have to say.
[[nodiscard]] std::partial_ordering order(const CurrentShare& a, const CurrentShare& b);

}  // namespace meterbench
