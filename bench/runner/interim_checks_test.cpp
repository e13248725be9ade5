#include "bench/runner/interim_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kToday = "2025-06-20T08:00:00Z";

/// A station that asks for a weekly check, and the checks that were made on it.
class InterimChecks : public testing::Test {
 protected:
  InterimChecks() {
    station_.instruments.push_back({"reference", "radian_rd3x", "virtual:reference", "simulator radian_rd3x",
                                    true, "RD-31,4711", "C-7"});
    station_.interim_checks.push_back({CheckKind::weekly, Seconds{7 * 86400}, false});
  }

  struct Made {
    std::string started = "2025-06-18T08:00:00Z";
    double deviation = 0.02;
    Decision decision = Decision::pass;
    std::optional<int> exit_code = 0;
    std::string kind = "weekly", lab = "default", identity = "RD-31,4711", certificate = "C-7";
    bool simulated = true;
    std::vector<std::string> reasons{};  ///< why its second result is unverified
  };
  void check(const Made& made) {
    RunRecord run = sample::run();
    run.check = made.kind;
    run.lab = made.lab;
    run.simulated = made.simulated;
    run.started = sample::utc(made.started);
    const std::string id = ledger_.begin_run(
        run, {{"reference", "radian_rd3x", "virtual:reference", "", made.identity, made.certificate, true}});
    ledger_.add_point(id, point("001", 0.01, {Decision::pass, {}}));
    ledger_.add_point(id, point("002", made.deviation, {made.decision, {made.reasons}}));
    if (made.exit_code) ledger_.end_run(id, *made.exit_code, run.started);
  }
  [[nodiscard]] InterimFinding finding(const std::string& check_of_run = "") const {
    RunRecord run = sample::run();
    run.check = check_of_run;
    return interim_finding(ledger_, station_, run);
  }
  [[nodiscard]] std::vector<std::string> doubts() const { return finding().doubts; }

  sample::Folder folder_;
  Ledger ledger_{folder_.ledger(), Ledger::Mode::write};
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, sample::utc(kToday)};
  Station station_{"virtual", reactor_};

 private:
  static PointRecord point(const std::string& id, double deviation, const Verdict& verdict) {
    PointRecord p = sample::point(id);
    p.current = Current{5};
    p.power_factor = PowerFactor{};
    p.error_percent = deviation;
    p.budget->components.resize(1);
    p.budget->components[0].standard_uncertainty = 0.0155;
    p.limit.limit = from_percent(0.1);
    p.verdict = verdict;
    return p;
  }
};

TEST_F(InterimChecks, LeaveNoDoubtWhereTheStationAsksForNone) {
  station_.interim_checks.clear();
  EXPECT_THAT(doubts(), IsEmpty());
}

TEST_F(InterimChecks, LeaveNoDoubtWhereTheLastOnePassedInTime) {
  check({});
  EXPECT_THAT(doubts(), IsEmpty());
  EXPECT_FALSE(finding().refusal);
}

TEST_F(InterimChecks, AreMissedWhereThereIsNone) {
  EXPECT_THAT(
      doubts(),
      ElementsAre("no weekly check of station virtual, lab default, reference RD-31,4711 is in the ledger"));
}

TEST_F(InterimChecks, EachStandsOrSaysWhyNot) {
  station_.interim_checks.push_back({CheckKind::yearly, Seconds{365 * 86400}, true});
  check({});
  const auto standings = interim_standings(ledger_, station_, sample::run());
  ASSERT_EQ(standings.size(), 2U);
  EXPECT_EQ(standings[0].wanted.kind, CheckKind::weekly);
  EXPECT_EQ(standings[0].last, sample::utc("2025-06-18T08:00:00Z"));
  EXPECT_FALSE(standings[0].doubt);
  EXPECT_EQ(standings[1].wanted.kind, CheckKind::yearly);
  EXPECT_FALSE(standings[1].last);
  EXPECT_EQ(standings[1].doubt,
            "no yearly check of station virtual, lab default, reference RD-31,4711 is in the ledger");
}

TEST_F(InterimChecks, AreOverdueAfterTheStationsInterval) {
  check({.started = "2025-06-13T08:00:00Z"});
  EXPECT_THAT(doubts(), IsEmpty()) << "seven days to the second";
  check({.started = "2025-06-13T07:59:59Z"});
  EXPECT_THAT(doubts(),
              ElementsAre("the last weekly check was on 2025-06-13, 7 days ago: the station asks for one "
                          "every 7 days"));
}

