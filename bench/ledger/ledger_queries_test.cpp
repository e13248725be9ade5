// The queries of ledger.md, on a ledger in which each has something to find.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "bench/ledger/ledger.h"
#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The text below each `### title` of ledger.md, between ```sql and ```.
std::map<std::string, std::string> queries() {
  std::ifstream file{BENCH_SOURCE_DIR "/bench/ledger/ledger.md"};
  std::map<std::string, std::string> found;
  std::string line, title;
  bool within = false;
  while (std::getline(file, line)) {
    if (line.starts_with("### ")) title = line.substr(4);
    if (within && line == "```") within = false;
    if (within) found[title] += line + "\n";
    if (line == "```sql") within = true;
  }
  return found;
}

class LedgerQueries : public testing::Test {
 protected:
  LedgerQueries() {
    other_ = write("2025-06-02T08:00:00Z", 0.02);
    run_ = write("2025-06-09T08:00:00Z", 0.05);
    ledger_.add_event(run_, {"", "B", 90, "void", "firmware differs"});
  }

  /// Rows of the query with that title, cells joined by `|`.
  [[nodiscard]] std::vector<std::string> answer(const std::string& title) {
    SQLite::Database database{folder_.ledger().string()};
    SQLite::Statement query{database, queries().at(title)};
    const std::map<std::string, std::string> values{
        {":run", run_}, {":other", other_}, {":point", "001"}, {":serial", "S-1"}, {":check", "weekly"}};
    for (const auto& [name, value] : values)
      if (query.getQuery().find(name) != std::string::npos) query.bind(name, value);
    std::vector<std::string> rows;
    while (query.executeStep()) {
      std::string row;
      for (int i = 0; i < query.getColumnCount(); ++i)
        row += (i == 0 ? "" : "|") + query.getColumn(i).getString();
      rows.push_back(row);
    }
    return rows;
  }

  sample::Folder folder_;
  Ledger ledger_{folder_.ledger(), Ledger::Mode::write};
  std::string run_, other_;

 private:
  /// A check with two loads at A, the first measured twice, one at B and a shift at A.
  std::string write(const std::string& started, double error) {
    RunRecord run = sample::run();
    run.started = sample::utc(started);
    const std::string id = ledger_.begin_run(run, sample::instruments(), sample::meters());
    const auto point = [&](const std::string& name, int attempt, double e, double current, double ended) {
      PointRecord p = sample::point(name, attempt);
      p.error_percent = e;
      p.current = Current{current};
      p.power_factor = {};
      p.connection = {};
      p.result = "deviation";
      p.waveform = "";
      p.limit.limit = from_percent(0.1);
      p.ended_s = ended;
      p.verdict = {Decision::pass, {}};
      p.events.clear();
      return p;
    };
    ledger_.add_point(id, point("001", 1, 9, 5, 20));
    ledger_.add_point(id, point("001", 2, error, 5, 32.5));
    ledger_.add_point(id, point("002", 1, -2 * error, 50, 22.5));
    PointRecord b = point("001", 1, error, 5, 20);
    b.position = "B";
    ledger_.add_point(id, b);
    PointRecord shift = point("003", 1, 0.01, 5, 12.5);
    shift.result = "shift";
    ledger_.add_point(id, shift);
    ledger_.add_event(id, {"002", "A", 20, "late_pulse", "1 pulse"});
    return id;
  }
};

TEST_F(LedgerQueries, AreElevenAndEachIsTested) { EXPECT_EQ(queries().size(), 11U); }

TEST_F(LedgerQueries, ErrorCurveTakesTheLastAttempts) {
  EXPECT_THAT(answer("Error curve of a run"),
              ElementsAre(HasSubstr("A|23.0|1|received|5.0|0.05|"), HasSubstr("A|23.0|1|received|50.0|-0.1|"),
                          HasSubstr("B|23.0|1|received|5.0|0.05|")));
}
TEST_F(LedgerQueries, WorstPointsComeFirst) {
  EXPECT_THAT(answer("Worst points"), ElementsAre(HasSubstr("002|A|-0.1"), HasSubstr("001|"),
                                                  HasSubstr("001|"), HasSubstr("003|A|0.01")));
}
TEST_F(LedgerQueries, TwoRunsAreComparedPointByPoint) {
  EXPECT_THAT(answer("Compare two runs"),
              ElementsAre(HasSubstr("001|A|0.05|0.02|0.03"), HasSubstr("001|B|0.05|0.02|0.03"),
                          HasSubstr("002|A|-0.1|-0.04|-0.06"), HasSubstr("003|A|0.01|0.01|0.0")));
}
TEST_F(LedgerQueries, ControlChartHasMovingRanges) {
  const auto rows = answer("Control chart");
  ASSERT_EQ(rows.size(), 6U) << "shifts are not on it";
  EXPECT_THAT(rows[0], HasSubstr("2025-06-02T08:00:00.000Z|A|5.0|1|0.02|"));
  EXPECT_THAT(rows[0], testing::EndsWith("|0.1|"));
  EXPECT_THAT(rows[1], HasSubstr("2025-06-09T08:00:00.000Z|A|5.0|1|0.05|"));
  EXPECT_THAT(rows[1], testing::EndsWith("|0.1|0.03"));
}
TEST_F(LedgerQueries, RecallFindsRunsByMeterAndInstrument) {
  EXPECT_THAT(answer("Recall by serial number"),
              ElementsAre(HasSubstr(other_ + "|2025-06-02T08:00:00.000Z|meter A"),
                          HasSubstr(run_ + "|2025-06-09T08:00:00.000Z|meter A")));
}
TEST_F(LedgerQueries, EventsAreCountedAndTold) {
  EXPECT_THAT(answer("Events"),
              ElementsAre(HasSubstr("20.0|002|A|late_pulse|1 pulse"), HasSubstr("90.0||B|void|")));
}
TEST_F(LedgerQueries, LongestPointsComeFirst) {
  EXPECT_THAT(answer("Time per point"), ElementsAre("001|2|20.0", "002|1|10.0", "001|1|7.5", "003|1|0.0"));
}
TEST_F(LedgerQueries, BudgetOfAPointHasShares) {
  const auto rows = answer("Budget of a point");
  ASSERT_EQ(rows.size(), 6U) << "three components at two positions";
  EXPECT_THAT(rows[0], HasSubstr("A|reference calibration|0.01|%|1.0|81.8|certificate"));
}
TEST_F(LedgerQueries, ShiftsAreTold) {
  EXPECT_THAT(answer("Shifts"), ElementsAre(HasSubstr("003|A|5.0|1|received|0.01|")));
}
TEST_F(LedgerQueries, TablesThatARunChangedAreTold) {
  ledger_.add_event(run_, {"", "B", 0, "meter", "B", {{5, {0x41}}, {13, {0x0F, 0}}}});
  ledger_.add_event(run_, {"", "B", 91, "meter_after", "B", {{5, {0x41}}, {13, {0x1E, 0}}}});
  EXPECT_THAT(answer("Tables that a run changed"), ElementsAre("B|13|0F00|1E00"));
}
TEST_F(LedgerQueries, VoidPositionsAreTold) {
  EXPECT_THAT(answer("Void positions"), ElementsAre(run_ + "|B|focus-ax-3s-cl20||firmware differs"));
}

}  // namespace
}  // namespace meterbench
