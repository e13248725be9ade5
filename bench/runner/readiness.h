// Everything that must be known of a bench before a load is put on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/ledger/ledger.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/finding.h"
#include "bench/runner/meter_states.h"

namespace meterbench {

struct Readiness {
  std::vector<Finding> findings;
  /// Why decisions are unverified, by position, whatever the limit.
  std::map<std::string, std::vector<std::string>> doubts;
  std::optional<Fault> fault;  ///< no load must be put on
};

struct ReadyingMeans {
  Station& station;
  const Plan& plan;
  const std::vector<std::size_t>& positions;  ///< indexes of Station::positions
  InterlockKeeper& interlock;
  MeterStates& states;
  EnergyBooks& books;
};

/// With all off: hardware limits of the source; who the instruments and the meters are; whether the bench's
/// own checks are good enough for a run of `head`; the registers; then the interlock is armed and the
/// position map proven. Waits. Throws LedgerError.
[[nodiscard]] Readiness make_ready(const ReadyingMeans& means, const Ledger& ledger, const RunRecord& head);

}  // namespace meterbench
