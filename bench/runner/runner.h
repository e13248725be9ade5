// Carries a plan out on a station: the only place in which a load is put on meters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/external_step.h"
#include "bench/runner/observer.h"
#include "bench/runner/run_control.h"
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

/// What an earlier part of the same run has left.
struct UnfinishedRun {
  std::string run_id;
  std::vector<PointRecord> points;  ///< all attempts so far
};

/// One run at a time on a station. Before the first load: all off, the source's hardware limits set, every
/// instrument identified, the interlock armed. When run() returns the source is off, unless the outcome says
/// that it could not be confirmed, and the interlock disarmed. A chamber that the run has conditioned is
/// stopped (it drifts to the room), unless a person interrupted the run: then it stays as it is, for a
/// resumed run to go on from.
class Runner {
 public:
  /// `control`: hears people; none: nobody is heard. `external`: runs the programs of others that the plan
  /// names; none: they are not run.
  Runner(Station& station, Ledger& ledger, RunObserver& observer, RunControl* control = nullptr,
         ExternalStep* external = nullptr)
      : station_{station}, ledger_{ledger}, observer_{observer}, control_{control}, external_{external} {}

  /// The meters of the plan stand in the station's positions of the same names. `head` is completed with what
  /// the run finds out. With `unfinished` the same run goes on: points that have an error or a decision at
  /// all their positions are not measured again, others get a further attempt; the soak that the next point
  /// stands on is made again.
  [[nodiscard]] RunOutcome run(const Plan& plan, RunRecord head,
                               const std::optional<UnfinishedRun>& unfinished = std::nullopt);

 private:
  Station& station_;
  Ledger& ledger_;
  RunObserver& observer_;
  RunControl* control_;
  ExternalStep* external_;
};

}  // namespace meterbench
