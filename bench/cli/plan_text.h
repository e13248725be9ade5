#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/planner/plan.h"

namespace meterbench {

/// A plan for a person: the points in running order with what each takes, what the bench asks of the source
/// and what is out of reach. Ends with a new line.
[[nodiscard]] std::string plan_text(const Plan& plan, const PlanningStation& station,
                                    const std::string& station_name);

/// What the station cannot do, a line for each load and reason; empty where it can do all.
[[nodiscard]] std::string unreachable_text(const Plan& plan);

/// The same for programs, each time that it is asked for.
[[nodiscard]] nlohmann::ordered_json unreachable_json(const Plan& plan);

/// The whole plan for programs; keys end in their unit.
[[nodiscard]] nlohmann::ordered_json plan_json(const Plan& plan, const PlanningStation& station,
                                               const std::string& station_name);

}  // namespace meterbench
