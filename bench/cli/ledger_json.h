#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// Keys end in their unit; numbers are unrounded.
[[nodiscard]] nlohmann::ordered_json point_json(const PointRecord& point);
/// What is known of a run as such.
[[nodiscard]] nlohmann::ordered_json run_head_json(const RunSummary& summary);
/// `events`: all of the run.
[[nodiscard]] nlohmann::ordered_json meter_json(const MeterRow& meter, const std::vector<EventRow>& events);
/// A whole run: head, instruments, meters, points, events, content hash.
[[nodiscard]] nlohmann::ordered_json run_json(const Ledger& ledger, const RunSummary& summary);
/// One row a point and position, RFC 4180, with header.
[[nodiscard]] std::string points_csv(const RunSummary& summary, const std::vector<PointRecord>& points);

}  // namespace meterbench
