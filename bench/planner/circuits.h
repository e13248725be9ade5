// What the reference's power has to do with the meter's, by the connection of its circuits.
#pragma once

#include <array>
#include <string>
#include <tl/expected.hpp>

#include "bench/planner/plan.h"

namespace meterbench {

/// F, by which the reference sees more than a meter of that form; or why the two cannot be compared. Of
/// opposed circuits it says only whether the reference forms the meter's own sum. `asked`: its load and
/// connection count.
[[nodiscard]] tl::expected<double, std::string> circuit_factor(ReferenceDefinition definition, Form form,
                                                               const PlannedPoint& asked);

/// The powers of circuits 1 and 2, whose sum the meter forms; with their signs.
[[nodiscard]] std::array<ActivePower, LoadPoint::kCircuits> circuit_powers(Form form, const LoadPoint& load);

/// Error and standard uncertainty at a point, by a table for equal circuits: where the circuits differ each
/// has that of its own current and power factor, weighed by its power; what is uncertain of them counts as
/// fully correlated to the unfavourable side.
[[nodiscard]] tl::expected<Calibration::Value, std::string> value_at(const Calibration& calibration,
                                                                     Form form, const PlannedPoint& asked);

/// The reference's, by its certificate. Where the circuits' powers cancel in part, drift, linearity and
/// harmonics of each weigh more in what is left: the part beyond what every budget has of them is added here.
[[nodiscard]] tl::expected<Calibration::Value, std::string> reference_at(const PlanningStation& station,
                                                                         Form form,
                                                                         const PlannedPoint& asked);

}  // namespace meterbench
