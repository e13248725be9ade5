#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/planner/plan.h"

namespace meterbench {

/// A plan for a person: the points in running order with what each takes, what the bench asks of the source
/// and what is out of reach. Ends with a new line.
[[nodiscard]] std::string plan_text(const Plan& plan, const PlanningStation& station,
                                    const std::string& station_name);

/// The same for programs; keys end in their unit.
[[nodiscard]] nlohmann::ordered_json plan_json(const Plan& plan, const PlanningStation& station,
                                               const std::string& station_name);

}  // namespace meterbench
