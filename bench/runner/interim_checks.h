// Whether a bench may believe itself: its interim checks in the ledger (ISO/IEC 17025:2017, 6.4.10).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/ledger/ledger.h"
#include "bench/station/station.h"

namespace meterbench {

struct InterimFinding {
  std::vector<std::string> doubts;  ///< why the basis of the run's decisions is unverified
  std::optional<Fault> refusal;     ///< why there must be no run at all
  /// How far the reference may lie from the truth: the largest deviation of a standard with its U, in the
  /// checks that stand. Nothing where none does.
  std::optional<Ratio> reference_within{};
};

/// Looks for the last check of each kind that the station asks for (Station::interim_checks), made on the
/// same station and lab as `run` with the same reference: equal identity and certificate, so that every
/// instrument must be identified. It stands where it passed, every result of it is verified, and it is not
/// older than it may be; all else is a doubt or a refusal, as the station says. A check that a fault or a
/// person ended counts only where a point of it failed. Nothing holds up `run` where it is an interim check
/// itself. Throws LedgerError.
[[nodiscard]] InterimFinding interim_finding(const Ledger& ledger, const Station& station,
                                             const RunRecord& run);

}  // namespace meterbench
