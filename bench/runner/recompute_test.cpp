#include "bench/runner/recompute.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace meterbench {
namespace {

using ::testing::HasSubstr;

/// 12 kW, 1 Wh a pulse, 1e-5 Wh of the reference; 101 edges, the meter `error_percent` fast. Budget: 0.01 %
/// of the certificate, and of the scan 0.004 %.
PointRecord measured(double error_percent) {
  PointRecord r;
  r.point_id = "001";
  r.position = "A";
  r.kt_wh = 1;
  r.reference_pulse_wh = 1e-5;
  r.limit.limit = from_percent(0.5);
  r.limit.mark = Mark::criterion;
  for (std::uint64_t n = 0; n <= 101; ++n) {
    const double pulses = static_cast<double>(n) / (1 + error_percent / 100);
    r.edges.push_back({n, instant_at(0.3 * pulses), 1e5 * pulses});
  }
  r.pulses = 100;
  r.reference_count = r.edges[101].reference_count - r.edges[1].reference_count;
  r.error_percent = error_percent;
  r.budget = Budget{{{.name = "reference calibration", .standard_uncertainty = 0.01, .input = "C-1: 50 A"},
                     {.name = "scan period", .standard_uncertainty = 0.004},
                     {.name = "repeatability", .standard_uncertainty = 0.003}}};
  r.verdict.decision = std::abs(error_percent) <= 0.5 ? Decision::pass : Decision::fail;
  return r;
}

tl::expected<PointRecord, std::string> again(const PointRecord& record, const Recomputation& what) {
  return recompute(record, 1, what, DecisionRule::simple_acceptance);
}

double contribution(const PointRecord& r, std::string_view name) {
  return std::ranges::find(r.budget->components, name, &Component::name)->contribution_percent();
}

TEST(Recompute, WithNothingChangedIsTheSameErrorAsANewComputation) {
  const PointRecord record = measured(0.2);
  const auto now = again(record, {.reason = "audit"});
  ASSERT_TRUE(now) << now.error();
  EXPECT_NEAR(now->error_percent.value(), 0.2, 1e-9);
  EXPECT_EQ(now->computation, 1);
  EXPECT_EQ(now->pulses, 100U);
  EXPECT_TRUE(now->edges.empty());
  EXPECT_THAT(now->recomputation, HasSubstr(R"("of":{"attempt":1,"computation":0})"));
  EXPECT_THAT(now->recomputation, HasSubstr("audit"));
  EXPECT_EQ(now->verdict.decision, Decision::pass);
  EXPECT_DOUBLE_EQ(now->budget->combined_percent(), record.budget->combined_percent());
}

TEST(Recompute, TakesAnotherWindowOfTheEdges) {
  PointRecord record = measured(0.2);
  // From edge 51 on the reference counts 1 % more for a pulse.
  for (std::size_t n = 52; n <= 101; ++n)
    record.edges[n].reference_count += 0.01 * 1e5 * static_cast<double>(n - 51);
  const auto now = again(record, {.first_edge = 1, .last_edge = 51});
  ASSERT_TRUE(now) << now.error();
  EXPECT_EQ(now->pulses, 50U);
  EXPECT_NEAR(now->error_percent.value(), 0.2, 1e-9);
  EXPECT_NEAR(contribution(*now, "scan period"), 0.008, 1e-12) << "half as long";
  EXPECT_NEAR(contribution(*now, "reference calibration"), 0.01, 1e-12);
  EXPECT_NEAR(contribution(*now, "repeatability"), 0.003, 1e-12);
}

TEST(Recompute, ByRegressionScattersAsItsBudgetSays) {
  // Edges that are late by a normal 0.2 % of a pulse: the standard deviation of many slopes against that of
  // the formula; of 400 it is known to 3.5 %.
  std::mt19937_64 random{7};
  std::normal_distribution<double> late{0, 0.002 * 1e5};
  double square = 0;
  PointRecord last;
  for (int i = 0; i < 400; ++i) {
    PointRecord record = measured(0);
    for (Edge& edge : record.edges) edge.reference_count += late(random);
    record.budget->components[1].standard_uncertainty = 100 * std::sqrt(2.0) * 0.002 / 100;
    last = again(record, {.method = EdgeMethod::regression}).value();
    square += *last.error_percent * *last.error_percent;
  }
  EXPECT_NEAR(std::sqrt(square / 400) / contribution(last, "scan period"), 1, 0.12);
  EXPECT_LT(contribution(last, "scan period"), 100 * std::sqrt(2.0) * 0.002 / 100 / 3);
}

TEST(Recompute, CorrectsByAnotherCertificate) {
  const Calibration::Value certificate{from_percent(0.05), from_percent(0.02), "C-2: 50 A"};
  const auto now = again(measured(0.2), {.reference = certificate});
  ASSERT_TRUE(now) << now.error();
  // (1 + e)·(1 + e_ref) − 1
  EXPECT_NEAR(now->error_percent.value(), 0.2501, 1e-6);
  EXPECT_NEAR(contribution(*now, "reference calibration"), 0.02, 1e-12);
  EXPECT_EQ(now->budget->components[0].input, "C-2: 50 A");
  EXPECT_TRUE(now->verdict.basis.verified());
}

TEST(Recompute, DoubtsACorrectionThatAPersonTyped) {
  const auto now = again(measured(0.2), {.reference_error = from_percent(-0.1), .reason = "wrong range"});
  ASSERT_TRUE(now) << now.error();
  EXPECT_NEAR(now->error_percent.value(), 0.0998, 1e-6);
  EXPECT_THAT(now->verdict.basis.text(), HasSubstr("typed by a person: wrong range"));
}

TEST(Recompute, MakesNoPassOfAFailByAnotherWindow) {
  PointRecord record = measured(0.6);
  for (std::size_t n = 52; n <= 101; ++n)
    record.edges[n].reference_count += 0.002 * 1e5 * static_cast<double>(n - 51);
  const auto now = again(record, {.first_edge = 51});
  ASSERT_TRUE(now) << now.error();
  EXPECT_LT(now->error_percent.value(), 0.5);
  EXPECT_EQ(now->verdict.decision, Decision::inconclusive);
  EXPECT_EQ(now->events.back().kind, "measured_fail");
}

TEST(Recompute, MayMakeAPassOfAFailByACertificate) {
  const auto now = again(measured(0.52), {.reference = {{from_percent(-0.05), from_percent(0.01), "C-2"}}});
  ASSERT_TRUE(now) << now.error();
  EXPECT_EQ(now->verdict.decision, Decision::pass);
}

TEST(Recompute, KeepsWhatSpeaksAgainstTheMeasurement) {
  PointRecord record = measured(0.1);
  record.verdict.decision = Decision::inconclusive;
  record.events = {{"001", "A", 1, "missed_pulse", "pulse 40 is late"}};
  const auto now = again(record, {.first_edge = 50});
  ASSERT_TRUE(now) << now.error();
  EXPECT_EQ(now->verdict.decision, Decision::inconclusive);
  EXPECT_EQ(now->events.front().kind, "missed_pulse");
}

TEST(Recompute, TellsWhatItCannotDo) {
  EXPECT_THAT(again(measured(0.1), {.first_edge = 0}).error(), HasSubstr("it has 1 to 101"));
  EXPECT_THAT(again(measured(0.1), {.first_edge = 90, .last_edge = 91}).error(), HasSubstr("two pulses"));
  PointRecord record = measured(0.1);
  record.result = "demand_error";
  EXPECT_EQ(again(record, {}).error(), "a demand_error does not come from edges alone");
  record = measured(0.1);
  record.edges.clear();
  EXPECT_EQ(again(record, {}).error(), "it has no edges");
}

}  // namespace
}  // namespace meterbench
