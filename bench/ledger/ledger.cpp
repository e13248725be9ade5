#include "bench/ledger/ledger.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <random>

#include "bench/ledger/integrity.h"
#include "bench/ledger/point_rows.h"
#include "bench/ledger/row_access.h"
#include "bench/ledger/run_rows.h"
#include "bench/ledger/schema.h"

namespace meterbench {
namespace {

namespace fs = std::filesystem;

/// How long a write waits for another process to finish its own; the bench looks after nothing else
/// meanwhile, and the source must be looked at every 2.5 s. made.
constexpr int kBusyTimeoutMs = 1000;

std::string plain_text(const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
    case SQLITE_NOTADB: return "is not a SQLite database";
    case SQLITE_CORRUPT: return "is damaged";
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_IOERR: return fmt::format("cannot be read or written ({})", e.what());
    case SQLITE_READONLY: return "may not be written";
    case SQLITE_CANTOPEN: return "cannot be opened; is its folder there, and may it be written?";
    case SQLITE_BUSY: return "another program keeps it locked";
    default: return e.what();
  }
}

/// Does `work` and gives what goes wrong in it the ledger's path and plain words.
template <class Work>
auto with_plain_errors(const fs::path& path, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& e) {
    throw LedgerError{fmt::format("{}: {}", path.string(), plain_text(e))};
  } catch (const RowError& e) {
    throw LedgerError{fmt::format("{}: {}", path.string(), e.what())};
  }
}

/// RFC 4122, version 4.
std::string random_uuid() {
  std::random_device random;
  std::array<std::uint32_t, 4> words{};
  for (auto& word : words) word = random();
  words[1] = (words[1] & 0xFFFF0FFFU) | 0x00004000U;
  words[2] = (words[2] & 0x3FFFFFFFU) | 0x80000000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", words[0], words[1] >> 16U,
                     words[1] & 0xFFFFU, words[2] >> 16U, words[2] & 0xFFFFU, words[3]);
}

/// The exit codes of a run that was interrupted, or that a fault of the bench ended.
bool resumable(const RunSummary& s) { return !s.exit_code || *s.exit_code == 130 || *s.exit_code == 3; }

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

/// Throws unless `database` is a ledger that this program knows, or, for writing, a new file.
void check_kind(SQLite::Database& database, const fs::path& path, Ledger::Mode mode) {
  const auto refuse = [&](const std::string& why) {
    throw LedgerError{fmt::format("{}: {}", path.string(), why)};
  };
  const int version = pragma(database, "user_version");
  const int application = pragma(database, "application_id");
  const bool is_new = application == 0 && version == 0 &&
                      database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (application != kLedgerApplication && !(is_new && mode == Ledger::Mode::write))
    refuse("is no Meterbench ledger");
  if (version > newest_schema())
    refuse(fmt::format("was written by a newer Meterbench (schema {}, this one knows up to {})", version,
                       newest_schema()));
  if (mode == Ledger::Mode::read && version < newest_schema())
    refuse(fmt::format("is of the older schema {}; the next run into it brings it to {}", version,
                       newest_schema()));
}

SQLite::Database open_for_writing(const fs::path& path) {
  SQLite::Database database{path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs};
  check_kind(database, path, Ledger::Mode::write);
  if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
    throw LedgerError{fmt::format("{}: this file system has no write-ahead log", path.string())};
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  if (pragma(database, "user_version") < newest_schema()) {
    SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
    migrate(database);  // does nothing when another process was faster
    transaction.commit();
  }
  return database;
}

/// `file:` address of a database that nobody writes, e.g. an archive on a read-only disk.
std::string immutable_address(const fs::path& path) {
  std::string address = "file:";
  for (const char c : fs::absolute(path).string())
    address += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                                                : std::string{c};
  return address + "?immutable=1";
}

SQLite::Database open_for_reading(const fs::path& path) {
  if (!fs::exists(path)) throw LedgerError{fmt::format("{}: there is no such ledger", path.string())};
  try {
    SQLite::Database database{path.string(), SQLite::OPEN_READONLY, kBusyTimeoutMs};
    check_kind(database, path, Ledger::Mode::read);
    return database;
  } catch (const SQLite::Exception& e) {
    // A reader of a write-ahead log keeps a file beside the ledger. Where none can be made, nobody writes.
    fs::path log = path;
    log += "-wal";
    const bool unwritable = e.getErrorCode() == SQLITE_CANTOPEN || e.getErrorCode() == SQLITE_READONLY;
    if (!unwritable || fs::exists(log)) throw;
  }
  SQLite::Database database{immutable_address(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                            kBusyTimeoutMs};
  check_kind(database, path, Ledger::Mode::read);
  return database;
}

}  // namespace

struct Ledger::Database {
  fs::path path;
  SQLite::Database sqlite;

  /// Runs `write` as one transaction that keeps other writers out from its first statement: links are in a
  /// row.
  template <class Write>
  void transaction(Write write) {
    with_plain_errors(path, [&] {
      SQLite::Transaction transaction{sqlite, SQLite::TransactionBehavior::IMMEDIATE};
      write();
      transaction.commit();
    });
  }

  [[nodiscard]] std::int64_t run_row(const std::string& run_id) const {
    SQLite::Statement query{sqlite, "SELECT run_row FROM run WHERE run_id = ?"};
    query.bind(1, run_id);
    if (!query.executeStep()) throw LedgerError{fmt::format("{}: there is no run {}", path.string(), run_id)};
    return query.getColumn(0).getInt64();
  }
};

