// Records to rows and back.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// A value that has no place in a row (not finite), or a row whose text is no value.
struct RowError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each answers the number of the new row.
std::int64_t insert_run(SQLite::Database& database, const RunRecord& run,
                        const std::vector<InstrumentRow>& instruments);
std::int64_t insert_point(SQLite::Database& database, std::int64_t run_row, const PointRecord& point);
std::int64_t insert_event(SQLite::Database& database, std::int64_t run_row, const EventRow& event);
std::int64_t insert_run_end(SQLite::Database& database, std::int64_t run_row, int exit_code, UtcTime ended,
                            const std::string& content_hash);

[[nodiscard]] std::vector<RunSummary> read_runs(const SQLite::Database& database);
[[nodiscard]] std::vector<InstrumentRow> read_instruments(const SQLite::Database& database,
                                                          std::int64_t run_row);
[[nodiscard]] std::vector<PointRecord> read_points(const SQLite::Database& database, std::int64_t run_row);
/// Those of points too, in the order of writing.
[[nodiscard]] std::vector<EventRow> read_events(const SQLite::Database& database, std::int64_t run_row);

}  // namespace meterbench
