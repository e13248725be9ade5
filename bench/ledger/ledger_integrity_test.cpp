#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string_view>

#include "bench/ledger/ledger.h"
#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::HasSubstr;

/// A ledger with two runs; the first has two points, two events and an end.
std::string write_sample(const std::filesystem::path& path) {
  Ledger ledger{path, Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments(), sample::meters());
  ledger.add_point(run_id, sample::point("001"));
  ledger.add_event(run_id, sample::event());
  ledger.add_point(run_id, sample::point("002"));
  ledger.add_event(run_id, sample::meter_event());
  ledger.end_run(run_id, 0, sample::utc("2025-06-02T09:00:00Z"));
  const std::string second = ledger.begin_run(sample::run(), {});
  ledger.add_point(second, sample::point("001"));
  return run_id;
}

/// What a person with the sqlite3 shell can do (it does not enforce foreign keys).
void tamper(const std::filesystem::path& path, const std::string& sql) {
  SQLite::Database database{path.string(), SQLite::OPEN_READWRITE};
  ASSERT_NO_THROW(database.exec(sql)) << sql;
}

std::string change_found(const std::filesystem::path& path) {
  return Ledger{path, Ledger::Mode::read}.verify().value_or("none");
}

TEST(LedgerLinks, AreWholeWhenNobodyChangedAnything) {
  const sample::Folder folder;
  write_sample(folder.ledger());
  EXPECT_EQ(change_found(folder.ledger()), "none");
}

struct Change {
  const char* sql;
  const char* names;  ///< what the sentence must name

  /// Test names take neither quotes nor semicolons, nor addresses that differ from run to run.
  friend void PrintTo(const Change& change, std::ostream* out) {
    *out << std::string_view{change.sql}.substr(0, std::string_view{change.sql}.find_first_of("=;('"));
  }
};

class LedgerLinksFind : public testing::TestWithParam<Change> {};

TEST_P(LedgerLinksFind, AndNameTheChangedRow) {
  const sample::Folder folder;
  write_sample(folder.ledger());
  tamper(folder.ledger(), GetParam().sql);
  EXPECT_THAT(change_found(folder.ledger()), HasSubstr(GetParam().names)) << GetParam().sql;
}

const std::string kPoint2 = "point 002 at position A, attempt 1, computation 0, of run";

INSTANTIATE_TEST_SUITE_P(
    EachTable, LedgerLinksFind,
    testing::Values(
        Change{"UPDATE run SET firmware = 'host 1.1' WHERE run_row = 1", "the head of run"},
        Change{"UPDATE run SET scenario_path = '/elsewhere' WHERE run_row = 1", "the head of run"},
        Change{"UPDATE instrument SET certificate = 'C-8' WHERE ordinal = 1", "the head of run"},
        Change{"DELETE FROM instrument WHERE ordinal = 1", "the head of run"},
        Change{"UPDATE run SET inputs = '{}' WHERE run_row = 1", "the head of run"},
        Change{"UPDATE meter SET serial_number = 'S-2' WHERE ordinal = 0", "the head of run"},
        Change{"INSERT INTO meter VALUES (1, 2, 'C', '', '', '', '', '', '', '', NULL, '')",
               "the head of run"},
        Change{"UPDATE point SET result = 'percent_error' WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET waveform = NULL WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET error_percent = 0.1 WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET error_percent = NULL WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET decision = 'pass' WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET limit_percent = 6 WHERE point_row = 2", kPoint2.c_str()},
        Change{"UPDATE point SET run_row = 2 WHERE point_row = 2", "point 002"},
        Change{"DELETE FROM point WHERE point_row = 2", "row 2 of table point"},
        Change{"UPDATE basis_reason SET reason = '' WHERE point_row = 2 AND ordinal = 1", kPoint2.c_str()},
        Change{"UPDATE budget_component SET standard_uncertainty_percent = 0.0101 WHERE point_row = 2 AND "
               "ordinal = 0",
               kPoint2.c_str()},
        Change{"UPDATE edge SET time_ns = time_ns + 1 WHERE point_row = 2 AND ordinal = 1", kPoint2.c_str()},
        Change{"DELETE FROM edge WHERE point_row = 2 AND ordinal = 2", kPoint2.c_str()},
        Change{"INSERT INTO edge VALUES (2, 3, 10, 40000000000, 1)", kPoint2.c_str()},
        Change{"UPDATE environment SET value = 120 WHERE point_row = 2 AND ordinal = 0", kPoint2.c_str()},
        Change{"UPDATE event SET text = 'nothing' WHERE point_row = 2 AND kind = 'spread'", kPoint2.c_str()},
        Change{"UPDATE event SET text = 'nothing' WHERE kind = 'fault'", "event 'fault' at 70.5 s of run"},
        Change{"DELETE FROM event WHERE kind = 'fault'", "row 3 of table event"},
        Change{"UPDATE meter_table SET content = x'00' WHERE number = 5", "event 'meter' at 1.5 s of run"},
        Change{"UPDATE meter_table SET sha256 = '' WHERE number = 5", "event 'meter' at 1.5 s of run"},
        Change{"DELETE FROM meter_table WHERE number = 6", "event 'meter' at 1.5 s of run"},
        Change{"INSERT INTO meter_table SELECT event_row, 7, '', x'' FROM event WHERE kind = 'meter'",
               "event 'meter' at 1.5 s of run"},
        Change{"INSERT INTO meter_table VALUES (99, 1, '', x'00')",
               "a row of table meter_table belongs to no row"},
        Change{"INSERT INTO meter_table VALUES (1, 1, '', x'00')", "event 1 belongs to a point"},
        Change{"UPDATE run_end SET exit_code = 1", "the end of run"},
        Change{"UPDATE run_end SET content_hash = 'x'", "the end of run"},
        Change{"UPDATE link SET sha256 = 'x' WHERE link = 4", kPoint2.c_str()},
        Change{"DELETE FROM link WHERE link = 4", "link 4 is missing"},
        Change{"DELETE FROM link WHERE link = 8", "has no link"},
        Change{"INSERT INTO event VALUES (99, 1, NULL, '', '', 1, 'note', 'late')", "event 'note' at 1.0 s"},
        Change{"INSERT INTO run_end VALUES (9, 2, '2025-06-02T10:00:00.000Z', 0, '')", "has no link"},
        Change{"INSERT INTO edge VALUES (99, 0, 0, 0, 0)",
               "a row of table edge belongs to no row of table point"},
        Change{"DROP VIEW v_point; CREATE VIEW v_point AS SELECT 'pass' AS decision", "view v_point"},
        Change{"DROP VIEW v_edge", "view v_edge"}, Change{"DROP INDEX event_void", "index event_void"}));

