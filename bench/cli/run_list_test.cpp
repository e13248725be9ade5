#include "bench/cli/run_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::HasSubstr;

CheckRow check(const std::string& run_id, std::optional<double> deviation, double current = 5) {
  CheckRow row;
  row.run_id = run_id;
  row.check = "weekly";
  row.station = "virtual";
  row.started = sample::utc("2025-06-02T08:00:00Z");
  row.standard = "S-1";
  row.position = "A";
  row.result = "deviation";
  row.current = Current{current};
  row.error_percent = deviation;
  row.u_percent = 0.03;
  row.limit_percent = 0.1;
  row.decision = "pass";
  return row;
}

TEST(ControlChart, TellsTheMovingRangeWithinOneSeries) {
  CheckRow other_standard = check("2", 0.5);
  other_standard.standard = "S-2";
  CheckRow other_kind = check("2", 0.9);
  other_kind.check = "yearly";
  const auto chart = control_chart({check("1", 0.01), check("1", 0.2, 50), other_kind, check("2", -0.02),
                                    other_standard, check("3", {}), check("4", 0.01)},
                                   "weekly");
  std::vector<std::optional<double>> ranges;
  for (const ChartPoint& point : chart) ranges.push_back(point.moving_range_percent);
  ASSERT_EQ(ranges.size(), 6U) << "the other kind is not on it";
  EXPECT_EQ(ranges[0], std::nullopt);
  EXPECT_EQ(ranges[1], std::nullopt) << "another load";
  EXPECT_NEAR(ranges[2].value(), 0.03, 1e-12);
  EXPECT_EQ(ranges[3], std::nullopt) << "another standard";
  EXPECT_EQ(ranges[4], std::nullopt) << "no result is no zero";
  EXPECT_NEAR(ranges[5].value(), 0.03, 1e-12) << "to the last result that there was";
}

TEST(ControlChart, IsWrittenAsCsvWithTheNoticeOfSimulatedRuns) {
  RunSummary run;
  run.run.run_id = "1";
  run.run.simulated = true;
  const std::string csv = chart_csv(control_chart({check("1", 0.01), check("2", {})}, "weekly"), {run});
  EXPECT_THAT(csv, HasSubstr("moving_range_percent,decision,notice\r\n"));
  EXPECT_THAT(csv,
              HasSubstr("2025-06-02T08:00:00.000Z,1,virtual,,S-1,A,,0,5,1,delivered,deviation,0.01,0.03,0.1,,"
                        "pass,SIMULATED: not evidence about any FOCUS AX\r\n"));
  EXPECT_THAT(csv, HasSubstr("deviation,,0.03,0.1,,pass,\r\n"));
}

}  // namespace
}  // namespace meterbench
