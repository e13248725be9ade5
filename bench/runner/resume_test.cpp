#include "bench/runner/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Points 001 to 003; B is not measured at 002.
Plan plan() {
  Plan plan;
  for (const char* id : {"001", "002", "003"}) {
    PlannedPoint point;
    point.id = id;
    for (const char* position : {"A", "B"})
      if (std::string{position} == "A" || point.id != "002") point.meters.push_back({.position = position});
    plan.points.push_back(point);
  }
  return plan;
}

PointRecord attempt(const std::string& point, const std::string& position, const std::string& event = "",
                    int number = 1) {
  PointRecord r;
  r.point_id = point;
  r.position = position;
  r.attempt = number;
  if (event.empty())
    r.error_percent = 0.1;
  else
    r.events.push_back({point, position, 0, event, ""});
  return r;
}

TEST(PointsLeft, AreAllWhereNothingIsRecorded) { EXPECT_THAT(points_left(plan(), {}), ElementsAre(0, 1, 2)); }

TEST(PointsLeft, AreNoneWhereEachPositionHasItsError) {
  EXPECT_THAT(points_left(plan(), {attempt("001", "A"), attempt("001", "B"), attempt("002", "A"),
                                   attempt("003", "A"), attempt("003", "B")}),
              IsEmpty());
}

TEST(PointsLeft, HoldAPointThatLacksOneOfItsPositions) {
  EXPECT_THAT(points_left(plan(), {attempt("001", "A"), attempt("002", "A")}), ElementsAre(0, 2));
}

TEST(PointsLeft, HoldAPointThatAFaultOrAStopCutShort) {
  for (const char* end : {"fault", "stopped"})
    EXPECT_THAT(points_left(plan(), {attempt("001", "A"), attempt("001", "B"), attempt("002", "A", end)}),
                ElementsAre(1, 2));
}

TEST(PointsLeft, DoNotHoldAPointThatALaterAttemptHasFinished) {
  EXPECT_THAT(points_left(plan(), {attempt("001", "A"), attempt("001", "B"), attempt("002", "A", "fault"),
                                   attempt("002", "A", "", 2)}),
              ElementsAre(2));
}

TEST(PointsLeft, DoNotHoldWhatAPersonSkippedOrTheMeterDidNotGive) {
  EXPECT_THAT(
      points_left(plan(), {attempt("001", "A", "skipped"), attempt("001", "B", "skipped"),
                           attempt("002", "A", "no_pulse"), attempt("003", "A"), attempt("003", "B")}),
      IsEmpty());
}

TEST(NextAttempt, CountsOnFromTheLastAtAnyPosition) {
  EXPECT_EQ(next_attempt({}, "001"), 1);
  EXPECT_EQ(
      next_attempt({attempt("001", "A"), attempt("001", "B", "fault", 2), attempt("002", "A", "", 5)}, "001"),
      3);
}

TEST(EndOfRecord, IsTheFirstWholeSecondAfterAll) {
  PointRecord point = attempt("001", "A");
  point.ended_s = 41.5;
  EXPECT_EQ(end_of_record({point}, {}), Instant{std::chrono::seconds{42}});
  EXPECT_EQ(end_of_record({point}, {{"", "", 50, "soak", ""}}), Instant{std::chrono::seconds{51}});
  EXPECT_EQ(end_of_record({}, {}), Instant{std::chrono::seconds{1}});
}

}  // namespace
}  // namespace meterbench
