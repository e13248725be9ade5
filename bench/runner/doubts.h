// Why decisions are unverified.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model/limit.h"
#include "bench/planner/plan.h"
#include "bench/station/station.h"

namespace meterbench {

/// Of a decision by `limit`: its figure is not known from its source.
[[nodiscard]] std::optional<std::string> limit_doubt(const Limit& limit);

/// Of what is measured under the load's waveform: its harmonics are not known from their source, and the
/// reference's certificate is for sine while the station does not state what harmonics do to it.
[[nodiscard]] std::vector<std::string> waveform_doubts(const Station& station, const PlannedPoint& point);

/// Of certificates that do not hold today: the reference's, the position's, that of a standard in it.
[[nodiscard]] std::vector<std::string> certificate_doubts(const Station& station, const Plan& plan,
                                                          const std::string& position);

}  // namespace meterbench
