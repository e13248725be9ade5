// Certified standards in a meter's place, and the checks of the bench that they serve.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;

MeterType standard() {
  MeterType type = meter_2s();
  type.id = "standard";
  type.certificate = certificate(1, 100);
  type.certificate->certificate = "S-1";
  return type;
}

Scenario check_of_the_bench(Scenario scenario) {
  scenario.check = CheckKind::weekly;
  return scenario;
}

TEST(Standards, GiveTheirDeviationFromTheCertificate) {
  const Plan plan = plan_of(single(Current{50}, kUnity, kEasy), standard());
  const PlannedPoint& point = plan.points.at(0);
  EXPECT_EQ(point.result, ResultKind::deviation);
  EXPECT_DOUBLE_EQ(percent(point.meters.at(0).standard.error), 0.004);
  EXPECT_DOUBLE_EQ(percent(point.meters[0].standard.standard_uncertainty), 0.010);
  // Reference and standard 0.010 % each, drift and linearity, and the scan over 34 pulses of 0.3 s.
  const double scan = 100 * 0.001 / 10.2 / std::sqrt(6.0);
  const double u = std::sqrt(2 * 0.010 * 0.010 + (0.010 * 0.010 + 0.006 * 0.006) / 3 + scan * scan);
  EXPECT_NEAR(percent(point.meters[0].predicted_uncertainty), 2 * u, 1e-5);
  EXPECT_EQ(plan_of(single(Current{50}, kUnity, kEasy)).points.at(0).result, ResultKind::percent_error);
}

TEST(Standards, AreNotUsedOutsideOfTheirCertificate) {
  const Plan plan = plan_of(scenario_of({step_at({Current{50}, Current{200}})}), standard());
  EXPECT_EQ(plan.points.size(), 1U);
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].reason,
            "standard: certificate S-1 covers 1 A to 100 A at power factor 1, not 200 A");
}

TEST(Standards, AloneAreMeasuredInACheckOfTheBench) {
  // The others stand beside for their burden.
  const Plan plan = plan_of(check_of_the_bench(single(Current{50}, kUnity, kEasy)),
                            {{"A", meter_2s()}, {"B", standard()}, {"C", meter_2s()}});
  ASSERT_EQ(plan.points.size(), 1U);
  ASSERT_EQ(plan.points[0].meters.size(), 1U);
  EXPECT_EQ(plan.points[0].meters[0].position, "B");
  EXPECT_EQ(plan.meters.size(), 3U);
}

TEST(Standards, ProtectNeighboursFromTheLoadsOfACheck) {
  const Plan plan = plan_of(check_of_the_bench(scenario_of({step_at({Current{5}, Current{50}})})),
                            {{"A", standard()}, {"B", meter_4s()}});
  EXPECT_EQ(plan.points.size(), 1U);
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_THAT(plan.unreachable[0].reason, HasSubstr("position B, m-4s: 50 A is beyond its Imax 20 A"));
}

TEST(Standards, AreNeededForACheckOfTheBench) {
  EXPECT_THAT(mistakes_of(check_of_the_bench(single(Current{50}, kUnity, kEasy))),
              HasSubstr("s.yaml:4:5: a weekly check needs a certified standard in a meter's place"));
}

TEST(Standards, AreNotTestedTogetherWithMeters) {
  EXPECT_THAT(mistakes_of(single(Current{50}, kUnity, kEasy), bench(), bench_limits(),
                          {{"A", meter_2s()}, {"B", standard()}}),
              HasSubstr("position B holds a certified standard, others hold meters under test"));
}

}  // namespace
}  // namespace meterbench
