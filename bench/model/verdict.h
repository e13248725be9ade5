#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meterbench {

enum class Decision { pass, fail, inconclusive };
[[nodiscard]] std::string_view to_text(Decision decision);
[[nodiscard]] std::optional<Decision> parse_decision(std::string_view text);

/// What a decision is worth. It is verified when nothing speaks against it.
struct Basis {
  std::vector<std::string> reasons;  ///< why it is unverified

  [[nodiscard]] bool verified() const { return reasons.empty(); }
  /// `verified`, or `unverified: certificate C-1 expired 2025-01-01; …`
  [[nodiscard]] std::string text() const;
};

struct Verdict {
  Decision decision = Decision::inconclusive;
  Basis basis;
  bool conditional = false;  ///< by DecisionRule::non_binary
};

}  // namespace meterbench
