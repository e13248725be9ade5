// The head of a run, its instruments, meters and ends, as rows and back.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

// Each answers the number of the new row.
std::int64_t insert_run(SQLite::Database& database, const RunRecord& run,
                        const std::vector<InstrumentRow>& instruments, const std::vector<MeterRow>& meters);
std::int64_t insert_run_end(SQLite::Database& database, std::int64_t run_row, int exit_code, UtcTime ended,
                            const std::string& content_hash);

[[nodiscard]] std::vector<RunSummary> read_runs(const SQLite::Database& database);
[[nodiscard]] std::vector<InstrumentRow> read_instruments(const SQLite::Database& database,
                                                          std::int64_t run_row);
[[nodiscard]] std::vector<MeterRow> read_meters(const SQLite::Database& database, std::int64_t run_row);
/// Of `station`; of all where that is empty.
[[nodiscard]] std::vector<CheckRow> read_checks(const SQLite::Database& database, const std::string& station);
/// Ids of the runs with an instrument or meter that names `serial`, oldest first.
[[nodiscard]] std::vector<std::string> read_users(const SQLite::Database& database,
                                                  const std::string& serial);
/// Ids of the runs with an event `tag` that says `tag`.
[[nodiscard]] std::vector<std::string> read_tagged(const SQLite::Database& database, const std::string& tag);

}  // namespace meterbench