TEST_F(InterimChecks, FromTheFutureTellOfAWrongClock) {
  check({.started = "2025-07-20T08:00:00Z"});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("dated 2025-07-20, 30 days from now")));
}

TEST_F(InterimChecks, ThatFailedAreToldWithDateAndFigures) {
  check({.deviation = 0.13, .decision = Decision::fail, .exit_code = 1});
  EXPECT_THAT(
      doubts(),
      ElementsAre("the weekly check of 2025-06-18 did not pass: fail: deviation +0.130 %, U 0.031 %, limit "
                  "±0.1 % at position A, 5 A, 240 V, PF 1"));
}

TEST_F(InterimChecks, ThatWereNotDecidedHaveNotPassed) {
  check({.decision = Decision::inconclusive, .exit_code = 1});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("did not pass: inconclusive")));
}

TEST_F(InterimChecks, ThatCouldNotReachAPointHaveNotPassed) {
  check({.exit_code = 1});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("not all of its points were measured")));
}

TEST_F(InterimChecks, ThatFailedAreClearedByALaterOneThatPassed) {
  check({.decision = Decision::fail, .exit_code = 1});
  check({});
  EXPECT_THAT(doubts(), IsEmpty());
  check({.decision = Decision::fail, .exit_code = 1});
  EXPECT_EQ(doubts().size(), 1U);
}

TEST_F(InterimChecks, ThatWereBrokenOffCountOnlyWhereSomethingFailed) {
  check({});
  for (const std::optional<int> exit_code : {std::optional<int>{}, std::optional{130}, std::optional{3}})
    check({.decision = Decision::inconclusive, .exit_code = exit_code});
  EXPECT_THAT(doubts(), IsEmpty()) << "the one before them stands";
  check({.decision = Decision::fail, .exit_code = 130});
  EXPECT_EQ(doubts().size(), 1U) << "nobody breaks off a failing check to be rid of it";
}

TEST_F(InterimChecks, OfAnotherBenchDoNotCount) {
  check({.kind = "yearly"});
  check({.lab = "drifted"});
  check({.identity = "RD-31,4712"});
  check({.certificate = "C-8"});
  check({.simulated = false});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("no weekly check")));
}

TEST_F(InterimChecks, ThatWereMadeVoidHaveNotPassed) {
  check({});
  ledger_.add_event(ledger_.find_run("last")->run.run_id,
                    {"", "A", 90, "void", "another standard at the end"});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("did not pass: inconclusive")));
}

TEST_F(InterimChecks, AgainstWhatNobodyVouchesForDoNotStand) {
  check({});
  EXPECT_THAT(doubts(), IsEmpty());
  check({.reasons = {"certificate S-1 expired 2025-06-01", "LED and optical port are not proven"}});
  EXPECT_THAT(doubts(),
              ElementsAre("the weekly check of 2025-06-18 does not stand: its result at position A is "
                          "unverified: certificate S-1 expired 2025-06-01; LED and optical port are "
                          "not proven"));
  check({.deviation = 0.13,
         .decision = Decision::fail,
         .exit_code = 1,
         .reasons = {"certificate S-1 expired"}});
  EXPECT_THAT(doubts(), ElementsAre(HasSubstr("did not pass: fail"))) << "a failure is told as such";
}

TEST_F(InterimChecks, RefuseTheRunWhereTheStationSaysSo) {
  station_.interim_checks.push_back({CheckKind::yearly, Seconds{365 * 86400}, true});
  const InterimFinding found = finding();
  EXPECT_EQ(found.doubts.size(), 2U);
  ASSERT_TRUE(found.refusal);
  EXPECT_EQ(found.refusal->code, Errc::implausible);
  EXPECT_THAT(found.refusal->detail, HasSubstr("no yearly check"));
  EXPECT_THAT(found.refusal->detail, testing::Not(HasSubstr("weekly")));
}

TEST_F(InterimChecks, HoldUpNoCheck) {
  station_.interim_checks.front().refuse = true;
  EXPECT_TRUE(finding().refusal);
  const InterimFinding of_check = finding("weekly");
  EXPECT_THAT(of_check.doubts, IsEmpty());
  EXPECT_FALSE(of_check.refusal);
}

}  // namespace
}  // namespace meterbench
