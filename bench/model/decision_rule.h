#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace meterbench {

/// How pass and fail are told from a result e with the expanded uncertainty U and its limits; fixed in the
/// plan before the run (ISO/IEC 17025:2017, 7.8.6).
enum class DecisionRule {
  simple_acceptance,  ///< within the limits passes (ILAC-G8:09/2019 4.2.1, w = 0)
  guarded,            ///< within the limits by U at least passes (4.2.2, w = U)
  non_binary,         ///< the same; nearer to a limit than U it passes or fails conditionally (4.2.3)
  iso_10576_1,        ///< e ± U within passes, wholly beyond fails; else a second stage decides on the mean
  tur_4_1,            ///< simple acceptance where limit/U is 4 at least (ANSI/NCSL Z540.3, 5.3 b)
};
inline constexpr std::array kDecisionRules{DecisionRule::simple_acceptance, DecisionRule::guarded,
                                           DecisionRule::non_binary, DecisionRule::iso_10576_1,
                                           DecisionRule::tur_4_1};
/// As scenarios name it: `simple_acceptance`.
[[nodiscard]] std::string_view to_text(DecisionRule rule);
[[nodiscard]] std::optional<DecisionRule> parse_decision_rule(std::string_view text);

/// When a point is measured again. A measured fail never becomes a pass but by `passes_needed`, which is
/// fixed in the plan.
struct RetryRule {
  int of_inconclusive = 0;  ///< so many more attempts at a point that came out neither
  /// n of m: so many passes among at most `attempts` make a pass. 1 of 1: what is measured stands.
  int passes_needed = 1;
  int attempts = 1;

  [[nodiscard]] bool n_of_m() const { return attempts > 1; }
  friend bool operator==(const RetryRule&, const RetryRule&) = default;
};

}  // namespace meterbench
