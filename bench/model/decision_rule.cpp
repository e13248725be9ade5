#include "bench/model/decision_rule.h"

#include <algorithm>

namespace meterbench {

std::string_view to_text(DecisionRule rule) {
  switch (rule) {
    case DecisionRule::simple_acceptance: return "simple_acceptance";
    case DecisionRule::guarded: return "guarded";
    case DecisionRule::non_binary: return "non_binary";
    case DecisionRule::iso_10576_1: return "iso_10576_1";
    case DecisionRule::tur_4_1: return "tur_4_1";
  }
  return "unknown";
}

std::optional<DecisionRule> parse_decision_rule(std::string_view text) {
  const auto found = std::ranges::find_if(kDecisionRules, [&](DecisionRule r) { return to_text(r) == text; });
  return found == kDecisionRules.end() ? std::nullopt : std::optional{*found};
}

}  // namespace meterbench
