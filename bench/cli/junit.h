#pragma once

#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// A run as JUnit XML, as build servers read it. A suite for each step (and label), a case for the last
/// attempt of each point at each position; a suite `bench` with one case for the run itself. `failure`: fail.
/// `skipped`: inconclusive. `error`: inconclusive because of a fault of the bench. Times are bench seconds.
/// `points`, `events`: all of the run.
[[nodiscard]] std::string junit_xml(const RunSummary& summary, const std::vector<PointRecord>& points,
                                    const std::vector<EventRow>& events);

}  // namespace meterbench
