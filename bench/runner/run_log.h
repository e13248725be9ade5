// What a run has for the record, until it can be written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/core/clock.h"
#include "bench/ledger/ledger.h"

namespace meterbench {

/// Notes are taken at any time, and written once there is a run to belong to and no load waits for a disk.
class RunLog {
 public:
  RunLog(const Clock& clock, Ledger& ledger) : clock_{clock}, ledger_{ledger} {}

  void note(std::string kind, std::string text, std::string position = {},
            std::map<std::uint16_t, Bytes> tables = {}) {
    notes_.push_back({"", std::move(position), in_seconds(clock_.now()), std::move(kind), std::move(text),
                      std::move(tables)});
  }
  /// Throws LedgerError; nothing is written a second time.
  void write(const std::string& run_id) {
    for (const EventRow& event : std::exchange(notes_, {})) ledger_.add_event(run_id, event);
  }

 private:
  const Clock& clock_;
  Ledger& ledger_;
  std::vector<EventRow> notes_;
};

}  // namespace meterbench
