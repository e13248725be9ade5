#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/planner/plan.h"

namespace meterbench {

/// A meter in its position. What it points to belongs to the caller of make_plan().
struct Seat {
  std::string position;
  const MeterType* type = nullptr;
  const Calibration* isolation = nullptr;  ///< of the position; null: not stated, taken as 0
};

/// `meters` in the order of the station's positions. A position that the station does not have is a mistake
/// of the program: std::invalid_argument.
[[nodiscard]] std::vector<Seat> seats(const std::map<std::string, MeterType>& meters,
                                      const PlanningStation& station);

/// In amperes and volts of that meter.
[[nodiscard]] Current current_of(const CurrentSpec& spec, const MeterType& meter);
[[nodiscard]] std::vector<Voltage> voltages_of(const VoltageSpec& spec, const MeterType& meter);

}  // namespace meterbench
