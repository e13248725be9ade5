// The SHA-256 links between the rows of record, and the hash of a run's content. Both are taken from what
// stands in the tables, never from what was meant to be written. The text that is hashed: see ledger.md.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace meterbench {

/// The rows that are linked; each with all that belongs to it. The value is the table's name.
namespace record {
inline constexpr std::string_view run = "run";      ///< with its instruments and meters
inline constexpr std::string_view point = "point";  ///< with reasons, budget, edges, environment, events
inline constexpr std::string_view event = "event";  ///< that belongs to no point; with tables of a meter
inline constexpr std::string_view run_end = "run_end";
}  // namespace record

/// Links row `row` of `record`, just written, to the last link. Within the transaction that wrote it.
void link_record(SQLite::Database& database, std::string_view record, std::int64_t row);
/// The same for several in the order of `rows`.
void link_records(SQLite::Database& database, std::string_view record, std::span<const std::int64_t> rows);

/// The first row that is not as it was written, as a sentence; nothing when all are.
[[nodiscard]] std::optional<std::string> find_change(const SQLite::Database& database);

/// SHA-256 over head, instruments, points and events of a run and its exit code, in the order of writing,
/// without run_id, wall-clock labels, paths and row numbers.
[[nodiscard]] std::string run_content_hash(const SQLite::Database& database, std::int64_t run_row,
                                           std::optional<int> exit_code);

}  // namespace meterbench
