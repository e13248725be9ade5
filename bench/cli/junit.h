#pragma once

#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// A run as JUnit XML, as build servers read it: green where the run's exit code is 0, nowhere else. A
/// suite for each step (and label), a case for the last attempt of each point at each position; where there
/// are such, a suite `out of reach` with what the station cannot do, all of them errors; a suite `bench` with
/// one case for the run itself. `failure`: fail. `error`: inconclusive, and a run that has not come to its
/// end or has not measured all that was asked; `type` says which. `skipped`: what a person has skipped,
/// alone; the run itself is an error then too. Times are bench seconds. `points`, `events`: all of the run.
[[nodiscard]] std::string junit_xml(const RunSummary& summary, const std::vector<PointRecord>& points,
                                    const std::vector<EventRow>& events);

}  // namespace meterbench