Ledger::Ledger(const fs::path& path, Mode mode)
    : db_{with_plain_errors(path, [&] {
        return std::make_unique<Database>(
            Database{path, mode == Mode::write ? open_for_writing(path) : open_for_reading(path)});
      })} {}

Ledger::~Ledger() = default;

std::string Ledger::begin_run(const RunRecord& run, const std::vector<InstrumentRow>& instruments,
                              const std::vector<MeterRow>& meters) {
  RunRecord named = run;
  named.run_id = random_uuid();
  db_->transaction(
      [&] { link_record(db_->sqlite, record::run, insert_run(db_->sqlite, named, instruments, meters)); });
  return named.run_id;
}

void Ledger::add_points(const std::string& run_id, std::span<const PointRecord> points) {
  db_->transaction([&] {
    const std::int64_t run_row = db_->run_row(run_id);
    PointInsert insert{db_->sqlite};
    std::vector<std::int64_t> rows;
    for (const PointRecord& point : points) rows.push_back(insert(run_row, point));
    link_records(db_->sqlite, record::point, rows);
  });
}

void Ledger::add_event(const std::string& run_id, const EventRow& event) {
  db_->transaction([&] {
    link_record(db_->sqlite, record::event, insert_event(db_->sqlite, db_->run_row(run_id), event));
  });
}

void Ledger::tag_run(const std::string& run_id, const std::string& tag) {
  EventRow event;
  event.kind = "tag";
  event.text = tag;
  add_event(run_id, event);
}

void Ledger::end_run(const std::string& run_id, int exit_code, UtcTime ended) {
  db_->transaction([&] {
    const std::int64_t run_row = db_->run_row(run_id);
    const std::string hash = run_content_hash(db_->sqlite, run_row, exit_code);
    link_record(db_->sqlite, record::run_end, insert_run_end(db_->sqlite, run_row, exit_code, ended, hash));
  });
}

std::vector<RunSummary> Ledger::runs() const {
  return with_plain_errors(db_->path, [&] { return read_runs(db_->sqlite); });
}

std::optional<RunSummary> Ledger::find_run(const std::string& run) const {
  std::vector<RunSummary> all = runs();
  if (run.empty() || all.empty()) return std::nullopt;
  if (run == "last") return all.back();
  if (run == "unfinished") {
    const auto newest = std::find_if(all.rbegin(), all.rend(), resumable);
    return newest == all.rend() ? std::nullopt : std::optional{*newest};
  }
  std::optional<RunSummary> found;
  for (RunSummary& summary : all) {
    if (!summary.run.run_id.starts_with(run)) continue;
    if (found) return std::nullopt;
    found = std::move(summary);
  }
  return found;
}

std::vector<PointRecord> Ledger::points(const std::string& run_id) const {
  return with_plain_errors(db_->path, [&] { return read_points(db_->sqlite, db_->run_row(run_id)); });
}

std::vector<EventRow> Ledger::events(const std::string& run_id) const {
  return with_plain_errors(db_->path, [&] { return read_events(db_->sqlite, db_->run_row(run_id)); });
}

std::vector<InstrumentRow> Ledger::instruments(const std::string& run_id) const {
  return with_plain_errors(db_->path, [&] { return read_instruments(db_->sqlite, db_->run_row(run_id)); });
}

std::vector<MeterRow> Ledger::meters(const std::string& run_id) const {
  return with_plain_errors(db_->path, [&] { return read_meters(db_->sqlite, db_->run_row(run_id)); });
}

std::vector<CheckRow> Ledger::checks(const std::string& station) const {
  return with_plain_errors(db_->path, [&] { return read_checks(db_->sqlite, station); });
}

std::vector<RunSummary> Ledger::runs_that_used(const std::string& serial, UtcTime since) const {
  const std::vector<std::string> users =
      with_plain_errors(db_->path, [&] { return read_users(db_->sqlite, serial); });
  std::vector<RunSummary> all = runs();
  std::erase_if(all, [&](const RunSummary& s) {
    return s.run.started < since || std::find(users.begin(), users.end(), s.run.run_id) == users.end();
  });
  return all;
}

std::vector<RunSummary> Ledger::runs_tagged(const std::string& tag) const {
  const std::vector<std::string> tagged =
      with_plain_errors(db_->path, [&] { return read_tagged(db_->sqlite, tag); });
  std::vector<RunSummary> all = runs();
  std::erase_if(all, [&](const RunSummary& s) {
    return std::find(tagged.begin(), tagged.end(), s.run.run_id) == tagged.end();
  });
  return all;
}

std::string Ledger::content_hash(const std::string& run_id) const {
  return with_plain_errors(db_->path, [&] {
    SQLite::Statement end{db_->sqlite,
                          "SELECT exit_code FROM run_end WHERE run_row = ? ORDER BY run_end_row DESC"};
    const std::int64_t run_row = db_->run_row(run_id);
    end.bind(1, run_row);
    const std::optional<int> exit_code =
        end.executeStep() ? std::optional{end.getColumn(0).getInt()} : std::nullopt;
    return run_content_hash(db_->sqlite, run_row, exit_code);
  });
}

std::optional<std::string> Ledger::verify() const {
  return with_plain_errors(db_->path, [&] { return find_change(db_->sqlite); });
}

}  // namespace meterbench
