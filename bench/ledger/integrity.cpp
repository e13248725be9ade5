#include "bench/ledger/integrity.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <vector>

#include "bench/core/quantity_text.h"
#include "bench/core/sha256.h"
#include "bench/ledger/schema.h"

namespace meterbench {
namespace {

/// A table with rows of one record, and how to find them in order.
struct Part {
  std::string_view record;
  std::string_view table;
  std::string_view key;    ///< column that holds the record's row number
  std::string_view order;  ///< column
};

constexpr std::array kParts{
    Part{record::run, "run", "run_row", "run_row"},
    Part{record::run, "instrument", "run_row", "ordinal"},
    Part{record::run, "meter", "run_row", "ordinal"},
    Part{record::point, "point", "point_row", "point_row"},
    Part{record::point, "basis_reason", "point_row", "ordinal"},
    Part{record::point, "budget_component", "point_row", "ordinal"},
    Part{record::point, "edge", "point_row", "ordinal"},
    Part{record::point, "environment", "point_row", "ordinal"},
    Part{record::point, "event", "point_row", "event_row"},
    Part{record::event, "event", "event_row", "event_row"},
    Part{record::event, "meter_table", "event_row", "number"},
    Part{record::run_end, "run_end", "run_end_row", "run_end_row"},
};

/// Before the first link.
const std::string kNoLink(64, '0');

/// Differs between two runs of equal content: row numbers, the run's name, wall-clock labels, paths, and what
/// is made of all these.
bool is_label(std::string_view column) {
  constexpr std::array<std::string_view, 10> kLabels{"run_row", "point_row",   "event_row",   "run_end_row",
                                                     "run_id",  "ended_utc",   "started_utc", "scenario_path",
                                                     "inputs",  "content_hash"};
  return std::find(kLabels.begin(), kLabels.end(), column) != kLabels.end();
}

enum class Columns { all, content };

/// `edge{ordinal=i0;time_ns=i1500;reference_count=r0.25;}`; NULL columns are not mentioned, so that a column
/// that a later schema adds changes no older row. Text and bytes tell their length and need no escapes.
void append_row(std::string& out, std::string_view table, SQLite::Statement& row, Columns columns) {
  out += table;
  out += '{';
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column value = row.getColumn(i);
    if (value.isNull() || (columns == Columns::content && is_label(value.getName()))) continue;
    out += value.getName();
    if (value.isInteger()) {
      out += fmt::format("=i{};", value.getInt64());
    } else if (value.isFloat()) {
      out += fmt::format("=r{};", number_text(value.getDouble()));
    } else {
      const std::string text = value.getString();
      out += fmt::format("={}{}:{};", value.isBlob() ? 'b' : 't', text.size(), text);
    }
  }
  out += "}\n";
}

/// The text of one record after the other; each query is prepared once.
class RecordTexts {
 public:
  explicit RecordTexts(const SQLite::Database& database) : database_{database} {}

  [[nodiscard]] std::string of(std::string_view record, std::int64_t row, Columns columns) {
    std::string text;
    for (std::size_t i = 0; i < kParts.size(); ++i) {
      if (kParts[i].record != record) continue;
      SQLite::Statement& rows = query(i);
      rows.reset();
      rows.bind(1, row);
      while (rows.executeStep()) append_row(text, kParts[i].table, rows, columns);
    }
    return text;
  }

 private:
  SQLite::Statement& query(std::size_t part) {
    if (!queries_[part])
      queries_[part].emplace(database_,
                             fmt::format("SELECT * FROM {} WHERE {} = ? ORDER BY {}", kParts[part].table,
                                         kParts[part].key, kParts[part].order));
    return *queries_[part];
  }

