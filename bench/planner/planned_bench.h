#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/planner/seat.h"

namespace meterbench {

/// The bench that a scenario is planned for.
struct PlannedBench {
  const PlanningStation& station;
  const std::map<std::string, MeterType>& meters;  ///< all, by position
  std::vector<Seat> seats;                         ///< of all
  std::vector<Seat> measured;                      ///< of those whose errors are asked for
  const WaveformFiles& waveforms;

  /// Two-wire and three-wire meters do not stand together, so the circuits of all are connected as one's.
  [[nodiscard]] Form form() const { return seats.front().type->form; }
  /// From the command until the load is in band.
  [[nodiscard]] Seconds settling() const;
};

/// Where the meters stand when a step's turn comes.
struct Surroundings {
  Temperature temperature{};
  std::optional<std::string> hindrance{};  ///< why they cannot be brought there
};

}  // namespace meterbench
