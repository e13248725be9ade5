// The tables and views of a ledger file, version by version.
#pragma once

#include <SQLiteCpp/Database.h>

namespace meterbench {

/// PRAGMA application_id of every ledger: "MBLG".
constexpr int kLedgerApplication = 0x4D424C47;

/// PRAGMA user_version of the ledgers that this program writes.
[[nodiscard]] int newest_schema();

/// Brings an empty database, or a ledger of an older version, to newest_schema(). Call it within a
/// transaction.
void migrate(SQLite::Database& database);

}  // namespace meterbench