  const SQLite::Database& database_;
  std::array<std::optional<SQLite::Statement>, kParts.size()> queries_;
};

std::string link_after(const std::string& previous, const std::string& text) {
  return sha256_hex(previous + "\n" + text);
}

/// `point 003 at position A, attempt 1, of run 1b2c…`; only a record that exists can be told.
std::string description(const SQLite::Database& database, const std::string& record, std::int64_t row) {
  const auto ask = [&](const char* sql) -> std::string {
    SQLite::Statement query{database, sql};
    query.bind(1, row);
    return query.executeStep() ? query.getColumn(0).getString()
                               : fmt::format("row {} of table {}", row, record);
  };
  if (record == record::run) return ask("SELECT 'the head of run ' || run_id FROM run WHERE run_row = ?");
  if (record == record::point)
    return ask(
        "SELECT 'point ' || point_id || ' at position ' || position || ', attempt ' || attempt || "
        "', computation ' || computation || ', of run ' || run_id FROM point JOIN run USING (run_row) "
        "WHERE point_row = ?");
  if (record == record::event)
    return ask(
        "SELECT 'event ''' || kind || ''' at ' || time_s || ' s of run ' || run_id FROM event "
        "JOIN run USING (run_row) WHERE event_row = ?");
  return ask(
      "SELECT 'the end of run ' || run_id FROM run_end JOIN run USING (run_row) WHERE run_end_row = ?");
}

/// Tables and views of ours that are missing or other than this program makes them.
std::optional<std::string> find_schema_change(const SQLite::Database& database) {
  SQLite::Database fresh{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  migrate(fresh);
  SQLite::Statement ours{fresh, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"};
  SQLite::Statement theirs{database, "SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ? AND sql = ?"};
  while (ours.executeStep()) {
    theirs.reset();
    for (int i = 0; i < 3; ++i) theirs.bind(i + 1, ours.getColumn(i).getString());
    if (!theirs.executeStep())
      return fmt::format("{} {} is not as Meterbench makes it", ours.getColumn(0).getString(),
                         ours.getColumn(1).getString());
  }
  return std::nullopt;
}

std::optional<std::string> find_broken_link(const SQLite::Database& database) {
  std::string previous = kNoLink;
  std::int64_t expected = 0;
  RecordTexts texts{database};
  SQLite::Statement links{database, "SELECT link, record, row, sha256 FROM link ORDER BY link"};
  while (links.executeStep()) {
    const std::int64_t number = links.getColumn(0).getInt64();
    const std::string record = links.getColumn(1).getString();
    const std::int64_t row = links.getColumn(2).getInt64();
    if (number != ++expected) return fmt::format("link {} is missing", expected);
    const std::string text = texts.of(record, row, Columns::all);
    const std::string sha256 = links.getColumn(3).getString();
    if (link_after(previous, text) != sha256)
      return fmt::format("{} is not as it was written (link {})", description(database, record, row), number);
    previous = sha256;
  }
  return std::nullopt;
}

/// A record that has no link was not written by us.
std::optional<std::string> find_unlinked(const SQLite::Database& database) {
  for (const std::string record : {"run", "point", "event", "run_end"}) {
    SQLite::Statement query{
        database,
        fmt::format(
            "SELECT {0}_row FROM {0} WHERE {0}_row NOT IN (SELECT row FROM link WHERE record = '{0}') "
            "{1} ORDER BY 1 LIMIT 1",
            record, record == record::event ? "AND point_row IS NULL" : "")};
    if (query.executeStep())
      return fmt::format("{} has no link: it was added by another hand",
                         description(database, record, query.getColumn(0).getInt64()));
  }
  SQLite::Statement of_point{
      database,
      "SELECT event_row FROM meter_table JOIN event USING (event_row) WHERE point_row IS NOT NULL LIMIT 1"};
  if (of_point.executeStep())
    return fmt::format(
        "event {} belongs to a point and has a meter's tables: they were added by another hand",
        of_point.getColumn(0).getInt64());
  SQLite::Statement orphans{database, "PRAGMA foreign_key_check"};
  if (orphans.executeStep())
    return fmt::format("a row of table {} belongs to no row of table {}", orphans.getColumn(0).getString(),
                       orphans.getColumn(2).getString());
  return std::nullopt;
}

}  // namespace

void link_record(SQLite::Database& database, std::string_view record, std::int64_t row) {
  link_records(database, record, {&row, 1});
}

void link_records(SQLite::Database& database, std::string_view record, std::span<const std::int64_t> rows) {
  SQLite::Statement last{database, "SELECT link, sha256 FROM link ORDER BY link DESC LIMIT 1"};
  const bool any = last.executeStep();
  std::int64_t number = any ? last.getColumn(0).getInt64() : 0;
  std::string sha256 = any ? last.getColumn(1).getString() : kNoLink;
  SQLite::Statement insert{database, "INSERT INTO link (link, record, row, sha256) VALUES (?, ?, ?, ?)"};
  RecordTexts texts{database};
  for (const std::int64_t row : rows) {
    sha256 = link_after(sha256, texts.of(record, row, Columns::all));
    insert.reset();
    insert.bind(1, ++number);
    insert.bind(2, std::string{record});
    insert.bind(3, row);
    insert.bind(4, sha256);
    insert.exec();
  }
}

std::optional<std::string> find_change(const SQLite::Database& database) {
  SQLite::Statement pages{database, "PRAGMA integrity_check(1)"};
  if (pages.executeStep() && pages.getColumn(0).getString() != "ok")
    return "the file is damaged: " + pages.getColumn(0).getString();
  for (const auto find : {find_schema_change, find_broken_link, find_unlinked})
    if (auto change = find(database)) return change;
  return std::nullopt;
}

std::string run_content_hash(const SQLite::Database& database, std::int64_t run_row,
                             std::optional<int> exit_code) {
  RecordTexts texts{database};
  std::string text = texts.of(record::run, run_row, Columns::content);
  SQLite::Statement records{
      database,
      "SELECT record, row FROM link WHERE (record = 'point' AND row IN (SELECT point_row FROM point WHERE "
      "run_row = ?1)) "
      "OR (record = 'event' AND row IN (SELECT event_row FROM event WHERE run_row = ?1 AND kind <> 'tag')) "
      "ORDER BY link"};
  records.bind(1, run_row);
  while (records.executeStep())
    text += texts.of(records.getColumn(0).getString(), records.getColumn(1).getInt64(), Columns::content);
  if (exit_code) text += fmt::format("run_end{{exit_code=i{};}}\n", *exit_code);
  return sha256_hex(text);
}

}  // namespace meterbench
