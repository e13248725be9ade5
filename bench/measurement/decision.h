// Decision rules: what a result with its uncertainty says against its limits.
#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/model/decision_rule.h"
#include "bench/model/verdict.h"

namespace meterbench {

/// A result conforms within these, ends included.
struct Tolerance {
  Ratio lower{};
  Ratio upper{};

  [[nodiscard]] static Tolerance symmetric(Ratio limit) { return {-limit, limit}; }
  [[nodiscard]] Ratio half_width() const { return (upper - lower) / 2; }
};

/// A result and what is known of it: U = k·u.
struct UncertainResult {
  Ratio value{};
  Ratio standard{};
  Ratio expanded{};
};

struct Judgement {
  Decision decision = Decision::inconclusive;
  bool conditional = false;            ///< of DecisionRule::non_binary: nearer to a limit than U
  std::optional<std::string> doubt{};  ///< why it is neither
};

/// By `rule`, on unrounded values. Whatever the rule, a result must resolve the limit: where U is larger than
/// half of what the limits leave it is inconclusive. So is what is not a number.
[[nodiscard]] Judgement judge(DecisionRule rule, const UncertainResult& result, const Tolerance& limits);

/// Why nothing can be decided by `rule` with such a U, known before the value is: `U of 5.2 % is larger …`.
[[nodiscard]] std::optional<std::string> too_uncertain(DecisionRule rule, Ratio expanded,
                                                       const Tolerance& limits);

/// Probability that the true value lies within the limits, of a normal distribution about the result
/// (JCGM 106 7.2, no knowledge beforehand).
[[nodiscard]] double conformance_probability(const UncertainResult& result, const Tolerance& limits);

/// Specific risk of a pass, that the true value lies beyond; of a fail, that it lies within. Nothing of what
/// is neither.
[[nodiscard]] std::optional<double> specific_risk(Decision decision, const UncertainResult& result,
                                                  const Tolerance& limits);

}  // namespace meterbench
