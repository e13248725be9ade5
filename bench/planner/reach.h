// Which loads source and meters can stand, before anything is counted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/planner/seat.h"

namespace meterbench {

/// Why the circuits of a meter of that form cannot be connected so, if so.
[[nodiscard]] std::optional<std::string> beyond_form(Form form, const Connection& connection);

/// Why a load of that voltage would overload a meter on the bench, measured there or not, if so.
[[nodiscard]] std::optional<std::string> beyond_meters(const std::vector<Seat>& seats, Voltage voltage,
                                                       const LoadPoint& load);

/// Why the waveform of `load` does not come through to the meters of a bench so connected, or not into its
/// reference, if so: direct current passes no transformer.
[[nodiscard]] std::optional<std::string> beyond_waveform(const PlanningStation& station,
                                                         const std::vector<Seat>& seats,
                                                         const Connection& connection, const LoadPoint& load);

/// Why the source cannot give `load` to those meters, if so.
[[nodiscard]] std::optional<std::string> beyond_source(const PlanningStation& station,
                                                       const std::map<std::string, MeterType>& meters,
                                                       const LoadPoint& load);

}  // namespace meterbench