TEST(LedgerLinks, NameTheFirstOfSeveralChanges) {
  const sample::Folder folder;
  write_sample(folder.ledger());
  tamper(folder.ledger(), "UPDATE point SET k = 3");
  EXPECT_THAT(change_found(folder.ledger()), HasSubstr("point 001"));
}

TEST(LedgerContentHash, DependsOnTheMetersTables) {
  const sample::Folder folder;
  const auto hash_with = [&](const char* name, const Bytes& content) {
    Ledger ledger{folder.path() / name, Ledger::Mode::write};
    const std::string run_id = ledger.begin_run(sample::run(), {});
    EventRow event = sample::meter_event();
    event.tables[5] = content;
    ledger.add_event(run_id, event);
    return ledger.content_hash(run_id);
  };
  EXPECT_EQ(hash_with("a", {1, 2}), hash_with("b", {1, 2}));
  EXPECT_NE(hash_with("c", {1, 2}), hash_with("d", {1, 3}));
}

TEST(LedgerContentHash, IsEqualForEqualContentWhateverTheRunTheTimeAndThePath) {
  const sample::Folder folder;
  const auto write = [](const std::filesystem::path& path, const RunRecord& run, const std::string& ended) {
    Ledger ledger{path, Ledger::Mode::write};
    const std::string run_id = ledger.begin_run(run, sample::instruments());
    ledger.add_point(run_id, sample::point());
    ledger.add_event(run_id, sample::event());
    ledger.end_run(run_id, 0, sample::utc(ended));
    return ledger.content_hash(run_id);
  };
  RunRecord later = sample::run();
  later.started = sample::utc("2025-07-01T00:00:00Z");
  later.scenario_path = "/tmp/copy.yaml";
  later.inputs = R"({"scenario": "/tmp/copy.yaml"})";
  const std::string first = write(folder.ledger(), sample::run(), "2025-06-02T09:00:00Z");
  EXPECT_EQ(write(folder.ledger(), later, "2025-07-01T01:00:00Z"), first) << "other row numbers";
  EXPECT_EQ(write(folder.path() / "other.sqlite", later, "2025-07-01T01:00:00Z"), first);
}

