#include "bench/measurement/decision.h"

#include <gtest/gtest.h>

#include <limits>

namespace meterbench {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// In percent; k = 2.
UncertainResult result(double e, double expanded) {
  return {from_percent(e), from_percent(expanded / 2), from_percent(expanded)};
}
Tolerance limit(double percent) { return Tolerance::symmetric(from_percent(percent)); }

/// `pass`, `conditional pass`, … of e ± 0.1 % against ±0.5 %.
std::string judged(DecisionRule rule, double e, double expanded = 0.1) {
  const Judgement j = judge(rule, result(e, expanded), limit(0.5));
  return (j.conditional ? "conditional " : "") + std::string{to_text(j.decision)};
}

TEST(SimpleAcceptance, PassesUpToAndAtTheLimitOnBothSides) {
  for (const double e : {0.0, 0.5, -0.5}) EXPECT_EQ(judged(DecisionRule::simple_acceptance, e), "pass");
}

TEST(SimpleAcceptance, FailsAHairBeyondTheLimitThoughPrintedAlike) {
  for (const double e : {0.50001, -0.50001}) EXPECT_EQ(judged(DecisionRule::simple_acceptance, e), "fail");
}

TEST(Guarded, PassesWithinTheLimitByUAndFailsNearerToIt) {
  for (const double e : {0.4, -0.4, 0.0}) EXPECT_EQ(judged(DecisionRule::guarded, e), "pass") << e;
  for (const double e : {0.40001, -0.45, 0.5, 0.7}) EXPECT_EQ(judged(DecisionRule::guarded, e), "fail") << e;
}

TEST(NonBinary, HasTwoConditionalZones) {
  EXPECT_EQ(judged(DecisionRule::non_binary, 0.4), "pass");
  EXPECT_EQ(judged(DecisionRule::non_binary, -0.41), "conditional pass");
  EXPECT_EQ(judged(DecisionRule::non_binary, 0.5), "conditional pass");
  EXPECT_EQ(judged(DecisionRule::non_binary, 0.51), "conditional fail");
  EXPECT_EQ(judged(DecisionRule::non_binary, -0.6), "conditional fail");
  EXPECT_EQ(judged(DecisionRule::non_binary, -0.61), "fail");
}

TEST(Iso10576, DecidesOnlyWhereTheIntervalIsOnOneSide) {
  EXPECT_EQ(judged(DecisionRule::iso_10576_1, 0.4), "pass");
  EXPECT_EQ(judged(DecisionRule::iso_10576_1, -0.61), "fail");
  for (const double e : {0.41, 0.5, 0.6, -0.45}) {
    const Judgement j = judge(DecisionRule::iso_10576_1, result(e, 0.1), limit(0.5));
    EXPECT_EQ(j.decision, Decision::inconclusive) << e;
    EXPECT_TRUE(j.doubt) << e;
  }
}

TEST(TestUncertaintyRatio, MustBeFourForSimpleAcceptance) {
  EXPECT_EQ(judged(DecisionRule::tur_4_1, 0.49, 0.125), "pass");
  EXPECT_EQ(judged(DecisionRule::tur_4_1, 0.51, 0.125), "fail");
  EXPECT_EQ(judged(DecisionRule::tur_4_1, 0.0, 0.126), "inconclusive");
  EXPECT_EQ(too_uncertain(DecisionRule::tur_4_1, from_percent(0.2), limit(0.5)),
            "the limit of 0.5 % is 2.50 times U of 0.2 %, less than the 4 that the rule asks for");
}

TEST(Judge, HasLimitsThatDifferUpwardsAndDownwards) {
  const Tolerance uk{from_percent(-3), from_percent(2)};
  EXPECT_EQ(judge(DecisionRule::simple_acceptance, result(-2.9, 0.1), uk).decision, Decision::pass);
  EXPECT_EQ(judge(DecisionRule::simple_acceptance, result(2.1, 0.1), uk).decision, Decision::fail);
}

TEST(Judge, DecidesNothingOnWhatIsNoNumber) {
  for (const DecisionRule rule : kDecisionRules)
    for (const auto& [e, u, l] :
         {std::tuple{kNaN, 0.1, 0.5}, std::tuple{0.0, 0.1, kNaN}, std::tuple{kInfinity, 0.1, 0.5},
          std::tuple{0.0, 0.1, kInfinity}, std::tuple{0.0, kNaN, 0.5}})
      EXPECT_EQ(judge(rule, result(e, u), limit(l)).decision, Decision::inconclusive)
          << to_text(rule) << " " << e << " " << u << " " << l;
}

TEST(TooUncertain, IsWhatDoesNotResolveItsLimit) {
  const auto rule = DecisionRule::simple_acceptance;
  EXPECT_FALSE(too_uncertain(rule, from_percent(0.03), limit(0.5)));
  EXPECT_FALSE(too_uncertain(rule, from_percent(0.5), limit(0.5)));
  EXPECT_EQ(too_uncertain(rule, from_percent(5.2), limit(0.5)),
            "U of 5.2 % is larger than the limit of 0.5 %: neither pass nor fail can be taken");
  EXPECT_TRUE(too_uncertain(rule, Ratio{kNaN}, limit(0.5)));
}

TEST(SpecificRisk, IsHalfAtTheLimitAndThatOfTwoSigmasWithinOrBeyond) {
  // Φ(−2) = 0.02275; the other limit is too far away to matter.
  EXPECT_NEAR(*specific_risk(Decision::pass, result(0.5, 0.1), limit(0.5)), 0.5, 1e-9);
  EXPECT_NEAR(*specific_risk(Decision::pass, result(0.4, 0.1), limit(0.5)), 0.0227501, 1e-6);
  EXPECT_NEAR(*specific_risk(Decision::fail, result(-0.6, 0.1), limit(0.5)), 0.0227501, 1e-6);
  EXPECT_FALSE(specific_risk(Decision::inconclusive, result(0.5, 0.1), limit(0.5)));
}

TEST(ConformanceProbability, CountsBothLimits) {
  // ± 1 u about 0: 68.27 %.
  EXPECT_NEAR(conformance_probability(result(0, 1), limit(0.5)), 0.6826895, 1e-6);
  EXPECT_EQ(conformance_probability(result(0.4, 0), limit(0.5)), 1);
  EXPECT_EQ(conformance_probability(result(0.6, 0), limit(0.5)), 0);
}

}  // namespace
}  // namespace meterbench
