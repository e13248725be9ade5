// Whether a bench may believe itself: its interim checks in the ledger (ISO/IEC 17025:2017, 6.4.10).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/fault.h"
#include "bench/ledger/ledger.h"
#include "bench/model/interim_check.h"
#include "bench/station/station.h"

namespace meterbench {

/// The command that a refusal names.
inline constexpr std::string_view kInterimCheck = "interim check";

/// A check that the station asks for, and how it stands today.
struct CheckStanding {
  InterimCheck wanted;
  std::optional<UtcTime> last;       ///< start of the last of its kind that counts
  std::optional<std::string> doubt;  ///< why it does not stand; none: it does
};

struct InterimFinding {
  std::vector<std::string> doubts;  ///< why the basis of the run's decisions is unverified
  std::optional<Fault> refusal;     ///< why there must be no run at all
};

/// Looks for the last check of each kind that the station asks for (Station::interim_checks), made on the
/// same station and lab as `run` with the same reference: equal identity and certificate, so that every
/// instrument must be identified. It stands where it passed, every result of it is verified, and it is not
/// older than it may be. A check that a fault or a person ended counts only where a point of it failed.
/// Throws LedgerError.
[[nodiscard]] std::vector<CheckStanding> interim_standings(const Ledger& ledger, const Station& station,
                                                           const RunRecord& run);

/// What they mean for `run`: one that does not stand is a doubt or a refusal, as the station says. Nothing
/// holds up `run` where it is an interim check itself. Throws LedgerError.
[[nodiscard]] InterimFinding interim_finding(const Ledger& ledger, const Station& station,
                                             const RunRecord& run);

}  // namespace meterbench