TEST(LedgerContentHash, DiffersWithTheContent) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const auto hash = [&](RunRecord run, PointRecord point, int exit_code) {
    const std::string run_id = ledger.begin_run(run, sample::instruments());
    ledger.add_point(run_id, point);
    ledger.end_run(run_id, exit_code, sample::utc("2025-06-02T09:00:00Z"));
    return ledger.content_hash(run_id);
  };
  std::vector<std::string> hashes{hash(sample::run(), sample::point(), 0)};
  RunRecord run = sample::run();
  run.firmware = "host 1.1";
  hashes.push_back(hash(run, sample::point(), 0));
  hashes.push_back(hash(sample::run(), sample::point(), 1));
  PointRecord point = sample::point();
  point.error_percent = std::nextafter(*point.error_percent, 1);
  hashes.push_back(hash(sample::run(), point, 0));
  point = sample::point();
  point.edges.back().time += Duration{1};
  hashes.push_back(hash(sample::run(), point, 0));
  point = sample::point();
  point.budget->components.back().origin = "guessed";
  hashes.push_back(hash(sample::run(), point, 0));
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::adjacent_find(hashes.begin(), hashes.end()), hashes.end());
}

TEST(LedgerContentHash, IsThatOfTheLatestEndWhenARunWasResumed) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  ledger.add_point(run_id, sample::point("001"));
  ledger.end_run(run_id, 130, sample::utc("2025-06-02T09:00:00Z"));
  const std::string interrupted = ledger.find_run(run_id)->content_hash;
  ledger.add_point(run_id, sample::point("002"));
  ledger.end_run(run_id, 0, sample::utc("2025-06-02T10:00:00Z"));
  const auto resumed = ledger.find_run(run_id);
  EXPECT_EQ(resumed->exit_code, 0);
  EXPECT_NE(resumed->content_hash, interrupted);
  EXPECT_EQ(resumed->content_hash, ledger.content_hash(run_id));
  EXPECT_EQ(ledger.runs().size(), 1U);
  EXPECT_EQ(ledger.verify(), std::nullopt);
}

class OldLedger : public testing::Test {
 protected:
  void write_fixture(const std::string& name) {
    std::ifstream file{BENCH_SOURCE_DIR "/bench/ledger/" + name};
    std::ostringstream sql;
    sql << file.rdbuf();
    SQLite::Database{folder_.ledger().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(sql.str());
  }
  sample::Folder folder_;
};

TEST_F(OldLedger, OfSchemaOneIsBroughtUpToDateWithLinksThatStayTrue) {
  write_fixture("schema_1_fixture.sql");
  Ledger ledger{folder_.ledger(), Ledger::Mode::write};
  EXPECT_EQ(ledger.verify(), std::nullopt);
  const auto run = ledger.find_run("11111111");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->run.seed, 0xFFFF'FFFF'FFFF'FFFFU);
  EXPECT_EQ(run->exit_code, 3);
  const PointRecord point = ledger.points(run->run.run_id).at(0);
  EXPECT_EQ(point.current, Current{0.1});
  EXPECT_EQ(point.edges.size(), 3U);
  EXPECT_EQ(point.events.size(), 1U);
  ledger.add_point(run->run.run_id, sample::point("002"));
  EXPECT_EQ(ledger.verify(), std::nullopt);
  SQLite::Database database{folder_.ledger().string()};
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 7);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM v_point").getInt(), 2);
}

TEST_F(OldLedger, OfSchemaTwoIsBroughtUpToDateWithLinksThatStayTrue) {
  write_fixture("schema_2_fixture.sql");
  Ledger ledger{folder_.ledger(), Ledger::Mode::write};
  EXPECT_EQ(ledger.verify(), std::nullopt);
  const auto run = ledger.find_run("last");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 1) << "of its second end";
  EXPECT_EQ(run->run.check, "");
  EXPECT_EQ(run->run.inputs, "");
  EXPECT_TRUE(ledger.meters(run->run.run_id).empty());
  EXPECT_TRUE(ledger.checks("").empty());
  const auto points = ledger.points(run->run.run_id);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].connection, Connection{Circuit::coil_2});
  EXPECT_EQ(points[0].result, "percent_error");
  EXPECT_EQ(points[0].waveform, "");
  EXPECT_EQ(points[0].isolation_error_percent, 0);
  EXPECT_EQ(points[0].verdict.decision, Decision::pass);
  EXPECT_EQ(points[1].verdict.decision, Decision::inconclusive);
  SQLite::Database database{folder_.ledger().string()};
  EXPECT_STREQ(database.execAndGet("SELECT result || ' ' || waveform || ' ' || service FROM v_point "
                                   "WHERE point_id = '001'"),
               "percent_error sine single_phase");
}

TEST_F(OldLedger, IsNotChangedByReading) {
  write_fixture("schema_1_fixture.sql");
  try {
    const Ledger ledger{folder_.ledger(), Ledger::Mode::read};
    FAIL() << "opened";
  } catch (const LedgerError& e) {
    EXPECT_THAT(e.what(), HasSubstr("older schema 1"));
  }
}

}  // namespace
}  // namespace meterbench
