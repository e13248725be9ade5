// Carries a plan out on a station: the only place in which a load is put on meters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/observer.h"
#include "bench/station/station.h"

namespace meterbench {

/// What a run came to; the numbers are the exit codes of the command. A plan with points out of reach has not
/// passed.
enum class RunEnd { passed = 0, not_passed = 1, bench_fault = 3, interrupted = 130 };

struct RunOutcome {
  std::string run_id;
  RunEnd end = RunEnd::passed;
  std::vector<PointRecord> points;  ///< the last computation of each, in running order
  std::optional<Fault> fault;       ///< that ended the run
  /// Why nothing more could be written to the ledger; the load was taken off then.
  std::optional<std::string> record_failure;
  /// The source did not confirm that it is off; the interlock's relay was opened and read back.
  bool off_by_relay = false;
  /// Why neither source nor relay could be confirmed off at the end; a person must see to it.
  std::optional<Fault> not_off;
};

/// One run at a time on a station. Before the first load: all off, the source's hardware limits set, every
/// instrument identified, the interlock armed. When run() returns the source is off, unless the outcome says
/// that it could not be confirmed, and the interlock disarmed. A chamber that the run has conditioned is
/// stopped (it drifts to the room), unless a person interrupted the run: then it stays as it is, for a
/// resumed run to go on from.
class Runner {
 public:
  Runner(Station& station, Ledger& ledger, RunObserver& observer)
      : station_{station}, ledger_{ledger}, observer_{observer} {}

  /// `positions`: indexes into the station's positions that hold a meter of the plan's type. `head` is
  /// completed with what the run finds out.
  [[nodiscard]] RunOutcome run(const Plan& plan, const std::vector<std::size_t>& positions, RunRecord head);

 private:
  Station& station_;
  Ledger& ledger_;
  RunObserver& observer_;
};

}  // namespace meterbench
