#include "bench/measurement/decision.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

/// Test uncertainty ratio that simple acceptance is taken with.
constexpr double kLeastTur = 4;

bool within(const Tolerance& limits, Ratio low, Ratio high) {
  return low >= limits.lower && high <= limits.upper;
}

/// Φ(x)
double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

Decision pass_or_fail(bool passes) { return passes ? Decision::pass : Decision::fail; }

}  // namespace

std::optional<std::string> too_uncertain(DecisionRule rule, Ratio expanded, const Tolerance& limits) {
  const Ratio half = limits.half_width();
  // Written so that NaN is too uncertain.
  if (!(expanded <= half))
    return fmt::format("U of {:.3g} % is larger than the limit of {}: neither pass nor fail can be taken",
                       percent(expanded), to_text(half));
  if (rule == DecisionRule::tur_4_1 && !(half / expanded >= kLeastTur))
    return fmt::format(
        "the limit of {} is {:.2f} times U of {:.3g} %, less than the 4 that the rule asks for",
        to_text(half), half / expanded, percent(expanded));
  return std::nullopt;
}

Judgement judge(DecisionRule rule, const UncertainResult& result, const Tolerance& limits) {
  const Ratio e = result.value, u = result.expanded;
  if (!std::isfinite(e.value()) || !std::isfinite(limits.half_width().value()))
    return {.doubt = "the result is not a number"};
  if (auto doubt = too_uncertain(rule, u, limits)) return {.doubt = std::move(doubt)};
  const bool inside = within(limits, e, e);
  const bool surely_inside = within(limits, e - u, e + u);
  const bool surely_beyond = e - u > limits.upper || e + u < limits.lower;
  switch (rule) {
    case DecisionRule::simple_acceptance:
    case DecisionRule::tur_4_1: return {pass_or_fail(inside)};
    case DecisionRule::guarded: return {pass_or_fail(surely_inside)};
    case DecisionRule::non_binary: return {pass_or_fail(inside), !surely_inside && !surely_beyond};
    case DecisionRule::iso_10576_1: break;
  }
  if (surely_inside || surely_beyond) return {pass_or_fail(surely_inside)};
  return {.doubt = fmt::format("{:+.4f} ± {:.4f} % lies neither within the limits nor beyond them",
                               percent(e), percent(u))};
}

double conformance_probability(const UncertainResult& result, const Tolerance& limits) {
  if (result.standard.value() == 0) return within(limits, result.value, result.value) ? 1 : 0;
  const auto below = [&](Ratio limit) { return normal((limit - result.value) / result.standard); };
  return below(limits.upper) - below(limits.lower);
}

std::optional<double> specific_risk(Decision decision, const UncertainResult& result,
                                    const Tolerance& limits) {
  if (decision == Decision::inconclusive) return std::nullopt;
  const double conforming = conformance_probability(result, limits);
  return decision == Decision::pass ? 1 - conforming : conforming;
}

}  // namespace meterbench
