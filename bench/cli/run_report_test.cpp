#include "bench/cli/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/run_facts.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

EventRow event(const std::string& kind, const std::string& position, const std::string& text,
               double time_s = 1) {
  return {"", position, time_s, kind, text};
}

TEST(Findings, AreToldInWordsTheGravestFirstAndEachOnce) {
  EXPECT_THAT(
      findings_of(
          {event("optical_port", "C", "no answer"), event("unreconciled", "C", "no answer"),
           event("reconciled", "B", "all is well"), event("soak", "", "at 23 °C"),
           event("register_hold", "", "60 s more"), event("map_unproven", "B", "one counter"),
           event("doubt", "B", "pulses were odd"), event("led_register", "A", "LED and registers disagree"),
           event("no_pass", "B", "the LED lost a pulse"), event("void", "A", "LED and registers disagree"),
           event("void", "A", "LED and registers disagree", 2)}),
      ElementsAre("position A: VOID, no decision stands: LED and registers disagree",
                  "position B: no pass stands: the LED lost a pulse",
                  "position B: unverified: pulses were odd",
                  "position B: LED and optical port are not proven to belong to one meter: one counter",
                  "position C: LED and registers were not compared: no answer",
                  "the whole run: load for the registers: 60 s more"));
}

TEST(Findings, OfSeveralPositionsAreToldTogether) {
  std::vector<EventRow> events;
  for (const char* position : {"A", "B"}) events.push_back(event("unreconciled", position, "no port"));
  EXPECT_THAT(findings_of(events),
              ElementsAre("positions A, B: LED and registers were not compared: no port"));
  for (int i = 1; i <= 38; ++i) events.push_back(event("unreconciled", std::to_string(i), "no port"));
  EXPECT_THAT(findings_of(events), ElementsAre("40 positions: LED and registers were not compared: no port"));
  EXPECT_THAT(findings_of({event("void", "", "another meter")}),
              ElementsAre("the whole run: VOID, no decision stands: another meter"));
}

TEST(SharedEvents, OfSeveralPositionsAreOne) {
  EventRow of_point = event("skipped", "A", "skipped by ann", 5);
  of_point.point_id = "003";
  EventRow other = of_point;
  other.position = "B";
  const auto together =
      shared({of_point, event("skipped", "A", "skipped by ann", 6), other, event("soak", "", "x")});
  ASSERT_EQ(together.size(), 3U);
  EXPECT_THAT(together[0].positions, ElementsAre("A", "B"));
  EXPECT_EQ(together[0].event.point_id, "003");
  EXPECT_THAT(together[1].positions, ElementsAre("A"));
  EXPECT_THAT(together[2].positions, IsEmpty());
}

PointRecord decided(const std::string& position, Decision decision, std::vector<EventRow> events = {}) {
  PointRecord r = record("003", position, 1);
  r.current = Current{5};
  r.voltage = Voltage{240};
  r.verdict.decision = decision;
  r.events = std::move(events);
  return r;
}

RunOutcome ended(RunEnd end) {
  RunOutcome outcome;
  outcome.run_id = "1b2c";
  outcome.end = end;
  return outcome;
}

TEST(Summary, TellsWhatHappenedAtAPointOnceForAllItsPositions) {
  const auto skipped = [](const char* position) { return event("skipped", position, "skipped by ann"); };
  const std::string text = summary_text(ended(RunEnd::not_passed), Plan{},
                                        {decided("A", Decision::inconclusive, {skipped("A")}),
                                         decided("B", Decision::inconclusive, {skipped("B")}),
                                         decided("C", Decision::fail), decided("D", Decision::pass)},
                                        {event("unreconciled", "D", "no port")});
  EXPECT_EQ(text,
            "\nFindings:\n  position D: LED and registers were not compared: no port\n"
            "\nNot passed:\n"
            "  003 inconclusive at positions A, B: 5 A, 240 V, PF 1, delivered\n"
            "      skipped by ann\n"
            "  003 fail at position C: 5 A, 240 V, PF 1, delivered\n"
            "\nNOT PASSED: 1 pass, 1 fail, 2 inconclusive\n");
}

TEST(Summary, EndsWithPassesAndHowMuchIsOutOfReach) {
  PointRecord doubtful = decided("A", Decision::pass);
  doubtful.verdict.basis.reasons = {"certificate expired"};
  const std::vector<PointRecord> points{doubtful, decided("B", Decision::pass)};
  Plan plan;
  EXPECT_EQ(passes_text(points, plan), "2 passes, 1 of them unverified\n");
  plan.unreachable = {{"50 A", "too much"}, {"100 A", "too much"}};
  EXPECT_EQ(passes_text(points, plan), "2 passes, 1 of them unverified; 2 out of reach\n");
  EXPECT_THAT(summary_text(ended(RunEnd::not_passed), plan, points, {}), HasSubstr("out of reach: 2"));
}

TEST(WhatWentWrong, OfARefusedRunSaysWhatToDoFirst) {
  RunOutcome refused = ended(RunEnd::bench_fault);
  refused.fault = Fault{Errc::implausible, "reference", "interim check", "no weekly check", {}};
  EXPECT_EQ(what_went_wrong(refused),
            "Run refused: no weekly check\nThe source is off.\n"
            "Carry that check out (scenarios/check), then the run can go on: meterbench resume 1b2c\n");
  refused.fault = Fault{Errc::implausible, "optical A", "read state", "the meter's Kt is 2 Wh", {}};
  EXPECT_EQ(what_went_wrong(refused),
            "Run ended early: optical A: read state: the meter's Kt is 2 Wh\nThe source is off.\n"
            "Mend that first, then it can go on: meterbench resume 1b2c\n");
}

TEST(WhatWentWrong, OfAnInterruptedRunIsNothingToMend) {
  RunOutcome stopped = ended(RunEnd::interrupted);
  stopped.fault = Fault{Errc::stopped, "bench", "", "stop requested", {}};
  EXPECT_THAT(what_went_wrong(stopped), HasSubstr("\nIt can go on: meterbench resume 1b2c\n"));
  EXPECT_EQ(what_went_wrong(ended(RunEnd::passed)), "");
}

}  // namespace
}  // namespace meterbench
