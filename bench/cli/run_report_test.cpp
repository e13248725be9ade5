#include "bench/cli/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

PointRecord record(const std::string& point, const std::string& position, int attempt, int computation = 0) {
  PointRecord r;
  r.point_id = point;
  r.position = position;
  r.attempt = attempt;
  r.computation = computation;
  return r;
}

TEST(LastAttempts, AreOneForEachPointAndPositionInRunningOrder) {
  const auto last = last_attempts({record("002", "A", 1), record("002", "A", 2), record("001", "B", 1),
                                   record("001", "A", 1), record("001", "A", 1, 1), record("002", "B", 1)});
  ASSERT_EQ(last.size(), 4U);
  EXPECT_EQ(last[0].point_id + last[0].position, "001A");
  EXPECT_EQ(last[0].computation, 1);
  EXPECT_EQ(last[1].point_id + last[1].position, "001B");
  EXPECT_EQ(last[2].point_id + last[2].position, "002A");
  EXPECT_EQ(last[2].attempt, 2);
  EXPECT_EQ(last[3].point_id + last[3].position, "002B");
}

TEST(MetersText, NamesEachTypeWithItsPositions) {
  std::map<std::string, MeterType> meters;
  meters["A"].id = meters["B"].id = "two-s";
  meters["C"].id = "three-s";
  EXPECT_EQ(meters_text(meters), "three-s at position C; two-s at positions A, B");
}

TEST(MetersText, OfManyPositionsTellsHowMany) {
  std::map<std::string, MeterType> meters;
  for (int i = 1; i <= 40; ++i) meters[std::to_string(i)].id = "two-s";
  EXPECT_EQ(meters_text(meters), "two-s at 40 positions");
}

}  // namespace
}  // namespace meterbench
