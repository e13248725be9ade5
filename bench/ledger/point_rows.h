// Points and events as rows and back.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <vector>

#include "bench/ledger/ledger.h"
#include "bench/ledger/row_access.h"

namespace meterbench {

/// Writes points with all that belongs to them; statements are prepared once for all of them.
class PointInsert {
 public:
  explicit PointInsert(SQLite::Database& database);
  /// Answers the number of the new row.
  std::int64_t operator()(std::int64_t run_row, const PointRecord& point);

 private:
  void insert_budget(std::int64_t point_row, const Budget& budget);
  void insert_series(std::int64_t run_row, std::int64_t point_row, const PointRecord& point);

  Insert point_, component_, reason_, edge_, environment_, event_;
};

/// Of an event that belongs to no point; answers the number of the new row.
std::int64_t insert_event(SQLite::Database& database, std::int64_t run_row, const EventRow& event);

/// With what events `void` have made of their decisions.
[[nodiscard]] std::vector<PointRecord> read_points(const SQLite::Database& database, std::int64_t run_row);
/// Those of points too, in the order of writing.
[[nodiscard]] std::vector<EventRow> read_events(const SQLite::Database& database, std::int64_t run_row);

}  // namespace meterbench
