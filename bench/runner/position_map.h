// Proof that the LED and the optical port of a position belong to one meter.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/station/station.h"

namespace meterbench {

struct PositionMap {
  /// Why the map of a position is not proven: its meter knows no such procedure, its port does not answer,
  /// its LED input cannot be counted or did not show the pulses asked for. By position; empty: all are
  /// proven.
  std::map<std::string, std::string> unproven;
};

/// Asks every meter at `positions` (indexes) over its optical port for a number of LED pulses of its own,
/// without load, and counts at all LED inputs of their counters at once; where a counter sees one input at a
/// time, at one position after the other. An LED that answers to the port of another position is implausible
/// and names both. Waits.
[[nodiscard]] Result<PositionMap> prove_position_map(Station& station, InterlockKeeper& interlock,
                                                     const std::vector<std::size_t>& positions);

/// What one position was asked for and what its LED input counted.
struct PositionCount {
  std::string position;
  unsigned asked = 0;       ///< pulses; 0: of nobody
  std::string hindrance{};  ///< why its map cannot be proven whatever was counted; empty: nothing
  unsigned long counted = 0;
};
/// The judgement on what was counted.
[[nodiscard]] Result<PositionMap> judge_position_map(const std::vector<PositionCount>& counts);

}  // namespace meterbench
