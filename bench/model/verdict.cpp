#include "bench/model/verdict.h"

#include <fmt/format.h>

namespace meterbench {

std::string_view to_text(Decision decision) {
  switch (decision) {
    case Decision::pass: return "pass";
    case Decision::fail: return "fail";
    case Decision::inconclusive: return "inconclusive";
  }
  return "unknown";
}

std::optional<Decision> parse_decision(std::string_view text) {
  for (const Decision decision : {Decision::pass, Decision::fail, Decision::inconclusive})
    if (text == to_text(decision)) return decision;
  return std::nullopt;
}

std::string Basis::text() const {
  return verified() ? "verified" : fmt::format("unverified: {}", fmt::join(reasons, "; "));
}

}  // namespace meterbench
